/* Shared by the tests of the AMI parser: a parser whose frames are logged, and frames as Asterisk sends them. */
#ifndef TRUNKDECK_TESTS_AMI_STREAM_H
#define TRUNKDECK_TESTS_AMI_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/calls/event.h"

/* Frames come out as text, one line each: "event Newchannel 17", "response Success 2", "rejected duplicate_key". */
struct stream {
	struct ami_parser *parser;
	struct buf log;
	struct buf whole;		/* all headers of all frames, for comparison */
	void (*on_event)(void *arg, const struct call_event *e);
	void *arg;
};

void stream_init(struct stream *s, bool banner);
void stream_clear(struct stream *s);
void stream_feed(struct stream *s, const char *text);
/* Feeds the text, ends the stream, and returns the log, which is valid until the next call. */
const char *stream_run(struct stream *s, const char *text);

/* The caller's part of a frame. */
struct caller {
	const char *number, *exten, *connected;
	const char *channel, *uniqueid;
};

#define HEAD(event) "Event: " event "\r\nPrivilege: call,all\r\nTimestamp: 1795341781.812617\r\n"

/* A channel block with the given prefix. */
void add_block(struct buf *b, const char *prefix, const struct caller *c);
/* One event with a channel block and more lines after it ("" = none), and its empty line. */
void add_event(struct buf *b, const char *name, const struct caller *c, const char *more);

/* The path below $abs_srcdir or $srcdir; the caller frees. */
char *source_path(const char *path);
char *read_whole(const char *path, size_t *len);

#endif
