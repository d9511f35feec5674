/*
 * Records the raw stream of the servers' tail connections in files, for bug reports and `trunkdeck replay`.
 *
 * The files have the bytes that were read after the answer to the login, unchanged, behind the banner line of their
 * connection. No secret is among them. Each file is one unbroken part of one connection and can be replayed alone. A
 * new connection, a gap, or the limit of a file begins the next file, at a frame. FILE is the newest, FILE.1 the one
 * before, up to FILE.<keep>; older ones are removed. With several servers, FILE is FILE.SERVER. Mode 0600.
 *
 * A separate thread with a bounded queue writes, so the ami thread never waits for a disk. Bytes that do not fit into
 * the queue are a gap, which is counted and reported. If a file can't be written, the recording of that server ends and
 * is reported; everything else continues.
 *
 * raw_log_begin() and raw_log_add() are for one thread, the ami thread. The owner starts and stops the recording.
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
	int64_t max;			/* bytes of a file; one read may exceed it */
	int keep;			/* files kept besides the newest */
};

/* What is mailed to the main thread. */
struct raw_log_report {
	char server[40];
	struct err err;			/* ERR_NONE: there was a gap; else why recording ended */
	uint64_t lost;			/* bytes of the gap */
};

/* Begins with a new file for each server. mail_deliver() calls handle with each struct raw_log_report. On failure *e
 * says that a file can't be made, or that an existing file is no recording. */
bool raw_log_start(struct raw_log **out, const struct raw_log_options *options, const struct server_config *servers,
		   size_t count, struct mailbox *to_main, mail_fn *handle, struct err *e);
/* Writes the queued bytes and joins the thread. */
void raw_log_stop(struct raw_log **l);
/* A server's connection has logged in; banner is its banner line. */
void raw_log_begin(struct raw_log *l, size_t server, struct str banner);
void raw_log_add(struct raw_log *l, size_t server, const char *bytes, size_t len);

#endif
