/*
 * Messages to the operator: the status line and the Log view. Information fades after some seconds, errors stay until
 * the next key. The last MESSAGES_MAX are kept for the Log view. Owner: the main thread.
 */
#ifndef TRUNKDECK_APP_MESSAGES_H
#define TRUNKDECK_APP_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/err.h"

#define MESSAGES_MAX 500
#define MESSAGE_INFO_MS 6000

enum message_level { MESSAGE_INFO, MESSAGE_WARN, MESSAGE_ERROR };

struct message {
	uint64_t id;			/* counts up; identifies the message in lists */
	enum message_level level;
	int64_t wall_us;
	int64_t mono_ms;
	char text[512];
};

struct messages;

struct messages *messages_new(const struct td_clock *clock);
void messages_free(struct messages **m);
void messages_add(struct messages *m, enum message_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void messages_add_err(struct messages *m, const struct err *e);
/* The message in the status line now; NULL = none. */
const struct message *messages_current(const struct messages *m);
/* A key was pressed: the errors shown may be removed. */
void messages_seen(struct messages *m);
/* Takes the message with this id from the status line. */
void messages_withdraw(struct messages *m, uint64_t id);
/* When the current message fades, monotonic ms; -1 = it does not. */
int64_t messages_next_at_ms(const struct messages *m);
size_t messages_count(const struct messages *m);
const struct message *messages_get(const struct messages *m, size_t i);	/* 0 = newest */

#endif
