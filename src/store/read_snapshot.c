/* A read of the store straight into a snapshot. */
#include "config.h"

#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

static void take_workspace(void *arg, const struct workspace *w)
{
	struct record r = { .entity = ENTITY_WORKSPACE };

	workspace_copy(&r.workspace, w);
	snapshot_put(arg, &r);
}

static void take_provider(void *arg, const struct provider *p, int64_t numbers)
{
	struct record r = { .entity = ENTITY_PROVIDER };

	provider_copy(&r.provider, p);
	snapshot_put(arg, &r);
	snapshot_set_badge(arg, p->id, numbers);
}

static void take_agent(void *arg, const struct agent *a)
{
	struct record r = { .entity = ENTITY_AGENT };

	agent_copy(&r.agent, a);
	snapshot_put(arg, &r);
}

static void take_number(void *arg, const struct number *n)
{
	struct record r = { .entity = ENTITY_NUMBER };

	number_copy(&r.number, n);
	snapshot_put(arg, &r);
}

bool store_read_snapshot(struct store *s, struct snapshot *to, bool numbers, struct err *e)
{
	const struct store_reader reader = {
		.arg = to,
		.workspace = take_workspace,
		.provider = take_provider,
		.agent = take_agent,
		.number = numbers ? take_number : NULL,
	};

	if (!store_read(s, &reader, NULL, e))
		return false;
	if (numbers)
		snapshot_numbers_complete(to);
	return true;
}
