/*
 * The tables of fields, and reading and writing a member by its row.
 *
 * Each row is one line: JSON key, option, column, label, help, type, flags, place, bound. field_value.c has the allowed
 * values of each type. The region, the switches and the counters are stored as numbers. Everything else is a heap
 * string, so that records.c can manage memory from these tables alone.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "fields.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/e164.h"

#define ID_MAX 64
#define NAME_MAX_BYTES 80
#define LABEL_MAX_BYTES 120
#define NOTES_MAX 2000
#define ACTOR_MAX 120
#define REASON_MAX 200
#define DIAL_MAX 255
#define HOST_MAX 253
#define ENDPOINT_MAX 64
#define ZONE_MAX 64
#define PREFIX_MAX 7

#define AT(type, member) offsetof(struct type, member)
#define END { NULL, NULL, NULL, NULL, NULL, FIELD_TEXT, 0, 0, 0 }
#define SHOWN FIELD_READONLY

static const struct field workspace_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Made by init; marks the servers this workspace owns"),
	  FIELD_ID, SHOWN | FIELD_KEY, AT(workspace, id), ID_MAX },
	{ "name", "name", "name", N_("Name"), N_("Shown at the top of the screen, e.g. acme"),
	  FIELD_TEXT, FIELD_IDENTITY, AT(workspace, name), NAME_MAX_BYTES },
	{ "plan", "plan", "plan", N_("Plan"), N_("free (5 numbers), pro (50) or enterprise (unlimited)"),
	  FIELD_PLAN, 0, AT(workspace, plan), 0 },
	{ "maxPhoneNumbers", "max-numbers", "max_phone_numbers", N_("Number limit"),
	  N_("Instead of the plan's limit, e.g. 20 or unlimited; empty = the plan's"),
	  FIELD_LIMIT, 0, AT(workspace, max_phone_numbers), 0 },
	{ "timeZone", "time-zone", "time_zone", N_("Time zone"), N_("Of the hours in metrics, e.g. Europe/Berlin"),
	  FIELD_TEXT, FIELD_REQUIRED, AT(workspace, time_zone), ZONE_MAX },
	END,
};

static const struct field provider_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Made from the name and kept when it changes, e.g. twilio"),
	  FIELD_ID, SHOWN | FIELD_KEY, AT(provider, id), ID_MAX },
	{ "name", "name", "name", N_("Name"), N_("How you call this provider, e.g. Twilio"),
	  FIELD_TEXT, FIELD_REQUIRED | FIELD_IDENTITY, AT(provider, name), NAME_MAX_BYTES },
	{ "sipDomain", "sip-domain", "sip_domain", N_("SIP domain"),
	  N_("Host name or IP address without sip: and port, e.g. pstn.twilio.com"),
	  FIELD_HOST, FIELD_REQUIRED, AT(provider, sip_domain), HOST_MAX },
	{ "endpoint", "endpoint", "endpoint", N_("Endpoint"),
	  N_("PJSIP endpoint on the servers, e.g. twilio-in; empty = the id"),
	  FIELD_ID, 0, AT(provider, endpoint), ENDPOINT_MAX },
	{ "region", "region", "region", N_("Region"), N_("Suggested for its numbers: na or eu"),
	  FIELD_REGION, 0, AT(provider, region), 0 },
	{ "inboundPrefix", "inbound-prefix", "inbound_prefix", N_("Inbound prefix"),
	  N_("Put before a number that arrives without +, e.g. +44 for national numbers; empty = +"),
	  FIELD_PREFIX, 0, AT(provider, inbound_prefix), PREFIX_MAX },
	{ "notes", "notes", "notes", N_("Notes"), N_("Anything to remember, e.g. the contract number"),
	  FIELD_TEXT, 0, AT(provider, notes), NOTES_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(provider, version), 0 },
	END,
};

static const struct field agent_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Letters, digits and _ . - only, e.g. support"),
	  FIELD_ID, FIELD_REQUIRED | FIELD_KEY, AT(agent, id), ID_MAX },
	{ "title", "title", "title", N_("Title"), N_("How people call the agent, e.g. Customer Support"),
	  FIELD_TEXT, FIELD_REQUIRED | FIELD_VISIBLE, AT(agent, title), LABEL_MAX_BYTES },
	{ "region", "region", "region", N_("Region"), N_("Where the agent runs: na or eu"),
	  FIELD_REGION, 0, AT(agent, region), 0 },
	{ "dial", "dial", "dial", N_("Dial string"), N_("What Asterisk dials, e.g. WebSocket/support/c(ulaw)"),
	  FIELD_DIAL, 0, AT(agent, dial), DIAL_MAX },
	{ "voiceEnabled", "voice-enabled", "voice_enabled", N_("Voice"), N_("Can the agent speak: yes or no"),
	  FIELD_BOOL, 0, AT(agent, voice_enabled), 0 },
	{ "voiceProblem", "voice-problem", "voice_problem", N_("Voice problem"),
	  N_("Why it can't, e.g. no transcriber is set"),
	  FIELD_TEXT, 0, AT(agent, voice_problem), REASON_MAX },
	{ "disabled", "disabled", "disabled", N_("Disabled"), N_("A disabled agent takes no new numbers: yes or no"),
	  FIELD_BOOL, 0, AT(agent, disabled), 0 },
	{ "source", NULL, "source", N_("Source"), N_("Where the agent comes from: local or api"),
	  FIELD_ID, SHOWN, AT(agent, source), ID_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(agent, version), 0 },
	END,
};

static const struct field number_fields[] = {
	{ "number", NULL, "e164", N_("Number"), N_("With + and country code, e.g. +15551234567"),
	  FIELD_E164, FIELD_REQUIRED | FIELD_KEY, AT(number, e164), E164_MAX },
	{ "trunkId", "provider", "provider", N_("Provider"), N_("The SIP provider the number arrives by, e.g. twilio"),
	  FIELD_PROVIDER, FIELD_REQUIRED, AT(number, provider), ID_MAX },
	{ "agentId", "agent", "agent", N_("Agent"), N_("Who answers, e.g. support"),
	  FIELD_AGENT, FIELD_REQUIRED, AT(number, agent), ID_MAX },
	{ "region", "region", "region", N_("Region"), N_("Whose servers take its calls: na or eu"),
	  FIELD_REGION, 0, AT(number, region), 0 },
	{ "label", "label", "label", N_("Label"), N_("What the number is for, e.g. Sales hotline"),
	  FIELD_TEXT, 0, AT(number, label), LABEL_MAX_BYTES },
	{ "enabled", "enabled", "enabled", N_("Enabled"), N_("A disabled number has no route: yes or no"),
	  FIELD_BOOL, 0, AT(number, enabled), 0 },
	{ "additionalParams", "params", "params", N_("Additional parameters"),
	  N_("A JSON object, e.g. {\"department\":\"sales\"}"),
	  FIELD_PARAMS, 0, AT(number, params), PARAMS_SIZE_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(number, version), 0 },
	{ "createdAt", NULL, "created_at", N_("Created"), N_("When it was added, e.g. 2026-11-22T10:29:39Z"),
	  FIELD_TIME, SHOWN, AT(number, created_at), 0 },
	{ "createdBy", NULL, "created_by", N_("Created by"), N_("Who added it, e.g. alice"),
	  FIELD_TEXT, SHOWN, AT(number, created_by), ACTOR_MAX },
	{ "updatedAt", NULL, "updated_at", N_("Changed"), N_("When it was last changed, e.g. 2026-11-22T10:29:39Z"),
	  FIELD_TIME, SHOWN, AT(number, updated_at), 0 },
	{ "updatedBy", NULL, "updated_by", N_("Changed by"), N_("Who changed it last, e.g. alice"),
	  FIELD_TEXT, SHOWN, AT(number, updated_by), ACTOR_MAX },
	END,
};

static const struct field *const tables[ENTITY_COUNT] = {
	[ENTITY_WORKSPACE] = workspace_fields,
	[ENTITY_PROVIDER] = provider_fields,
	[ENTITY_AGENT] = agent_fields,
	[ENTITY_NUMBER] = number_fields,
};

/* --- looking rows up --- */

const struct field *entity_fields(enum entity e)
{
	if ((unsigned)e >= ENTITY_COUNT)
		die("fields of unknown kind %d", (int)e);
	return tables[e];
}

const struct field *field_by_key(enum entity e, const char *key)
{
	for (const struct field *f = entity_fields(e); f->key; f++)
		if (!strcmp(f->key, key))
			return f;
	return NULL;
}

/* --- members --- */

bool field_is_text(const struct field *f)
{
	return f->type < FIELD_REGION || f->type == FIELD_PARAMS || f->type == FIELD_PREFIX;
}

char **field_text_of(const struct field *f, void *base)
{
	return (char **)((char *)base + f->offset);
}

const char *field_text_in(const struct field *f, const void *base)
{
	return *(char *const *)((const char *)base + f->offset);
}

struct value field_value(const struct field *f, const struct record *r)
{
	const void *at = (const char *)record_base_const(r) + f->offset;

	switch (f->type) {
	case FIELD_REGION:
		return (struct value){ VALUE_TEXT, .text = region_name(*(const enum region *)at) };
	case FIELD_PLAN:
		return (struct value){ VALUE_TEXT, .text = plan_name(*(const enum plan *)at) };
	case FIELD_BOOL:
		return (struct value){ VALUE_BOOL, .number = *(const bool *)at };
	case FIELD_LIMIT:
		return (struct value){ !r->workspace.has_max ? VALUE_NONE : *(const int64_t *)at == LIMIT_NONE ? VALUE_UNLIMITED : VALUE_INT,
				       .number = *(const int64_t *)at };
	case FIELD_INT:
	case FIELD_TIME:
		return (struct value){ f->type == FIELD_INT ? VALUE_INT : VALUE_TIME, .number = *(const int64_t *)at };
	default:
		return (struct value){ f->type == FIELD_PARAMS ? VALUE_JSON : VALUE_TEXT, .text = *(char *const *)at };
	}
}

char *field_get(const struct field *f, const struct record *r)
{
	struct value v = field_value(f, r);
	char iso[CLOCK_ISO_SIZE] = "";

	if (v.kind == VALUE_BOOL)
		return xstrdup(v.number ? "yes" : "no");
	if (v.kind == VALUE_INT)
		return xasprintf("%" PRId64, v.number);
	if (v.kind == VALUE_TIME && v.number)
		clock_format_iso(iso, v.number);
	if (v.kind == VALUE_UNLIMITED)
		return xstrdup("unlimited");
	return xstrdup(v.text ? v.text : iso);
}
