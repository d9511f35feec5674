/* A ring of the last messages. The current message is the newest that has not faded and was not dismissed. */
#include "config.h"

#include "trunkdeck/app/messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

struct messages {
	const struct td_clock *clock;
	struct message ring[MESSAGES_MAX];
	size_t count, next;
	bool showing;
	uint64_t last_id;
};

struct messages *messages_new(const struct td_clock *clock)
{
	struct messages *m = xcalloc(1, sizeof(*m));

	m->clock = clock;
	return m;
}

void messages_free(struct messages **m)
{
	FREE(m);
}

void messages_add(struct messages *m, enum message_level level, const char *format, ...)
{
	static const enum log_level levels[] = {
		[MESSAGE_INFO] = LOG_LEVEL_INFO, [MESSAGE_WARN] = LOG_LEVEL_WARN, [MESSAGE_ERROR] = LOG_LEVEL_ERROR,
	};
	struct message *slot = &m->ring[m->next];
	char *text, *clean;
	va_list ap;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	clean = utf8_clean_dup(str_of(text));
	slot->id = ++m->last_id;
	slot->level = level;
	slot->wall_us = clock_wall_us(m->clock);
	slot->mono_ms = clock_mono_ms(m->clock);
	str_copy(slot->text, sizeof(slot->text), str_of(clean));
	free(clean);
	free(text);
	log_msg(levels[level], "%s", slot->text);
	m->next = (m->next + 1) % MESSAGES_MAX;
	if (m->count < MESSAGES_MAX)
		m->count++;
	m->showing = true;
}

void messages_add_err(struct messages *m, const struct err *e)
{
	if (e->hint[0] != '\0')
		messages_add(m, MESSAGE_ERROR, "%s: %s", e->message, e->hint);
	else
		messages_add(m, MESSAGE_ERROR, "%s", e->message);
}

static bool fades(const struct message *msg)
{
	return msg->level == MESSAGE_INFO;
}

const struct message *messages_current(const struct messages *m)
{
	const struct message *newest = m->count > 0 ? messages_get(m, 0) : NULL;

	if (!newest || !m->showing)
		return NULL;
	if (fades(newest) && clock_mono_ms(m->clock) - newest->mono_ms >= MESSAGE_INFO_MS)
		return NULL;
	return newest;
}

void messages_seen(struct messages *m)
{
	const struct message *current = messages_current(m);

	if (current && !fades(current))
		m->showing = false;
}

void messages_withdraw(struct messages *m, uint64_t id)
{
	if (m->count > 0 && messages_get(m, 0)->id == id)
		m->showing = false;
}

int64_t messages_next_at_ms(const struct messages *m)
{
	const struct message *current = messages_current(m);

	return current && fades(current) ? current->mono_ms + MESSAGE_INFO_MS : -1;
}

size_t messages_count(const struct messages *m)
{
	return m->count;
}

const struct message *messages_get(const struct messages *m, size_t i)
{
	return &m->ring[(m->next + MESSAGES_MAX - 1 - i) % MESSAGES_MAX];
}
