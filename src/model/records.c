/*
 * Records: their life cycle and the words of their enumerations.
 *
 * The members that own memory are the text fields of the field table (fields.c). init, clear and copy walk that table,
 * so a new field needs no line here. Clearing leaves the struct zeroed, and clearing a zeroed struct does nothing. So a
 * record that was moved away can be cleared again.
 */
#include "config.h"

#include "trunkdeck/model/records.h"

#include <string.h>

#include "fields.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* --- words --- */

WORDS_DEFINE(region, enum region, REGION_TABLE)
WORDS_DEFINE(plan, enum plan, PLAN_TABLE)
WORDS_DEFINE(entity, enum entity, ENTITY_TABLE)

#define PARSE_DEFINE(prefix, type) \
	bool prefix##_parse(const char *s, type *out) \
	{ \
		int word = s ? words_find(&prefix##_words, s) : -1; \
\
		if (word >= 0) \
			*out = (type)word; \
		return word >= 0; \
	}
PARSE_DEFINE(region, enum region)
PARSE_DEFINE(plan, enum plan)
PARSE_DEFINE(entity, enum entity)

int64_t plan_limit(enum plan p)
{
	switch (p) {
	case PLAN_FREE:
		return 5;
	case PLAN_PRO:
		return 50;
	default:
		return LIMIT_NONE;
	}
}

int64_t workspace_limit(const struct workspace *w)
{
	return w->has_max ? w->max_phone_numbers : plan_limit(w->plan);
}

/* --- memory --- */

static void texts_clear(enum entity entity, void *base)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f))
			FREE(field_text_of(f, base));
}

/* `to` is already a shallow copy. */
static void texts_copy(enum entity entity, void *to)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f)) {
			char **text = field_text_of(f, to);

			*text = xstrdup(*text ? *text : "");
		}
}

void record_init(struct record *r, enum entity entity)
{
	/* The defaults, including the texts that are not empty at first. */
	const struct record first = { .entity = entity }, *from = &first;
	const struct record workspace = { .entity = entity, .workspace = { .plan = PLAN_ENTERPRISE, .time_zone = (char *)"UTC" } };
	const struct record agent = { .entity = entity, .agent = { .voice_enabled = true, .source = (char *)"local" } };
	const struct record schedule = { .entity = entity, .schedule = { .time_zone = (char *)"UTC" } };
	const struct record number = { .entity = entity, .number = { .enabled = true, .params = (char *)"{}" } };

	if (entity == ENTITY_WORKSPACE)
		from = &workspace;
	else if (entity == ENTITY_AGENT)
		from = &agent;
	else if (entity == ENTITY_SCHEDULE)
		from = &schedule;
	else if (entity == ENTITY_NUMBER)
		from = &number;
	record_copy(r, from);
}

void record_clear(struct record *r)
{
	enum entity entity = r->entity;

	texts_clear(entity, record_base(r));
	memset(r, 0, sizeof(*r));
	r->entity = entity;
}

void record_copy(struct record *to, const struct record *from)
{
	*to = *from;
	texts_copy(to->entity, record_base(to));
}

#define RECORD_DEFINE(type, kind) \
	void type##_init(struct type *r) \
	{ \
		struct record any; \
\
		record_init(&any, kind); \
		*r = any.type; \
	} \
	void type##_clear(struct type *r) \
	{ \
		texts_clear(kind, r); \
		*r = (struct type){ 0 }; \
	} \
	void type##_copy(struct type *to, const struct type *from) \
	{ \
		*to = *from; \
		texts_copy(kind, to); \
	}
RECORD_DEFINE(workspace, ENTITY_WORKSPACE)
RECORD_DEFINE(provider, ENTITY_PROVIDER)
RECORD_DEFINE(agent, ENTITY_AGENT)
RECORD_DEFINE(schedule, ENTITY_SCHEDULE)
RECORD_DEFINE(block, ENTITY_BLOCK)
RECORD_DEFINE(number, ENTITY_NUMBER)

/* --- any record --- */

void *record_base(struct record *r)
{
	/* Members of a union share their address. */
	return &r->number;
}

const void *record_base_const(const struct record *r)
{
	return &r->number;
}

/* The key is the first field of each table. */
const char *record_key(const struct record *r)
{
	return field_text_in(entity_fields(r->entity), record_base_const(r));
}

/* The workspace is one row that is edited as a whole, so it has no version. */
static const size_t version_at[ENTITY_COUNT] = {
	[ENTITY_PROVIDER] = offsetof(struct provider, version),
	[ENTITY_AGENT] = offsetof(struct agent, version),
	[ENTITY_SCHEDULE] = offsetof(struct schedule, version),
	[ENTITY_BLOCK] = offsetof(struct block, version),
	[ENTITY_NUMBER] = offsetof(struct number, version),
};

int64_t record_version(const struct record *r)
{
	size_t at = version_at[r->entity];

	return at ? *(const int64_t *)(const void *)((const char *)record_base_const(r) + at) : 0;
}

void record_set_version(struct record *r, int64_t version)
{
	size_t at = version_at[r->entity];

	if (at)
		*(int64_t *)(void *)((char *)record_base(r) + at) = version;
}

/* --- derived values --- */

bool agent_usable(const struct agent *a, const char **why)
{
	const char *reason = NULL;

	if (a->disabled)
		reason = _("agent is disabled");
	else if (!a->voice_enabled)
		reason = a->voice_problem[0] ? a->voice_problem : _("agent is not voice-enabled");
	else if (!a->dial[0] && !a->url[0])
		reason = _("agent has neither a URL nor a dial string");
	if (why)
		*why = reason;
	return !reason;
}

const char *number_unrouted(const struct number *n, const struct agent *agent)
{
	const char *why = NULL;

	if (!n->enabled)
		return _("disabled");
	if (!agent)
		return _("there is no agent");
	agent_usable(agent, &why);
	return why;
}

const char *provider_endpoint(const struct provider *p)
{
	return p->endpoint[0] ? p->endpoint : p->id;
}

void change_clear(struct change *c)
{
	FREE(&c->actor);
	FREE(&c->action);
	FREE(&c->key);
	FREE(&c->before);
	FREE(&c->after);
	FREE(&c->db_user);
	FREE(&c->url);
	*c = (struct change){ 0 };
}
