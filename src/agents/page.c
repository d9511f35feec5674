/*
 * jansson reads the JSON; what it builds in memory is many times the text when a text is made of brackets only, so those
 * are counted before. Then each entry becomes an agent through field_set(), the door everything else comes in by: an
 * id that is none, or a dial string too long, is refused here with the words of the form.
 *
 * A title is made fit instead of refused: it only names. A missing value is as good as null. A value of the wrong type is
 * not guessed at: "disabled": "no" could mean either.
 */
#include "config.h"

#include "page.h"

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
#define TITLE_SIZE 121		/* bytes of a title, with its end */
#define PLACEHOLDER "{agent_id}"

/* What can lack, as it is stored in voice_problem: not translated, see AGENTS_GONE_TEXT. */
#define NO_VOICE "no voice configuration"
#define NO_TRANSCRIBER "no transcriber is set"
#define NO_SPEECH "no speech provider is set"
#define NEITHER "neither transcriber nor speech provider is set"

/* --- texts --- */

static struct str text_of(const json_t *json)
{
	return (struct str){ json_string_value(json), json_string_length(json) };
}

/* Safe to show, and cut to fit. */
static void clean_into(char *to, size_t size, struct str s)
{
	char *clean = utf8_clean_dup(s);

	str_copy(to, size, str_of(clean));
	free(clean);
}

static void set_text(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

void page_hide(char *text, const char *secret)
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

char *page_dial(const char *template, const char *id)
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

static bool refuse(struct page_agent *a, const char *problem)
{
	str_copy(a->problem, sizeof(a->problem), str_of(problem));
	return false;
}

static bool refuse_field(struct page_agent *a, const struct err *e)
{
	char text[sizeof(e->message) + sizeof(e->hint) + 2];

	snprintf(text, sizeof(text), "%s%s%s", e->message, e->hint[0] ? ": " : "", e->hint);
	return refuse(a, text);
}

static bool set_field(struct page_agent *a, const char *key, const char *text)
{
	struct record r = { .entity = ENTITY_AGENT, .agent = a->agent };
	struct err e = { .code = ERR_NONE };
	bool ok = field_set(field_by_key(ENTITY_AGENT, key), &r, text, &e);

	a->agent = r.agent;
	return ok || refuse_field(a, &e);
}

static bool take_id(struct page_agent *a, const json_t *json)
{
	const json_t *id = get(json, "ID");
	struct str text = text_of(id);

	if (!json_is_string(id) || text.len == 0)
		return refuse(a, _("it has no ID"));
	clean_into(a->shown_id, sizeof(a->shown_id), text);
	if (memchr(text.p, '\0', text.len))
		return refuse(a, _("its ID holds a NUL byte"));
	return set_field(a, "id", text.p);
}

static bool is_blank(const char *s)
{
	return !s[strspn(s, " ")];
}

static bool take_title(struct page_agent *a, const json_t *json)
{
	const json_t *title = get(json, "title");
	char text[TITLE_SIZE] = "";

	if (title && !json_is_string(title))
		return refuse(a, _("its title is no text"));
	if (title)
		clean_into(text, sizeof(text), text_of(title));
	return set_field(a, "title", is_blank(text) ? a->agent.id : text);
}

static bool take_region(struct page_agent *a, const json_t *json)
{
	const json_t *region = get(json, "region");

	if (!region)
		return true;
	a->has_region = json_is_string(region) && region_parse(json_string_value(region), &a->agent.region);
	return a->has_region || refuse(a, _("its region is neither na nor eu"));
}

static bool take_disabled(struct page_agent *a, const json_t *json)
{
	const json_t *disabled = get(json, "disabled");

	if (disabled && !json_is_boolean(disabled))
		return refuse(a, _("its \"disabled\" is neither true nor false"));
	a->agent.disabled = json_is_true(disabled);
	return true;
}

static bool has_provider(const json_t *voice, const char *part)
{
	return text_of(get(get(voice, part), "provider")).len > 0;
}

static bool take_voice(struct page_agent *a, const json_t *json)
{
	const json_t *voice = get(json, "voiceConfig");
	bool hears = has_provider(voice, "transcriber"), speaks = has_provider(voice, "speechGen");

	if (voice && !json_is_object(voice))
		return refuse(a, _("its voiceConfig is no object"));
	a->agent.voice_enabled = hears && speaks;
	set_text(&a->agent.voice_problem, !voice ? NO_VOICE : hears ? (speaks ? "" : NO_SPEECH) :
		 speaks ? NO_TRANSCRIBER : NEITHER);
	return true;
}

static bool take_owner(struct page_agent *a, const json_t *json, const char *workspace)
{
	const json_t *owner = get(json, "ownerID");

	if (!workspace[0] || !json_is_string(owner) || str_eq(text_of(owner), str_of(workspace)))
		return true;
	return refuse(a, _("it belongs to another workspace"));
}

static bool take_dial(struct page_agent *a, const char *template)
{
	char *dial = page_dial(template, a->agent.id);
	bool ok = set_field(a, "dial", dial);

	free(dial);
	return ok;
}

static void take_agent(struct page_agent *a, const json_t *json, const struct page_rules *rules)
{
	struct err e = { .code = ERR_NONE };

	*a = (struct page_agent){ .has_region = false };
	agent_init(&a->agent);
	set_text(&a->agent.source, "api");
	if (!json_is_object(json))
		refuse(a, _("an entry of the list is no agent"));
	else if (take_id(a, json) && take_owner(a, json, rules->workspace) && take_title(a, json) &&
		 take_region(a, json) && take_disabled(a, json) && take_voice(a, json) &&
		 take_dial(a, rules->dial) && !agent_validate(&a->agent, &e))
		refuse_field(a, &e);
}

void page_agent_clear(struct page_agent *a)
{
	agent_clear(&a->agent);
}

/* --- the page --- */

static bool not_understood(struct err *e, const char *what)
{
	err_set_message(e, ERR_DIRECTORY_ANSWER, "%s", what);
	err_hint(e, "%s", _("is the address that of the API, e.g. https://HOST/v3?"));
	return false;
}

/* Strings may hold brackets too; a page of 50 agents has some thousand in all. */
static bool too_many_brackets(const char *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += bytes[i] == '{' || bytes[i] == '[';
	return n > BRACKETS_MAX;
}

static json_t *load(const char *bytes, size_t len, struct err *e)
{
	json_error_t why;
	json_t *json;

	if (len == 0) {
		not_understood(e, _("the answer is empty"));
		return NULL;
	}
	if (too_many_brackets(bytes, len)) {
		not_understood(e, _("the answer is too intricate"));
		return NULL;
	}
	json = json_loadb(bytes, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (!json)
		not_understood(e, _("the answer is no JSON"));
	else if (!json_is_object(json))
		not_understood(e, _("the answer is no JSON object"));
	else
		return json;
	json_decref(json);
	return NULL;
}

/* -1 when it is absent. */
static bool take_count(const json_t *json, const char *key, int64_t *out)
{
	const json_t *value = get(json, key);

	*out = json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value) : -1;
	return !value || *out >= 0;
}

static bool take_paging(struct page *out, const json_t *json, struct err *e)
{
	const json_t *more = get(json, "hasMore");

	if (!take_count(json, "total", &out->total) || !take_count(json, "page", &out->number) ||
	    (more && !json_is_boolean(more)))
		return not_understood(e, _("total, page or hasMore of the answer has the wrong type"));
	out->says_more = more != NULL;
	out->more = json_is_true(more);
	return true;
}

static void take_agents(struct page *out, const json_t *list, const struct page_rules *rules)
{
	size_t n = json_array_size(list);

	out->agents = xreallocarray(out->agents, out->count + n + 1, sizeof(*out->agents));
	for (size_t i = 0; i < n; i++)
		take_agent(&out->agents[out->count++], json_array_get(list, i), rules);
}

static bool take_page(struct page *out, const json_t *json, const struct page_rules *rules, struct err *e)
{
	const json_t *agents = get(json, "agents"), *starred = get(json, "starredAgents");

	if (!json_is_array(agents))
		return not_understood(e, _("the answer holds no list of agents"));
	if (starred && !json_is_array(starred))
		return not_understood(e, _("starredAgents of the answer is no list"));
	if (!take_paging(out, json, e))
		return false;
	take_agents(out, agents, rules);
	take_agents(out, starred, rules);
	out->starred = json_array_size(starred);
	return true;
}

bool page_parse(struct page *out, const char *bytes, size_t len, const struct page_rules *rules, struct err *e)
{
	json_t *json = load(bytes, len, e);
	bool ok;

	*out = (struct page){ .total = -1, .number = -1 };
	ok = json && take_page(out, json, rules, e);
	json_decref(json);
	return ok;
}

void page_clear(struct page *p)
{
	for (size_t i = 0; i < p->count; i++)
		page_agent_clear(&p->agents[i]);
	FREE(&p->agents);
	p->count = 0;
}

/* --- what a refusal says --- */

void page_refusal(const char *bytes, size_t len, const char *secret, char *to, size_t size)
{
	struct err ignored;
	json_t *json = load(bytes, len, &ignored);
	const json_t *message = get(json, "message");
	char *clean;

	to[0] = '\0';
	if (json_is_string(message)) {
		clean = utf8_clean_dup(text_of(message));
		page_hide(clean, secret);
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
		err_set_message(e, ERR_CONFIG, "%s", _("the dial string has no place for the agent"));
		err_hint(e, "%s", _("write {agent_id} where its id belongs, e.g. WebSocket/{agent_id}/c(ulaw)"));
		return false;
	}
	record_init(&r, ENTITY_AGENT);
	dial = page_dial(template, "id");
	ok = field_set(field_by_key(ENTITY_AGENT, "dial"), &r, dial, e);
	free(dial);
	record_clear(&r);
	return ok;
}
