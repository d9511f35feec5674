/*
 * The probe goes from an endpoint to its contacts, one question at a time. Names that come back are arguments of the next question.
 * A name with a comma, a parenthesis or a quote in it would make another question, and is left out.
 */
#include "config.h"

#include "trunkdeck/routes/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

WORDS_DEFINE(endpoint_state, enum endpoint_state, ENDPOINT_STATE_TABLE)

bool endpoint_state_needs_person(enum endpoint_state s)
{
#define ENDPOINT_STATE_ALARM(id, name, text, alarm, help) alarm,
	static const bool alarms[] = { ENDPOINT_STATE_TABLE(ENDPOINT_STATE_ALARM) };
#undef ENDPOINT_STATE_ALARM

	return alarms[s];
}

enum endpoint_state endpoint_state_of_contact(struct str status)
{
	if (str_eq_nocase(status, STR("Reachable")))
		return ENDPOINT_REACHABLE;
	if (str_eq_nocase(status, STR("Unreachable")))
		return ENDPOINT_UNREACHABLE;
	return str_eq_nocase(status, STR("NonQualified")) ? ENDPOINT_UNWATCHED : ENDPOINT_UNKNOWN;
}

static bool is_argument(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr(",()\"'\\$", s.p[i]))
			return false;
	return s.len > 0;
}

void endpoint_probe_begin(struct endpoint_probe *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	str_copy(p->name, sizeof(p->name), str_of(name));
	p->absent = !is_argument(str_of(p->name));
	p->step = p->absent ? PROBE_DONE : PROBE_DEVICE;
}

bool endpoint_probe_next(const struct endpoint_probe *p, char *variable, size_t size)
{
	switch (p->step) {
	case PROBE_DEVICE:
		snprintf(variable, size, "DEVICE_STATE(PJSIP/%s)", p->name);
		return true;
	case PROBE_AORS:
		snprintf(variable, size, "PJSIP_ENDPOINT(%s,aors)", p->name);
		return true;
	case PROBE_CONTACTS:
		snprintf(variable, size, "PJSIP_AOR(%s,contact)", p->aors[p->aor]);
		return true;
	case PROBE_STATUS:
		snprintf(variable, size, "PJSIP_CONTACT(%s,status)", p->contacts[p->contact].id);
		return true;
	case PROBE_RTT:
		snprintf(variable, size, "PJSIP_CONTACT(%s,rtt)", p->contacts[p->contact].id);
		return true;
	case PROBE_DONE:
		break;
	}
	return false;
}

/* Adds each name of a comma-separated list to the AORs or contacts, while there is room. */
static void add_names(struct endpoint_probe *p, struct str list, bool contacts)
{
	while (list.len) {
		const char *comma = memchr(list.p, ',', list.len);
		struct str name = { list.p, comma ? (size_t)(comma - list.p) : list.len };
		struct endpoint_contact *c = &p->contacts[p->contact_count];

		list.p += name.len + (comma != NULL);
		list.len -= name.len + (comma != NULL);
		while (name.len && *name.p == ' ')
			name = (struct str){ name.p + 1, name.len - 1 };
		if (!is_argument(name))
			continue;
		if (contacts && p->contact_count < ENDPOINT_CONTACTS_MAX && name.len < sizeof(c->id)) {
			str_copy(c->id, sizeof(c->id), name);
			c->rtt_us = -1;
			p->contact_count++;
		} else if (!contacts && p->aor_count < ENDPOINT_AORS_MAX && name.len < sizeof(p->aors[0])) {
			str_copy(p->aors[p->aor_count++], sizeof(p->aors[0]), name);
		}
	}
}

static void next_contact(struct endpoint_probe *p)
{
	p->contact++;
	p->step = p->contact < p->contact_count ? PROBE_STATUS : PROBE_DONE;
}

void endpoint_probe_answer(struct endpoint_probe *p, struct str value)
{
	switch (p->step) {
	case PROBE_DEVICE:
		p->absent = str_eq_nocase(value, STR("INVALID"));
		p->step = p->absent ? PROBE_DONE : PROBE_AORS;
		break;
	case PROBE_AORS:
		add_names(p, value, false);
		p->step = p->aor_count ? PROBE_CONTACTS : PROBE_DONE;
		break;
	case PROBE_CONTACTS:
		add_names(p, value, true);
		if (++p->aor == p->aor_count)
			p->step = p->contact_count ? PROBE_STATUS : PROBE_DONE;
		break;
	case PROBE_STATUS:
		p->contacts[p->contact].state = endpoint_state_of_contact(value);
		if (p->contacts[p->contact].state == ENDPOINT_REACHABLE)
			p->step = PROBE_RTT;
		else
			next_contact(p);
		break;
	case PROBE_RTT:
		if (!str_to_i64(value, &p->contacts[p->contact].rtt_us) || p->contacts[p->contact].rtt_us < 0)
			p->contacts[p->contact].rtt_us = -1;
		next_contact(p);
		break;
	case PROBE_DONE:
		break;
	}
}

void endpoint_probe_result(const struct endpoint_probe *p, struct endpoint_report *out)
{
	/* The best contact decides: a call is sent to any contact that takes it. */
	static const int rank[ENDPOINT_STATE_COUNT] = {
		[ENDPOINT_UNKNOWN] = 0, [ENDPOINT_UNREACHABLE] = 1, [ENDPOINT_UNWATCHED] = 2, [ENDPOINT_REACHABLE] = 3,
	};

	*out = (struct endpoint_report){ .state = ENDPOINT_UNKNOWN, .rtt_us = -1 };
	str_copy(out->name, sizeof(out->name), str_of(p->name));
	out->contacts = (unsigned)p->contact_count;
	if (p->absent)
		out->state = ENDPOINT_ABSENT;
	else if (!p->contact_count)
		out->state = ENDPOINT_UNWATCHED;
	for (size_t i = 0; i < p->contact_count; i++) {
		const struct endpoint_contact *c = &p->contacts[i];

		if (rank[c->state] > rank[out->state])
			out->state = c->state;
		out->answering += c->state == ENDPOINT_REACHABLE;
		if (c->rtt_us >= 0 && (out->rtt_us < 0 || c->rtt_us < out->rtt_us))
			out->rtt_us = c->rtt_us;
	}
}
