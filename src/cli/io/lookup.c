#include "config.h"

#include "lookup.h"

#include <string.h>
#include <strings.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/store/store.h"

struct snapshot *cli_directory(const struct cli *c, struct err *e)
{
	struct snapshot *s = snapshot_new();

	if (!store_read_snapshot(c->store, s, false, e))
		snapshot_free(&s);
	return s;
}

bool cli_provider_id(struct snapshot *directory, const char **name, struct err *e)
{
	const struct provider *p = snapshot_provider(directory, *name);

	if (!p)
		p = snapshot_provider_by_name(directory, *name);
	if (!p)
		return err_set(e, ERR_TRUNK_NOT_FOUND, _("there is no provider %s: see 'trunkdeck provider list'"), *name);
	*name = p->id;
	return true;
}

/* Agents are given by id only, because titles need not be unique. If a title was typed, the failure names the id. */
bool cli_agent_known(struct snapshot *directory, const char *id, struct err *e)
{
	size_t count;
	const struct agent *const *agents = snapshot_agents(directory, &count);

	if (snapshot_agent(directory, id))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(agents[i]->title, id) == 0)
			return err_set(e, ERR_AGENT_NOT_FOUND, _("did you mean the agent with the id %s?"), agents[i]->id);
	}
	return err_set(e, ERR_AGENT_NOT_FOUND, _("there is no agent %s: see 'trunkdeck agent list'"), id);
}

bool cli_find(const struct cli *c, struct snapshot *directory, struct record *r, struct err *e)
{
	enum entity entity = c->command->entity;
	const char *key = c->args.positional_count > 0 ? c->args.positionals[0] : "";
	bool found;

	record_init(r, entity);
	if (entity == ENTITY_NUMBER && !e164_check(key, NULL, e))
		return false;
	if (entity == ENTITY_PROVIDER && !cli_provider_id(directory, &key, e))
		return false;
	if (entity == ENTITY_AGENT && !cli_agent_known(directory, key, e))
		return false;
	record_clear(r);
	if (!store_get(c->store, entity, key, r, &found, e))
		return false;
	if (found)
		return true;
	switch (entity) {
	case ENTITY_NUMBER:
		return err_set(e, ERR_NUMBER_NOT_FOUND, _("there is no number %s: see 'trunkdeck number list'"), key);
	case ENTITY_SCHEDULE:
		return err_set(e, ERR_SCHEDULE_NOT_FOUND, _("there is no schedule %s: see 'trunkdeck schedule list'"), key);
	case ENTITY_BLOCK:
		return err_set(e, ERR_BLOCK_NOT_FOUND, _("%s is not blocked: see 'trunkdeck block list'"), key);
	default:
		/* Another operator may have deleted the provider or the agent since the directory was read. */
		return err_set(e, entity == ENTITY_PROVIDER ? ERR_TRUNK_NOT_FOUND : ERR_AGENT_NOT_FOUND, NULL);
	}
}
