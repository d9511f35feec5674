#include "config.h"

#include "lookup.h"

#include <string.h>
#include <strings.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/store/store.h"

/* --- the directory --- */

struct snapshot *cli_directory(const struct cli *c, struct err *e)
{
	struct snapshot *s = snapshot_new();

	if (!store_read_snapshot(c->store, s, false, e))
		snapshot_free(&s);
	return s;
}

/* --- names --- */

static bool refuse_provider(const char *name, struct err *e)
{
	return err_set(e, ERR_TRUNK_NOT_FOUND, _("there is no provider %s: see 'trunkdeck provider list'"), name);
}

bool cli_provider_id(struct snapshot *directory, const char **name, struct err *e)
{
	const struct provider *p = snapshot_provider(directory, *name);

	if (!p)
		p = snapshot_provider_by_name(directory, *name);
	if (!p)
		return refuse_provider(*name, e);
	*name = p->id;
	return true;
}

/* Agents are named by id only, since titles need not be unique; but a title typed is worth an answer. */
static const struct agent *titled(struct snapshot *directory, const char *title)
{
	size_t count;
	const struct agent *const *agents = snapshot_agents(directory, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(agents[i]->title, title) == 0)
			return agents[i];
	}
	return NULL;
}

bool cli_agent_known(struct snapshot *directory, const char *id, struct err *e)
{
	const struct agent *a;

	if (snapshot_agent(directory, id))
		return true;
	a = titled(directory, id);
	if (a)
		return err_set(e, ERR_AGENT_NOT_FOUND, _("did you mean the agent with the id %s?"), a->id);
	return err_set(e, ERR_AGENT_NOT_FOUND, _("there is no agent %s: see 'trunkdeck agent list'"), id);
}

static bool refuse_key(enum entity entity, const char *key, struct err *e)
{
	switch (entity) {
	case ENTITY_PROVIDER:
		return refuse_provider(key, e);
	case ENTITY_AGENT:
		return err_set(e, ERR_AGENT_NOT_FOUND, _("there is no agent %s: see 'trunkdeck agent list'"), key);
	default:
		return err_set(e, ERR_NUMBER_NOT_FOUND, _("there is no number %s: see 'trunkdeck number list'"), key);
	}
}

bool cli_find(const struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	enum entity entity = c->command->entity;
	const char *key = c->args.positional_count > 0 ? c->args.positionals[0] : "";
	bool found;

	record_init(r, entity);
	if (entity == ENTITY_NUMBER && !e164_check(key, e))
		return false;
	if (entity == ENTITY_PROVIDER && !cli_provider_id(directory, &key, e))
		return false;
	if (entity == ENTITY_AGENT && !cli_agent_known(directory, key, e))
		return false;
	record_clear(r);
	return store_get(c->store, entity, key, r, &found, e) && (found || refuse_key(entity, key, e));
}
