#include "config.h"

#include "trunkdeck/calls/call_detail.h"

#include "trunkdeck/model/e164.h"

WORDS_DEFINE(outcome, enum call_outcome, OUTCOME_TABLE)
WORDS_DEFINE(call_state, enum call_state, CALL_STATE_TABLE)
WORDS_DEFINE(hung_up_by, enum hung_up_by, HUNG_UP_TABLE)
WORDS_DEFINE(call_step, enum call_step_kind, CALL_STEP_TABLE)
WORDS_DEFINE(call_role, enum call_role, CALL_ROLE_TABLE)
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
