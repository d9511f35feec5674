/*
 * Records: their life cycle and the words of their enumerations.
 *
 * The members that own memory are those of the field table (fields.c) whose type is text, so init, clear and copy walk
 * that table: a new field needs no line here. Clearing leaves the struct zeroed, and clearing a zeroed struct does
 * nothing, so that a record that was moved away can be cleared again.
 */
#include "config.h"

#include "trunkdeck/model/records.h"

#include <string.h>

#include "fields.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* --- words --- */

static const char *const region_names[REGION_COUNT] = { "na", "eu" };
static const char *const plan_names[PLAN_COUNT] = { "free", "pro", "enterprise" };
static const char *const entity_names[ENTITY_COUNT] = { "workspace", "provider", "agent", "number" };

static const char *name_at(const char *const names[], size_t count, size_t at)
{
	return at < count ? names[at] : "";
}

static bool name_find(const char *const names[], size_t count, const char *s, size_t *at)
{
	for (size_t i = 0; s && i < count; i++)
		if (!strcmp(names[i], s)) {
			*at = i;
			return true;
		}
	return false;
}

const char *region_name(enum region r)
{
	return name_at(region_names, REGION_COUNT, r);
}

bool region_parse(const char *s, enum region *out)
{
	size_t at;

	if (!name_find(region_names, REGION_COUNT, s, &at))
		return false;
	*out = (enum region)at;
	return true;
}

const char *plan_name(enum plan p)
{
	return name_at(plan_names, PLAN_COUNT, p);
}

bool plan_parse(const char *s, enum plan *out)
{
	size_t at;

	if (!name_find(plan_names, PLAN_COUNT, s, &at))
		return false;
	*out = (enum plan)at;
	return true;
}

const char *entity_name(enum entity e)
{
	return name_at(entity_names, ENTITY_COUNT, e);
}

bool entity_parse(const char *s, enum entity *out)
{
	size_t at;

	if (!name_find(entity_names, ENTITY_COUNT, s, &at))
		return false;
	*out = (enum entity)at;
	return true;
}

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

static void texts_init(enum entity entity, void *base)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f))
			*field_text_of(f, base) = xstrdup(f->type == FIELD_PARAMS ? "{}" : "");
}

static void texts_clear(enum entity entity, void *base)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f))
			FREE(field_text_of(f, base));
}

/* `to` holds a shallow copy already. */
static void texts_copy(enum entity entity, void *to)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f)) {
			char **text = field_text_of(f, to);

			*text = xstrdup(*text ? *text : "");
		}
}

void workspace_init(struct workspace *w)
{
	*w = (struct workspace){ .plan = PLAN_ENTERPRISE };
	texts_init(ENTITY_WORKSPACE, w);
	free(w->time_zone);
	w->time_zone = xstrdup("UTC");
}

void workspace_clear(struct workspace *w)
{
	texts_clear(ENTITY_WORKSPACE, w);
	*w = (struct workspace){ 0 };
}

void workspace_copy(struct workspace *to, const struct workspace *from)
{
	*to = *from;
	texts_copy(ENTITY_WORKSPACE, to);
}

void provider_init(struct provider *p)
{
	*p = (struct provider){ 0 };
	texts_init(ENTITY_PROVIDER, p);
}

void provider_clear(struct provider *p)
{
	texts_clear(ENTITY_PROVIDER, p);
	*p = (struct provider){ 0 };
}

void provider_copy(struct provider *to, const struct provider *from)
{
	*to = *from;
	texts_copy(ENTITY_PROVIDER, to);
}

void agent_init(struct agent *a)
{
	*a = (struct agent){ .voice_enabled = true };
	texts_init(ENTITY_AGENT, a);
	free(a->source);
	a->source = xstrdup("local");
}

void agent_clear(struct agent *a)
{
	texts_clear(ENTITY_AGENT, a);
	*a = (struct agent){ 0 };
}

void agent_copy(struct agent *to, const struct agent *from)
{
	*to = *from;
	texts_copy(ENTITY_AGENT, to);
}

void number_init(struct number *n)
{
	*n = (struct number){ .enabled = true };
	texts_init(ENTITY_NUMBER, n);
}

void number_clear(struct number *n)
{
	texts_clear(ENTITY_NUMBER, n);
	*n = (struct number){ 0 };
}

void number_copy(struct number *to, const struct number *from)
{
	*to = *from;
	texts_copy(ENTITY_NUMBER, to);
}

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

void record_init(struct record *r, enum entity entity)
{
	memset(r, 0, sizeof(*r));
	r->entity = entity;
	switch (entity) {
	case ENTITY_WORKSPACE:
		workspace_init(&r->workspace);
		break;
	case ENTITY_PROVIDER:
		provider_init(&r->provider);
		break;
	case ENTITY_AGENT:
		agent_init(&r->agent);
		break;
	case ENTITY_NUMBER:
		number_init(&r->number);
		break;
	default:
		die("record of unknown kind %d", (int)entity);
	}
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

const char *record_key(const struct record *r)
{
	switch (r->entity) {
	case ENTITY_PROVIDER:
		return r->provider.id;
	case ENTITY_AGENT:
		return r->agent.id;
	case ENTITY_NUMBER:
		return r->number.e164;
	default:
		return r->workspace.id;
	}
}

int64_t record_version(const struct record *r)
{
	switch (r->entity) {
	case ENTITY_PROVIDER:
		return r->provider.version;
	case ENTITY_AGENT:
		return r->agent.version;
	case ENTITY_NUMBER:
		return r->number.version;
	default:
		/* The workspace is one row, edited whole: it has no version. */
		return 0;
	}
}

void record_set_version(struct record *r, int64_t version)
{
	switch (r->entity) {
	case ENTITY_PROVIDER:
		r->provider.version = version;
		break;
	case ENTITY_AGENT:
		r->agent.version = version;
		break;
	case ENTITY_NUMBER:
		r->number.version = version;
		break;
	default:
		break;
	}
}

/* --- what records say --- */

bool agent_usable(const struct agent *a, const char **why)
{
	const char *reason = NULL;

	if (a->disabled)
		reason = _("agent is disabled");
	else if (!a->voice_enabled)
		reason = a->voice_problem[0] ? a->voice_problem : _("agent is not voice-enabled");
	else if (!a->dial[0])
		reason = _("agent has no dial string");
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
	*c = (struct change){ 0 };
}
