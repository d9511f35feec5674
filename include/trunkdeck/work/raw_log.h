/*
 * The raw stream of the servers' tail connections into files, for bug reports and `trunkdeck replay`.
 *
 * What is written is what was read after the login's answer, byte for byte, behind the banner line of its connection: no
 * secret passes there. Each file is one unbroken stretch of one connection and can be replayed alone: a new connection,
 * a gap, or a file above the limit begins the next one, at a frame. FILE is the newest, FILE.1 the one before, up to
 * FILE.<keep>; older ones are removed. With several servers FILE.SERVER takes the place of FILE. Mode 0600.
 *
 * Writing is a thread of its own with a bounded queue: the ami thread never waits for a disk. What finds no room is a gap,
 * counted and told. A file that can't be written ends the recording of that server, is told, and disturbs nothing else.
 *
 * raw_log_begin() and raw_log_add() belong to one thread, the ami thread; starting and stopping to the one that owns it.
 */
#ifndef TRUNKDECK_WORK_RAW_LOG_H
#define TRUNKDECK_WORK_RAW_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/work/ami_thread.h"

#define RAW_LOG_MAX_DEFAULT (INT64_C(64) * 1024 * 1024)
#define RAW_LOG_MAX_LEAST (INT64_C(64) * 1024)
#define RAW_LOG_KEEP_DEFAULT 3

struct raw_log;

struct raw_log_options {
	const char *path;
	int64_t max;			/* bytes of a file; it may be longer by what was read at once */
	int keep;			/* files beside the newest */
};

/* What is mailed to the main thread. */
struct raw_log_report {
	char server[40];
	struct err err;			/* ERR_NONE: there was a gap; else why nothing more is recorded */
	uint64_t lost;			/* bytes of the gap */
};

/* Begins with a new file for each server. handle is called by mail_deliver() with each struct raw_log_report. *e: a file can't be made, or what is there is no recording of ours. */
bool raw_log_start(struct raw_log **out, const struct raw_log_options *options, const struct server_config *servers,
		   size_t count, struct mailbox *to_main, mail_fn *handle, struct err *e);
/* Writes what waits, joins the thread. */
void raw_log_stop(struct raw_log **l);
/* A server's connection is logged in; this was its banner. */
void raw_log_begin(struct raw_log *l, size_t server, struct str banner);
void raw_log_add(struct raw_log *l, size_t server, const char *bytes, size_t len);

#endif
