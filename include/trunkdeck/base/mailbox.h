/*
 * The way threads talk: a bounded queue of values with a wake-up descriptor.
 *
 * A message carries the function that the taking thread calls with it: mail_deliver(). It owns its value: posting gives the
 * value away, taking hands it over; what is dropped is freed with the message's own free function. `key` != 0 coalesces: while
 * a message of the same handler and key waits, a newer one replaces its value in place (order of first arrival is kept). When the box is full a post is refused, counted in `dropped`, and
 * the value freed: the poster never waits (a reader of AMI must not wait for the screen). Messages posted with
 * MAIL_MUST (answers to requests, bounded by the requests themselves) are never refused.
 *
 * Any thread may post; one thread takes. The lock is held for the copy of a few words, never across I/O.
 * The descriptor (eventfd, non-blocking) is readable while messages wait.
 */
#ifndef TRUNKDECK_BASE_MAILBOX_H
#define TRUNKDECK_BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mailbox;

/* Called by the thread that takes the message, with itself and the value. The value is freed afterwards; a handler that keeps
 * a part of it takes the part out. */
typedef void mail_fn(void *taker, void *value);

struct mail {
	mail_fn *handle;	/* NULL = the message only wakes */
	uint64_t key;		/* coalescing key, 0 = never */
	void *value;		/* owned; may be NULL */
	void (*free_value)(void *value);
};

enum mail_flags { MAIL_MAY_DROP = 0, MAIL_MUST = 1 };

struct mailbox *mailbox_new(size_t max);
void mailbox_free(struct mailbox **mb);		/* frees what still waits */
bool mailbox_post(struct mailbox *mb, struct mail m, enum mail_flags flags);
/* A poster of many messages at once: until the release the taker is not woken. Nests; to be held for moments only. */
void mailbox_hold(struct mailbox *mb);
void mailbox_release(struct mailbox *mb);
/* Takes the oldest; false when empty. */
bool mailbox_take(struct mailbox *mb, struct mail *out);
/* Blocks until a message is there or timeout_ms passed (-1 = no limit); for worker threads. */
bool mailbox_wait(struct mailbox *mb, int timeout_ms, struct mail *out);
int mailbox_fd(const struct mailbox *mb);
size_t mailbox_waiting(struct mailbox *mb);
uint64_t mailbox_dropped(struct mailbox *mb);	/* since the start */
uint64_t mailbox_coalesced(struct mailbox *mb);
void mail_deliver(struct mail *m, void *taker);	/* calls the handler, then frees the value */
void mail_discard(struct mail *m);		/* frees the value */

/* FNV-1a: for coalescing keys made of text; never 0. */
uint64_t mail_key(const char *bytes, size_t len);

#endif
