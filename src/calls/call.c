#include "config.h"

#include "trunkdeck/calls/call.h"

#include <stddef.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/e164.h"

static const struct {
	const char *name;
	const char *text;
} outcomes[] = {
#define OUTCOME_ROW(id, name, text, help) { name, text },
	OUTCOME_TABLE(OUTCOME_ROW)
#undef OUTCOME_ROW
}, states[] = {
#define STATE_ROW(id, name, text) { name, text },
	CALL_STATE_TABLE(STATE_ROW)
#undef STATE_ROW
};

const char *outcome_name(enum call_outcome o)
{
	return outcomes[o].name;
}

const char *outcome_text(enum call_outcome o)
{
	return _(outcomes[o].text);
}

bool outcome_parse(const char *name, enum call_outcome *out)
{
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		if (strcmp(outcomes[i].name, name) == 0) {
			*out = (enum call_outcome)i;
			return true;
		}
	}
	return false;
}

const char *call_state_name(enum call_state s)
{
	return states[s].name;
}

const char *call_state_text(enum call_state s)
{
	return _(states[s].text);
}

const char *hung_up_by_name(enum hung_up_by h)
{
	static const char *const names[] = { "unknown", "caller", "agent", "system" };

	return names[h];
}

const char *hung_up_by_text(enum hung_up_by h)
{
	static const char *const texts[] = { "", N_("caller"), N_("agent"), N_("system") };

	return h == HUNG_UP_UNKNOWN ? "" : _(texts[h]);
}

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
