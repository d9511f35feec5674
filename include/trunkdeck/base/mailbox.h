/*
 * Threads communicate through mailboxes: bounded queues of values, with a descriptor that wakes the taker.
 *
 * A message has the function that the taking thread calls for it: mail_deliver(). It owns its value: a post gives the
 * value away, a take hands it over, and a dropped value is freed with the message's free function. `key` != 0
 * coalesces: while a message with the same handler and key waits, a newer one replaces its value, and the order of
 * arrival is kept. When the mailbox is full, a post is refused, counted in `dropped`, and its value freed. So a poster
 * never waits (a reader of AMI must not wait for the screen). Messages posted with MAIL_MUST (answers to requests,
 * bounded by the requests) are never refused.
 *
 * Any thread may post; one thread takes. The lock is held while a few words are copied, never across I/O. The
 * descriptor (eventfd, non-blocking) is readable while messages wait.
 */
#ifndef TRUNKDECK_BASE_MAILBOX_H
#define TRUNKDECK_BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mailbox;

/* Called by the thread that takes the message, with `taker` and the value. The value is freed afterwards. A handler
 * that keeps a part of it must move the part out. */
typedef void mail_fn(void *taker, void *value);

struct mail {
	mail_fn *handle;	/* NULL = the message only wakes the taker */
	uint64_t key;		/* coalesces messages; 0 = never */
	void *value;		/* owned; may be NULL */
	void (*free_value)(void *value);
};

enum mail_flags { MAIL_MAY_DROP = 0, MAIL_MUST = 1 };

struct mailbox *mailbox_new(size_t max);
void mailbox_free(struct mailbox **mb);		/* also frees waiting messages */
bool mailbox_post(struct mailbox *mb, struct mail m, enum mail_flags flags);
/* For a poster of many messages: the taker is not woken until the release. Calls nest. Hold only for a moment. */
void mailbox_hold(struct mailbox *mb);
void mailbox_release(struct mailbox *mb);
/* Takes the oldest message; false when there is none. */
bool mailbox_take(struct mailbox *mb, struct mail *out);
/* Blocks until there is a message or timeout_ms passed (-1 = no limit). For worker threads. */
bool mailbox_wait(struct mailbox *mb, int timeout_ms, struct mail *out);
int mailbox_fd(const struct mailbox *mb);
size_t mailbox_waiting(struct mailbox *mb);
uint64_t mailbox_dropped(struct mailbox *mb);	/* since the start */
uint64_t mailbox_coalesced(struct mailbox *mb);
void mail_deliver(struct mail *m, void *taker);	/* calls the handler, then frees the value */
void mail_discard(struct mail *m);		/* frees the value */

/* FNV-1a, for coalescing keys that are made of text. Never 0. */
uint64_t mail_key(const char *bytes, size_t len);

#endif
