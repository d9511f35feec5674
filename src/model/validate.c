/*
 * The rules beyond a single field: references, usability, limits. The form of each value is defined in field_value.c.
 * It is checked again here, because a record may have been filled in without field_set().
 */
#include "config.h"

#include "trunkdeck/model/validate.h"

#include <inttypes.h>
#include <string.h>

#include "fields.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/tell.h"

/* --- references --- */

/* `unchanged`: it was there before, so an agent that has become unusable may stay. */
static bool check_reference(const struct field *f, const char *key, bool unchanged, const struct record_lookup *look, struct err *e)
{
	bool to_schedule = f->type == FIELD_SCHEDULE;
	const struct record *r = look->find ? look->find(look->arg, to_schedule ? ENTITY_SCHEDULE : ENTITY_AGENT, key) : NULL;
	const char *why;

	if (r && (unchanged || to_schedule || agent_usable(&r->agent, &why)))
		return true;
	if (r)
		/* TRANSLATORS: agent id, then the reason. */
		err_set(e, ERR_AGENT_UNUSABLE, _("%s: %s; choose another agent"), key, why);
	else if (to_schedule)
		err_set(e, ERR_SCHEDULE_NOT_FOUND, _("there is no schedule %s: see 'trunkdeck schedule list'"), key);
	else
		err_set(e, ERR_AGENT_NOT_FOUND, _("there is no agent %s: see 'trunkdeck agent list'"), key);
	err_about(e, f->key);
	return false;
}

static bool check_split(const struct field *f, const struct number *n, const struct number_context *ctx, struct err *e)
{
	const char *rest = n->split;
	struct str id;
	int weight;

	while (split_next(&rest, &id, &weight)) {
		char *agent = str_dup(id);
		bool unchanged = ctx->restoring || (!ctx->adding && ctx->holder && split_weight(ctx->holder->split, agent));
		bool ok = check_reference(f, agent, unchanged, &ctx->look, e);

		free(agent);
		if (!ok)
			return false;
	}
	if (!n->split[0] || split_weight(n->split, n->agent))
		return true;
	field_refuse(f, e, "");
	err_hint(e, _("the agent of the number is %s: name it too, e.g. %s:90"), n->agent, n->agent);
	return false;
}

/* --- numbers --- */

/* The fallback, or the agent for closed hours. */
static bool check_other_agent(const struct field *f, const char *text, const struct number *n, const struct number_context *ctx,
			      struct err *e)
{
	bool unchanged = ctx->restoring || (!ctx->adding && ctx->holder && !strcmp(field_text_in(f, ctx->holder), text));

	if (!text[0])
		return true;
	/* With a split, the fallback of one agent may be the other one. */
	if (n->fallback == text && !n->split[0] && !strcmp(n->agent, text))
		return field_refuse(f, e, _("the agent can't be its own fallback: choose another one"));
	return check_reference(f, text, unchanged, &ctx->look, e);
}

/* Checks the record that a field refers to, and the number itself. */
static bool check_field(const struct field *f, const struct number *n, const struct number_context *ctx, struct err *e)
{
	const char *why, *text = field_is_text(f) ? field_text_in(f, n) : "";

	switch (f->type) {
	case FIELD_E164:
		if (!e164_check(text, provider_country(ctx->provider), e))
			return false;
		if (!ctx->adding || !ctx->holder)
			return true;
		why = ctx->holder_provider_name;
		return err_set(e, ERR_NUMBER_EXISTS, _("already on provider %s: edit it there or use another number"),
			       why && *why ? why : ctx->holder->provider);
	case FIELD_PROVIDER:
		if (!field_check_text(f, text, e))
			return false;
		return ctx->provider ||
		       err_set(e, ERR_TRUNK_NOT_FOUND, _("there is no provider %s: see 'trunkdeck provider list'"), text);
	case FIELD_AGENT:
		if (!field_check_text(f, text, e))
			return false;
		if (!(f->flags & FIELD_REQUIRED))
			return check_other_agent(f, text, n, ctx, e);
		if (!ctx->agent)
			return err_set(e, ERR_AGENT_NOT_FOUND, _("there is no agent %s: see 'trunkdeck agent list'"), text);
		if (ctx->restoring || (!ctx->adding && ctx->holder && !strcmp(ctx->holder->agent, text)) ||
		    agent_usable(ctx->agent, &why))
			return true;
		/* TRANSLATORS: agent id, then the reason. */
		return err_set(e, ERR_AGENT_UNUSABLE, _("%s: %s; choose another agent"), text, why);
	case FIELD_PARAMS:
		return field_check_text(f, text, e) &&
		       (ctx->restoring || tell_check_params(text, !ctx->adding && ctx->holder ? ctx->holder->params : "", ctx->imports, e));
	case FIELD_SCHEDULE:
		return field_check_text(f, text, e) && (!text[0] || check_reference(f, text, true, &ctx->look, e));
	case FIELD_SPLIT:
		return field_check_text(f, text, e) && check_split(f, n, ctx, e);
	default:
		return !field_is_text(f) || field_check_text(f, text, e);
	}
}

bool number_validate(const struct number *n, const struct number_context *ctx, const char *key, struct err *e)
{
	for (const struct field *f = entity_fields(ENTITY_NUMBER); f->key; f++)
		if ((!key || !strcmp(f->key, key)) && !check_field(f, n, ctx, e))
			return false;
	if ((key && strcmp(key, err_field_of(ERR_NUMBER_LIMIT))) || !ctx->adding ||
	    limit_state_of(ctx->used, ctx->limit) != LIMIT_REACHED)
		return true;
	if (ctx->plan)
		return err_set(e, ERR_NUMBER_LIMIT,
			       _("%" PRId64 " of %" PRId64 " used (plan %s): delete a number or raise the plan"),
			       ctx->used, ctx->limit, ctx->plan);
	return err_set(e, ERR_NUMBER_LIMIT,
		       _("%" PRId64 " of %" PRId64 " used: delete a number or raise the workspace's limit"),
		       ctx->used, ctx->limit);
}

const char *number_warning(const struct number *n, const struct number_context *ctx)
{
	if (!ctx->agent)
		return NULL;
	if (ctx->agent->region == n->region)
		return agent_kind_of(ctx->agent->url, ctx->agent->dial) == AGENT_KIND_PJSIP && tell_header_bytes(n->params) > TELL_HEADERS_MAX ?
		       _("The parameters make more than 800 bytes of SIP headers: over UDP the call may not reach the agent") : NULL;
	if (n->region == REGION_NA)
		return _("The agent runs in eu, the number is in na: callers will wait longer for answers");
	return _("The agent runs in na, the number is in eu: callers will wait longer for answers");
}

/* --- providers, agents, the workspace --- */

bool fields_validate(const struct record *r, struct err *e)
{
	return fields_check(r->entity, record_base_const(r), e);
}

bool provider_validate(const struct provider *p, const struct provider *there, bool restoring, const struct record_lookup *look,
		       struct err *e)
{
	const struct field *f = field_by_key(ENTITY_PROVIDER, "defaultAgentId");

	return fields_check(ENTITY_PROVIDER, p, e) &&
	       (!p->default_agent[0] ||
		check_reference(f, p->default_agent, restoring || (there && !strcmp(there->default_agent, p->default_agent)), look, e));
}

bool agent_validate(const struct agent *a, struct err *e)
{
	if (!fields_check(ENTITY_AGENT, a, e))
		return false;
	if (a->dial[0] || a->url[0] || !a->voice_enabled || a->disabled)
		return true;
	return field_missing(field_by_key(ENTITY_AGENT, "dial"), e);
}

bool workspace_validate(const struct workspace *w, struct err *e)
{
	if (!fields_check(ENTITY_WORKSPACE, w, e))
		return false;
	if (w->has_max && w->max_phone_numbers < 0 && w->max_phone_numbers != LIMIT_NONE)
		return field_refuse(field_by_key(ENTITY_WORKSPACE, "maxPhoneNumbers"), e,
				    _("a number from 0 on, or unlimited; empty = the plan's limit"));
	return true;
}

enum limit_state limit_state_of(int64_t used, int64_t limit)
{
	if (limit == LIMIT_NONE)
		return LIMIT_OK;
	if (used >= limit)
		return LIMIT_REACHED;
	/* 80 %, rounded up. The calculation cannot overflow. */
	return used >= limit - limit / 5 ? LIMIT_NEAR : LIMIT_OK;
}

/* --- slugs --- */

/* An id has 64 bytes. This leaves room for a suffix that makes it unique ("-12"). */
#define SLUG_MAX 56

/* The letters U+00C0 to U+017F without their marks; '=': see `pairs`, '-': no letter. */
static const char base_letters[] =
	"aaaaaa=ceeeeiiiidnooooo-ouuuuy==aaaaaa=ceeeeiiiidnooooo-ouuuuy=y"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii==jjkkklllllll"
	"lllnnnnnnnnnoooooo==rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static const char *pair_of(uint32_t code)
{
	switch (code) {
	case 0xc6:
	case 0xe6:
		return "ae";
	case 0xde:
	case 0xfe:
		return "th";
	case 0xdf:
		return "ss";
	case 0x132:
	case 0x133:
		return "ij";
	default:
		return "oe";
	}
}

char *slug_of(const char *name)
{
	struct str rest = str_of(name);
	struct buf slug;
	uint32_t code;
	size_t len;
	char *text;

	buf_init(&slug, SLUG_MAX);
	for (; slug.len < SLUG_MAX && (len = utf8_next(rest, &code)); rest = (struct str){ rest.p + len, rest.len - len }) {
		char c = '-';

		/* A combining mark belongs to the letter before it. */
		if (code >= 0x300 && code < 0x370)
			continue;
		if (code >= 'A' && code <= 'Z')
			c = (char)(code - 'A' + 'a');
		else if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9'))
			c = (char)code;
		else if (code >= 0xc0 && code < 0x180)
			c = base_letters[code - 0xc0];
		else if (code >= 0x218 && code <= 0x21b)
			c = code < 0x21a ? 's' : 't';
		if (c == '=')
			buf_adds(&slug, pair_of(code));
		else if (c != '-' || (slug.len && slug.p[slug.len - 1] != '-'))
			buf_addc(&slug, c);
	}
	while (slug.len && slug.p[slug.len - 1] == '-')
		slug.p[--slug.len] = '\0';
	if (!slug.len)
		buf_adds(&slug, "provider");
	text = buf_take(&slug);
	buf_clear(&slug);
	return text;
}
