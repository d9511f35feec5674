/*
 * One AMI connection: it connects, logs in, sends Pings, and connects again with increasing waits when it is lost.
 *
 * The owner (the ami thread) watches ami_link's descriptor through the epoll given at init (its data pointer is the
 * link), calls ami_link_work() when it fires or ami_link_has_more() says so, and ami_link_tick() by
 * ami_link_next_at_ms(). Callbacks come from within these two only; they may send requests.
 */
#ifndef TRUNKDECK_AMI_LINK_H
#define TRUNKDECK_AMI_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "action.h"
#include "parse.h"
#include "server.h"

struct ami_link;

#define AMI_READ_SIZE ((size_t)256 * 1024)

struct ami_link_config {
	const struct server_config *server;	/* outlives the link, as do the next two */
	const struct ami_timing *timing;
	char *buffer;				/* of AMI_READ_SIZE, shared by all links of the thread */
	int epoll;
	const char *name;			/* "tail", "control": for the log */
	const char *events;			/* mask at login */
	bool unused;				/* never connects */
	int receive_buffer;			/* of the kernel, 0 = its default */
	void (*on_up)(void *arg);
	void (*on_down)(void *arg);		/* called when the link was up */
	void (*on_frame)(void *arg, const struct ami_frame *f);	/* events and rejected frames */
	/* Gets the stream as read, from after the login's answer; called after its frames. May be NULL. */
	void (*on_bytes)(void *arg, const char *bytes, size_t len);
	void *arg;
};

/* Receives the answer to a request: the response, and for a list each item; `last` is set with the last frame. When the link goes
 * down, requests are forgotten without an answer; on_down is called once for all. */
typedef void ami_answer_fn(void *arg, uint64_t tag, const struct ami_frame *f, bool last);

struct ami_link *ami_link_new(const struct ami_link_config *config);
void ami_link_free(struct ami_link **l);
void ami_link_work(struct ami_link *l);
bool ami_link_has_more(const struct ami_link *l);
void ami_link_tick(struct ami_link *l, int64_t now_ms);
int64_t ami_link_next_at_ms(const struct ami_link *l);	/* -1 = never */

/* Queues an action; sent by the next ami_link_flush(). False when it may not be written (*e says why). Only when up. */
bool ami_link_request(struct ami_link *l, const char *action, const struct ami_field *fields, ami_answer_fn *fn,
		      void *arg, uint64_t tag, struct err *e);
void ami_link_flush(struct ami_link *l);
/* Returns true when the response of an answer says Success. */
bool ami_response_ok(const struct ami_frame *f);

enum link_state ami_link_state(const struct ami_link *l);

struct ami_link_info {
	char banner[AMI_MAX_BANNER];	/* of this connection, without its end of line */
	struct err err;			/* the last failure */
	int64_t retry_at_ms;		/* 0 = not waiting to retry */
	int64_t heard_us;		/* when the bytes at hand arrived, wall time; the parser may have held an event back since,
					 * for AMI_IDLE_MS at most */
	int64_t rtt_us;			/* of the last Ping, -1 = unknown */
	bool has_offset;
	int64_t offset_us;		/* the server's clock minus ours, from the last Ping; valid with has_offset */
};

/* Valid as long as the link; the values change with it. */
const struct ami_link_info *ami_link_info(const struct ami_link *l);

#endif
