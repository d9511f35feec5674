/*
 * jansson reads the JSON. A text of brackets alone would need many times its size of memory, so brackets are counted
 * first. Then field_set() makes each entry an agent, as with all other input: an id or dial string that is not allowed
 * is refused with the form's message.
 *
 * A title is shortened and not refused, because it only names. A missing value is the same as null. A value of the
 * wrong type is refused: "disabled": "no" could mean either.
 */
#include "config.h"

#include "directory_page.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/validate.h"

#define BRACKETS_MAX 400000
#define TITLE_SIZE 121		/* bytes of a title, including NUL */
#define PLACEHOLDER "{agent_id}"

/* Reasons as they are stored in voice_problem: not translated, see AGENTS_GONE_TEXT. */
#define NO_VOICE "no voice configuration"
#define NO_TRANSCRIBER "no transcriber is set"
#define NO_SPEECH "no speech provider is set"
#define NEITHER "neither transcriber nor speech provider is set"

/* --- texts --- */

static struct str text_of(const json_t *json)
{
	return (struct str){ json_string_value(json), json_string_length(json) };
}

/* Copies the text, cleaned and shortened to fit. */
static void clean_into(char *to, size_t size, struct str s)
{
	char *clean = utf8_clean_dup(s);

	str_copy(to, size, str_of(clean));
	free(clean);
}

void directory_hide(char *text, const char *secret)
{
	size_t len = strlen(secret), shown;
	char *at = text;

	while (len > 0 && (at = strstr(at, secret))) {
		shown = len < 3 ? len : 3;
		memset(at, '*', shown);
		memmove(at + shown, at + len, strlen(at + len) + 1);
		at += shown;
	}
}

char *directory_dial(const char *template, const char *id)
{
	const char *at;
	struct buf out;

	buf_init(&out, BUF_UNBOUNDED);
	while ((at = strstr(template, PLACEHOLDER))) {
		buf_add(&out, template, (size_t)(at - template));
		buf_adds(&out, id);
		template = at + strlen(PLACEHOLDER);
	}
	buf_adds(&out, template);
	return buf_take(&out);
}

/* --- one agent --- */

/* A value of an object; null and absent are the same. */
static json_t *get(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static bool refuse(struct directory_agent *a, const char *problem)
{
	str_copy(a->problem, sizeof(a->problem), str_of(problem));
	return false;
}

static bool refuse_field(struct directory_agent *a, const struct err *e)
{
	char text[sizeof(e->message) + sizeof(e->hint) + 2];

	snprintf(text, sizeof(text), "%s%s%s", e->message, e->hint[0] ? ": " : "", e->hint);
	return refuse(a, text);
}

static bool set_field(struct directory_agent *a, const char *key, const char *text)
{
	struct record r = { .entity = ENTITY_AGENT, .agent = a->agent };
	struct err e = { .code = ERR_NONE };
	bool ok = field_set(field_by_key(ENTITY_AGENT, key), &r, text, &e);

	a->agent = r.agent;
	return ok || refuse_field(a, &e);
}

/* True if a part of the voice configuration names its provider. */
static bool has_provider(const json_t *voice, const char *part)
{
	return text_of(get(get(voice, part), "provider")).len > 0;
}

static bool take_agent(struct directory_agent *a, const json_t *json, const struct directory_rules *rules)
{
	const json_t *id = get(json, "ID"), *owner = get(json, "ownerID"), *title = get(json, "title");
	const json_t *region = get(json, "region"), *disabled = get(json, "disabled"), *voice = get(json, "voiceConfig");
	bool hears = has_provider(voice, "transcriber"), speaks = has_provider(voice, "speechGen"), ok;
	char text[TITLE_SIZE] = "", *dial;
	struct err e = { .code = ERR_NONE };

	*a = (struct directory_agent){ .has_region = region != NULL };
	agent_init(&a->agent);
	free(a->agent.source);
	a->agent.source = xstrdup("api");
	if (!json_is_object(json))
		return refuse(a, _("an entry of the list is not an agent"));
	if (!json_is_string(id) || json_string_length(id) == 0)
		return refuse(a, _("it has no ID"));
	clean_into(a->shown_id, sizeof(a->shown_id), text_of(id));
	if (strlen(json_string_value(id)) != json_string_length(id))
		return refuse(a, _("its ID holds a NUL byte"));
	if (!set_field(a, "id", json_string_value(id)))
		return false;
	if (rules->workspace[0] && json_is_string(owner) && !str_eq(text_of(owner), str_of(rules->workspace)))
		return refuse(a, _("it belongs to another workspace"));
	if (title && !json_is_string(title))
		return refuse(a, _("its title is not a text"));
	if (title)
		clean_into(text, sizeof(text), text_of(title));
	if (!set_field(a, "title", text[strspn(text, " ")] ? text : a->agent.id))
		return false;
	if (region && !(json_is_string(region) && region_parse(json_string_value(region), &a->agent.region)))
		return refuse(a, _("its region is neither na nor eu"));
	if (disabled && !json_is_boolean(disabled))
		return refuse(a, _("its \"disabled\" is neither true nor false"));
	a->agent.disabled = json_is_true(disabled);
	if (voice && !json_is_object(voice))
		return refuse(a, _("its voiceConfig is not an object"));
	a->agent.voice_enabled = hears && speaks;
	free(a->agent.voice_problem);
	a->agent.voice_problem = xstrdup(!voice ? NO_VOICE : hears && speaks ? "" : hears ? NO_SPEECH : speaks ? NO_TRANSCRIBER : NEITHER);
	dial = directory_dial(rules->dial, a->agent.id);
	ok = set_field(a, "dial", dial);
	free(dial);
	return ok && (agent_validate(&a->agent, &e) || refuse_field(a, &e));
}

void directory_agent_clear(struct directory_agent *a)
{
	agent_clear(&a->agent);
}

/* --- the page --- */

static bool not_understood(struct err *e, const char *what)
{
	err_set_message(e, ERR_DIRECTORY_ANSWER, "%s", what);
	return err_hint(e, "%s", _("check the address in [agents]: it must be that of the API, e.g. https://HOST/v3"));
}

static json_t *load(const char *bytes, size_t len, struct err *e)
{
	json_error_t why;
	json_t *json;
	size_t brackets = 0;

	if (len == 0) {
		not_understood(e, _("the answer is empty"));
		return NULL;
	}
	/* Strings may have brackets too; a page of 50 agents has some thousand in all. */
	for (size_t i = 0; i < len; i++)
		brackets += bytes[i] == '{' || bytes[i] == '[';
	if (brackets > BRACKETS_MAX) {
		not_understood(e, _("the answer has too many parts"));
		return NULL;
	}
	json = json_loadb(bytes, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (!json)
		not_understood(e, _("the answer is not JSON"));
	else if (!json_is_object(json))
		not_understood(e, _("the answer is not a JSON object"));
	else
		return json;
	json_decref(json);
	return NULL;
}

/* *out is -1 when the key is absent. */
static bool take_count(const json_t *json, const char *key, int64_t *out)
{
	const json_t *value = get(json, key);

	*out = json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value) : -1;
	return !value || *out >= 0;
}

static void take_agents(struct directory_page *out, const json_t *list, const struct directory_rules *rules)
{
	size_t n = json_array_size(list);

	out->agents = xreallocarray(out->agents, out->count + n + 1, sizeof(*out->agents));
	for (size_t i = 0; i < n; i++)
		take_agent(&out->agents[out->count++], json_array_get(list, i), rules);
}

bool directory_page_parse(struct directory_page *out, const char *bytes, size_t len, const struct directory_rules *rules,
			  struct err *e)
{
	json_t *json = load(bytes, len, e);
	const json_t *agents = get(json, "agents"), *starred = get(json, "starredAgents"), *more = get(json, "hasMore");
	bool ok = false;

	*out = (struct directory_page){ .total = -1, .number = -1 };
	if (!json) {
		return false;
	} else if (!json_is_array(agents)) {
		not_understood(e, _("the answer holds no list of agents"));
	} else if (starred && !json_is_array(starred)) {
		not_understood(e, _("starredAgents of the answer is not a list"));
	} else if (!take_count(json, "total", &out->total) || !take_count(json, "page", &out->number) ||
		   (more && !json_is_boolean(more))) {
		not_understood(e, _("total, page or hasMore of the answer has the wrong type"));
	} else {
		out->says_more = more != NULL;
		out->more = json_is_true(more);
		take_agents(out, agents, rules);
		take_agents(out, starred, rules);
		out->starred = json_array_size(starred);
		ok = true;
	}
	json_decref(json);
	return ok;
}

void directory_page_clear(struct directory_page *p)
{
	for (size_t i = 0; i < p->count; i++)
		directory_agent_clear(&p->agents[i]);
	FREE(&p->agents);
	p->count = 0;
}

/* --- the text of a refusal --- */

void directory_refusal(const char *bytes, size_t len, const char *secret, char *to, size_t size)
{
	struct err ignored;
	json_t *json = load(bytes, len, &ignored);
	const json_t *message = get(json, "message");
	char *clean;

	to[0] = '\0';
	if (json_is_string(message)) {
		clean = utf8_clean_dup(text_of(message));
		directory_hide(clean, secret);
		str_copy(to, size, str_of(clean));
		free(clean);
	}
	json_decref(json);
}

/* --- the template --- */

bool agents_dial_check(const char *template, struct err *e)
{
	struct record r;
	char *dial;
	bool ok;

	if (!strstr(template, PLACEHOLDER)) {
		err_set_message(e, ERR_CONFIG, "%s", _("the dial string has no {agent_id}"));
		return err_hint(e, "%s",
			_("write {agent_id} in the place of the agent's id, e.g. WebSocket/{agent_id}/c(ulaw)"));
	}
	record_init(&r, ENTITY_AGENT);
	dial = directory_dial(template, "id");
	ok = field_set(field_by_key(ENTITY_AGENT, "dial"), &r, dial, e);
	free(dial);
	record_clear(&r);
	return ok;
}
