#include "config.h"

#include "trunkdeck/calls/call_detail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/str.h"
#include "trunkdeck/model/e164.h"

WORDS_DEFINE(outcome, enum call_outcome, OUTCOME_TABLE)
WORDS_DEFINE(call_state, enum call_state, CALL_STATE_TABLE)
WORDS_DEFINE(hung_up_by, enum hung_up_by, HUNG_UP_TABLE)
WORDS_DEFINE(call_step, enum call_step_kind, CALL_STEP_TABLE)
WORDS_DEFINE(call_role, enum call_role, CALL_ROLE_TABLE)
WORDS_DEFINE(call_served, enum call_served, SERVED_TABLE)
WORDS_DEFINE(call_reason, enum call_reason, REASON_TABLE)
WORDS_DEFINE(attempt_result, enum attempt_result, ATTEMPT_TABLE)
WORDS_PARSE(outcome, enum call_outcome)

int64_t call_span_us(int64_t from_us, int64_t until_us)
{
	if (from_us <= CALL_NO_TIME || until_us <= CALL_NO_TIME)
		return -1;
	return until_us > from_us ? until_us - from_us : 0;
}

const char *call_country(const struct call *c)
{
	const struct country *country = e164_caller_country(str_of(c->caller));

	return country ? country->iso : "";
}

int64_t call_response_us(const struct call *c, bool *first_audio)
{
	*first_audio = c->first_audio_us != 0;
	if (!c->answered_us || c->joined_late)
		return -1;
	return call_span_us(c->started_us, *first_audio ? c->first_audio_us : c->answered_us);
}

/* FNV-1a; the NUL is hashed too, so that it separates the two parts. */
static uint64_t fnv(uint64_t h, const char *s)
{
	do
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	while (*s++);
	return h;
}

uint64_t call_key(const struct call *c)
{
	uint64_t h = fnv(fnv(0xcbf29ce484222325u, c->server), c->linkedid);

	return h ? h : 1;
}

const char *call_leg_state_text(const struct call_leg *l)
{
	if (l->left_us)
		return _("gone");
	if (l->held)
		return _("on hold");
	if (l->connected || (l->role == LEG_TRUNK && l->up_us))
		return _("connected");
	return l->up_us ? _("up") : _("ringing");
}

/* --- what the dialplan told --- */

void call_init_quality(struct call *c)
{
	c->loss = c->jitter_us = c->score = c->far_loss = c->far_jitter_us = c->far_score = c->rtt_us = -1;
}

bool call_was_turned_away(const struct call *c)
{
	return c->reason == REASON_CLOSED || c->reason == REASON_BLOCKED;
}

bool call_is_told(const struct call *c)
{
	return c->uuid[0] != '\0' || c->served != SERVED_UNKNOWN || c->reason != REASON_NONE;
}

/* The text may come from a store that another program has written: a word that is no attempt is skipped. */
const char *call_attempt_next(const char *at, struct call_attempt *out)
{
	while (*at) {
		char way[16], result[16], ms[16];
		int parts = sscanf(at, "%64[^: ]:%15[^: ]:%15[^: ]:%15[0-9]", out->agent, way, result, ms), served, how;

		at += strcspn(at, " ");
		at += *at == ' ';
		if (parts != 4 || !str_to_i64(str_of(ms), &out->ms))
			continue;
		served = words_find(&call_served_words, way);
		how = words_find(&attempt_result_words, result);
		if (served < 0 || how < 0)
			continue;
		out->way = (enum call_served)served;
		out->result = (enum attempt_result)how;
		return at;
	}
	return NULL;
}

void call_attempt_add(struct call *c, const struct call_attempt *a)
{
	size_t len = strlen(c->attempts), n;
	char text[sizeof(c->attempts)];
	const char *last = strrchr(c->attempts, ' ');

	n = (size_t)snprintf(text, sizeof(text), "%s:%s:%s:%" PRId64, a->agent, call_served_name(a->way), attempt_result_name(a->result),
			     a->ms);
	if (n >= sizeof(text) || len + n + 2 > sizeof(c->attempts) || strcmp(last ? last + 1 : c->attempts, text) == 0)
		return;
	if (len)
		c->attempts[len++] = ' ';
	memcpy(c->attempts + len, text, n + 1);
}

bool call_attempt_fell_back(const struct call *c, const struct call_attempt *a, const char *next)
{
	return a->result != ATTEMPT_ANSWER && (*next || strcmp(a->agent, c->agent) != 0);
}
