/*
 * What the program has to say: the status line and the Log view. Info fades after some seconds, errors stay until the next
 * key; everything is kept (the last MESSAGES_MAX) for the Log view. Owner: the main thread.
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
	uint64_t id;			/* counts up: identity in lists */
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
/* What the status line shows now, NULL = nothing. */
const struct message *messages_current(const struct messages *m);
/* A key was pressed: errors shown may go. */
void messages_seen(struct messages *m);
/* When the current one fades, monotonic ms; -1 = not by itself. */
int64_t messages_next_at_ms(const struct messages *m);
size_t messages_count(const struct messages *m);
const struct message *messages_get(const struct messages *m, size_t i);	/* 0 = newest */

#endif
