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
#define URL_MAX 800
#define SPLIT_MAX 600
#define OPEN_MAX 1000
#define EXCEPTIONS_MAX 8000
#define CALLER_MAX 16
#define CALLS_MAX 100000
#define DAY_SECONDS (24 * 60 * 60)
#define GUARD_MAX_SECONDS 60

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
	{ "timeZone", "time-zone", "time_zone", N_("Time zone"),
	  N_("Of all times and days that are shown, e.g. Europe/Berlin"),
	  FIELD_ZONE, FIELD_REQUIRED, AT(workspace, time_zone), ZONE_MAX },
	{ "maxCallsPerCaller", "max-calls-per-caller", "max_calls_per_caller", N_("Calls per caller"),
	  N_("At most so many calls of one caller at a time on each server, e.g. 3; empty = no cap"),
	  FIELD_CAP, FIELD_MORE, AT(workspace, max_calls_per_caller), CALLS_MAX },
	{ "maxDurationSeconds", "max-duration", "max_duration", N_("Longest call"),
	  N_("Longer calls are ended, e.g. 2h; empty = no limit"),
	  FIELD_DURATION, FIELD_MORE, AT(workspace, max_duration), DAY_SECONDS },
	END,
};

static const struct field provider_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Made from the name and kept when it changes, e.g. twilio"),
	  FIELD_ID, SHOWN | FIELD_KEY, AT(provider, id), ID_MAX },
	{ "name", "name", "name", N_("Name"), N_("Your name for the provider, e.g. Twilio"),
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
	{ "defaultAgentId", "default-agent", "default_agent", N_("Default agent"),
	  N_("Answers numbers that are not configured, e.g. reception; empty = none"),
	  FIELD_AGENT, FIELD_MORE, AT(provider, default_agent), ID_MAX },
	{ "defaultMaxCalls", "default-max-calls", "default_max_calls", N_("Default calls"),
	  N_("Calls to unconfigured numbers at a time on each server, e.g. 5"),
	  FIELD_CAP, FIELD_MORE, AT(provider, default_max_calls), CALLS_MAX },
	{ "routing", "routing", "routing", N_("Routing"),
	  N_("Your dialplan context that may choose the agent, e.g. my-routing"),
	  FIELD_ID, FIELD_MORE, AT(provider, routing), ID_MAX },
	{ "maxCalls", "max-calls", "max_calls", N_("Calls at a time"),
	  N_("Calls of the provider at a time on each server, e.g. 100"),
	  FIELD_CAP, FIELD_MORE, AT(provider, max_calls), CALLS_MAX },
	{ "notes", "notes", "notes", N_("Notes"), N_("Anything to remember, e.g. the contract number"),
	  FIELD_TEXT, 0, AT(provider, notes), NOTES_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(provider, version), 0 },
	END,
};

static const struct field agent_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Letters, digits and _ . - only, e.g. support"),
	  FIELD_ID, FIELD_REQUIRED | FIELD_KEY, AT(agent, id), ID_MAX },
	{ "title", "title", "title", N_("Title"), N_("The name that people see, e.g. Customer Support"),
	  FIELD_TEXT, FIELD_REQUIRED | FIELD_VISIBLE, AT(agent, title), LABEL_MAX_BYTES },
	{ "region", "region", "region", N_("Region"), N_("Where the agent runs: na or eu"),
	  FIELD_REGION, 0, AT(agent, region), 0 },
	{ "url", "url-file", "url", N_("URL"),
	  N_("The agent's WebSocket address, e.g. wss://agents.example.com/voice; it is used instead of a dial string"),
	  FIELD_URL, 0, AT(agent, url), URL_MAX },
	{ "dial", "dial", "dial", N_("Dial string"), N_("What Asterisk dials, e.g. WebSocket/support/c(ulaw)"),
	  FIELD_DIAL, 0, AT(agent, dial), DIAL_MAX },
	{ "speaksFirstWithin", "speaks-first-within", "speaks_first_within", N_("Speaks first within"),
	  N_("Silence until then counts as unreachable, before the caller is answered, e.g. 6s; empty = not checked"),
	  FIELD_DURATION, FIELD_MORE, AT(agent, speaks_first_within), GUARD_MAX_SECONDS },
	{ "voiceEnabled", "voice-enabled", "voice_enabled", N_("Voice"), N_("Can the agent speak: yes or no"),
	  FIELD_BOOL, 0, AT(agent, voice_enabled), 0 },
	{ "voiceProblem", "voice-problem", "voice_problem", N_("Voice problem"),
	  N_("Why the agent can't speak, e.g. no transcriber is set"),
	  FIELD_TEXT, 0, AT(agent, voice_problem), REASON_MAX },
	{ "disabled", "disabled", "disabled", N_("Disabled"), N_("A disabled agent takes no calls: yes or no"),
	  FIELD_BOOL, 0, AT(agent, disabled), 0 },
	{ "maxCalls", "max-calls", "max_calls", N_("Calls at a time"),
	  N_("At most so many calls of this agent at a time on each server, e.g. 20; empty = no cap"),
	  FIELD_CAP, FIELD_MORE, AT(agent, max_calls), CALLS_MAX },
	{ "source", NULL, "source", N_("Source"), N_("Where the agent comes from: local or api"),
	  FIELD_ID, SHOWN, AT(agent, source), ID_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(agent, version), 0 },
	END,
};

static const struct field schedule_fields[] = {
	{ "id", NULL, "id", N_("Id"), N_("Letters, digits and _ . - only, e.g. office"),
	  FIELD_ID, FIELD_REQUIRED | FIELD_KEY, AT(schedule, id), ID_MAX },
	{ "title", "title", "title", N_("Title"), N_("The name that people see, e.g. Office hours"),
	  FIELD_TEXT, FIELD_VISIBLE, AT(schedule, title), LABEL_MAX_BYTES },
	{ "timeZone", "zone", "time_zone", N_("Time zone"), N_("Of its times, e.g. Europe/Berlin"),
	  FIELD_ZONE, FIELD_REQUIRED, AT(schedule, time_zone), ZONE_MAX },
	{ "open", "open", "open", N_("Open"), N_("Weekly opening times, e.g. mon-fri 09:00-18:00; repeatable"),
	  FIELD_OPEN, 0, AT(schedule, open), OPEN_MAX },
	{ "exceptions", "on", "exceptions", N_("Exceptions"),
	  N_("Other times on a date, e.g. 2026-12-24 closed, or 2026-12-31 10:00-14:00; repeatable"),
	  FIELD_EXCEPTIONS, 0, AT(schedule, exceptions), EXCEPTIONS_MAX },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(schedule, version), 0 },
	END,
};

static const struct field block_fields[] = {
	{ "caller", NULL, "caller", N_("Caller"),
	  N_("A number, the first digits of numbers, or anonymous: +41791234567, +4479*, anonymous"),
	  FIELD_CALLER, FIELD_REQUIRED | FIELD_KEY, AT(block, caller), CALLER_MAX },
	{ "reason", "reason", "reason", N_("Reason"), N_("Why, e.g. calls at night"),
	  FIELD_TEXT, 0, AT(block, reason), REASON_MAX },
	{ "until", "until", "until", N_("Until"), N_("When it ends, e.g. 30d or 2026-12-24T18:00:00Z; empty = no end"),
	  FIELD_TIME, 0, AT(block, until), 0 },
	{ "version", NULL, "version", N_("Version"), N_("Counts the edits, from 1"),
	  FIELD_INT, SHOWN, AT(block, version), 0 },
	END,
};

static const struct field number_fields[] = {
	{ "number", NULL, "e164", N_("Number"), N_("With + and country code, e.g. +15551234567"),
	  FIELD_E164, FIELD_REQUIRED | FIELD_KEY, AT(number, e164), E164_MAX },
	{ "trunkId", "provider", "provider", N_("Provider"), N_("The SIP provider the number arrives by, e.g. twilio"),
	  FIELD_PROVIDER, FIELD_REQUIRED, AT(number, provider), ID_MAX },
	{ "agentId", "agent", "agent", N_("Agent"), N_("Who answers, e.g. support"),
	  FIELD_AGENT, FIELD_REQUIRED, AT(number, agent), ID_MAX },
	{ "split", "split", "split", N_("Split"),
	  N_("Agents and weights, e.g. sales:90,trial:10; empty = the agent alone"),
	  FIELD_SPLIT, FIELD_MORE, AT(number, split), SPLIT_MAX },
	{ "fallbackAgentId", "fallback", "fallback", N_("Fallback"),
	  N_("Tried when the first agent fails, e.g. reception; empty = none"),
	  FIELD_AGENT, FIELD_MORE, AT(number, fallback), ID_MAX },
	{ "scheduleId", "schedule", "schedule", N_("Schedule"), N_("Its opening times, e.g. office; empty = always open"),
	  FIELD_SCHEDULE, FIELD_MORE, AT(number, schedule), ID_MAX },
	{ "closedAgentId", "closed-agent", "closed_agent", N_("Closed agent"),
	  N_("Answers outside the opening times, e.g. night; empty = nobody"),
	  FIELD_AGENT, FIELD_MORE, AT(number, closed_agent), ID_MAX },
	{ "maxCalls", "max-calls", "max_calls", N_("Calls at a time"),
	  N_("Calls to the number at a time on each server, e.g. 10; empty = no cap"),
	  FIELD_CAP, FIELD_MORE, AT(number, max_calls), CALLS_MAX },
	{ "maxDurationSeconds", "max-duration", "max_duration", N_("Longest call"),
	  N_("Longer calls are ended, e.g. 30m; empty = the workspace's limit"),
	  FIELD_DURATION, FIELD_MORE, AT(number, max_duration), DAY_SECONDS },
	{ "region", "region", "region", N_("Region"), N_("The region whose servers take its calls: na or eu"),
	  FIELD_REGION, 0, AT(number, region), 0 },
	{ "label", "label", "label", N_("Label"), N_("What the number is for, e.g. Sales hotline"),
	  FIELD_TEXT, FIELD_LINES, AT(number, label), LABEL_MAX_BYTES },
	{ "notes", "notes", "notes", N_("Notes"), N_("Anything to remember, e.g. who asked for it"),
	  FIELD_TEXT, FIELD_MORE | FIELD_LINES, AT(number, notes), NOTES_MAX },
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
	[ENTITY_SCHEDULE] = schedule_fields,
	[ENTITY_BLOCK] = block_fields,
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

const char *field_word(const struct field *f)
{
	/* The option of a URL names a file. */
	return f->option && f->type != FIELD_URL ? f->option : f->key;
}

/* --- members --- */

bool field_is_text(const struct field *f)
{
	return f->type < FIELD_REGION || f->type == FIELD_PARAMS || f->type == FIELD_PREFIX;
}

enum entity field_refers_to(const struct field *f)
{
	switch (f->type) {
	case FIELD_PROVIDER:
		return ENTITY_PROVIDER;
	case FIELD_AGENT:
		return ENTITY_AGENT;
	case FIELD_SCHEDULE:
		return ENTITY_SCHEDULE;
	default:
		return ENTITY_COUNT;
	}
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
		return (struct value){ VALUE_INT, .number = *(const int64_t *)at };
	case FIELD_TIME:
		return (struct value){ VALUE_TIME, .number = *(const int64_t *)at };
	case FIELD_CAP:
		return (struct value){ VALUE_CAP, .number = *(const int64_t *)at };
	case FIELD_DURATION:
		return (struct value){ VALUE_DURATION, .number = *(const int64_t *)at };
	default:
		return (struct value){ f->type == FIELD_PARAMS ? VALUE_JSON : VALUE_TEXT, .text = *(char *const *)at };
	}
}

/* In the largest unit that leaves no remainder: "90s", "30m", "2h". */
static char *duration_text(int64_t seconds)
{
	if (!seconds)
		return xstrdup("");
	if (seconds % 3600 == 0)
		return xasprintf("%" PRId64 "h", seconds / 3600);
	return seconds % 60 == 0 ? xasprintf("%" PRId64 "m", seconds / 60) : xasprintf("%" PRId64 "s", seconds);
}

#define MASKED "/..."

bool url_is_masked(const char *url)
{
	size_t len = strlen(url);

	return len > strlen(MASKED) && !strcmp(url + len - strlen(MASKED), MASKED);
}

char *url_mask(const char *url)
{
	size_t scheme = strcspn(url, ":"), host, end;

	if (strncmp(url + scheme, "://", 3) != 0)
		return xstrdup(url[0] ? MASKED : "");
	scheme += 3;
	end = scheme + strcspn(url + scheme, "/?#");
	/* The user and the password end with the last '@' before the path. */
	host = scheme;
	for (size_t i = scheme; i < end; i++)
		if (url[i] == '@')
			host = i + 1;
	if (host == scheme && (!url[end] || !strcmp(url + end, "/")))
		return xstrdup(url);
	return xasprintf("%.*s%.*s" MASKED, (int)scheme, url, (int)(end - host), url + host);
}

char *field_get(const struct field *f, const struct record *r)
{
	struct value v = field_value(f, r);
	char iso[CLOCK_ISO_SIZE] = "";

	if (f->type == FIELD_URL)
		return url_mask(v.text);
	if (v.kind == VALUE_CAP)
		return v.number ? xasprintf("%" PRId64, v.number) : xstrdup("");
	if (v.kind == VALUE_DURATION)
		return duration_text(v.number);
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
