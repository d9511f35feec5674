/*
 * The store's agents are read twice: before the directory, because the absence of known agents needs a second look, and
 * after it, to merge with the current content. If the store refuses an agent because somebody changed or added it
 * meanwhile, that agent is merged again. Any other refusal is final.
 */
#include "config.h"

#include "trunkdeck/work/agent_sync.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define ROUNDS_MAX 3

static bool read_directory(struct agents_list *list, struct snapshot *stored, const struct agents_config *c, struct mailbox *stop,
			   struct err *e)
{
	size_t count, n = 0;
	const struct agent *const *agents = snapshot_agents(stored, &count);
	const char **expected = xcalloc(count + 1, sizeof(*expected));
	struct agents_options options;
	bool ok;

	for (size_t i = 0; i < count; i++) {
		if (agents_expects(agents[i]))
			expected[n++] = agents[i]->id;
	}
	agents_options_init(&options);
	options.url[REGION_NA] = c->na_url;
	options.url[REGION_EU] = c->eu_url;
	options.secret = c->secret;
	options.workspace = c->workspace;
	options.dial = c->dial;
	options.ca_file = c->ca_file;
	options.timeout_ms = c->timeout_s * 1000;
	if (options.timeout_ms < options.connect_timeout_ms)
		options.connect_timeout_ms = options.timeout_ms;
	options.tries = c->tries;
	options.stop = stop;
	ok = agents_read(list, &options, expected, n, e);
	free(expected);
	return ok;
}

/* Merges with the store's current content in one transaction. *again: somebody else changed one of the agents
 * meanwhile. Refusals are reported once, in the last round. */
static bool merge_once(struct agent_sync *out, struct store *store, const struct agents_list *list,
		       const struct agent_sync_options *o, bool last, bool *again, struct err *e)
{
	struct snapshot *stored = snapshot_new();
	struct mutation_result *results = NULL;
	struct agents_plan plan = { .count = 0 };
	bool ok = store_read_snapshot(store, stored, false, e);

	*again = false;
	if (ok) {
		agents_merge(&plan, list, stored, o->all_may_go);
		free(out->issues);
		out->issues = plan.issues;
		plan.issues = NULL;
		out->issue_count = plan.issue_count;
		out->unchanged = plan.unchanged;
		memcpy(out->held, plan.held, sizeof(out->held));
		results = xcalloc(plan.count + 1, sizeof(*results));
		if (plan.count > 0 && !o->dry_run)
			ok = store_mutate(store, plan.mutations, plan.count, MUTATE_PARTIAL, results, e);
	}
	for (size_t i = 0; ok && !last && i < plan.count; i++) {
		enum err_code code = results[i].done ? ERR_NONE : results[i].err.code;

		*again = *again || code == ERR_CHANGED_MEANWHILE || code == ERR_AGENT_EXISTS ||
			 code == ERR_AGENT_NOT_FOUND;
	}
	out->rows = xreallocarray(out->rows, out->count + plan.count + 1, sizeof(*out->rows));
	for (size_t i = 0; i < plan.count; i++) {
		const struct mutation_result *r = &results[i];
		struct agent_sync_row *row = &out->rows[out->count];

		if (ok && (r->done || !*again)) {
			*row = (struct agent_sync_row){ .change = plan.changes[i], .err = r->err };
			agent_copy(&row->agent, r->done ? &r->now.agent : &plan.mutations[i].record.agent);
			out->count++;
			if (r->err.code == ERR_NONE)
				out->done[row->change.kind]++;
			else
				out->refused++;
		}
		mutation_result_clear(&results[i]);
	}
	free(results);
	agents_plan_clear(&plan);
	snapshot_free(&stored);
	return ok;
}

/* --- the whole sync --- */

/* The first failure of a region or a row. */
static void find_failure(const struct agent_sync *s, struct err *e)
{
	err_clear(e);
	for (int r = 0; r < REGION_COUNT && e->code == ERR_NONE; r++) {
		*e = s->regions[r].err;
		if (e->code == ERR_NONE && s->held[r]) {
			err_set_message(e, ERR_FOUND_WRONG, _("none of the known agents of %s is in the directory any more"),
					region_name((enum region)r));
			err_hint(e, "%s", _("nothing was changed there: check secret and workspace in [agents]; if it is right, "
					    "'trunkdeck agent sync --all-gone'"));
		}
	}
	for (size_t i = 0; i < s->count && e->code == ERR_NONE; i++)
		*e = s->rows[i].err;
}

bool agent_sync_run(struct agent_sync *out, struct store *s, const struct agents_config *config,
		    const struct agent_sync_options *o, struct err *e)
{
	struct agents_list list = { .count = 0 };
	struct snapshot *before = snapshot_new();
	bool ok, again = true;

	*out = (struct agent_sync){ .count = 0 };
	ok = store_read_snapshot(s, before, false, e) && read_directory(&list, before, config, o->stop, e);
	memcpy(out->regions, list.regions, sizeof(out->regions));
	for (int round = 1; ok && again; round++)
		ok = merge_once(out, s, &list, o, round == ROUNDS_MAX, &again, e);
	if (ok)
		find_failure(out, e);
	agents_list_clear(&list);
	snapshot_free(&before);
	return ok;
}

void agent_sync_clear(struct agent_sync *s)
{
	for (size_t i = 0; i < s->count; i++)
		agent_clear(&s->rows[i].agent);
	free(s->rows);
	free(s->issues);
	*s = (struct agent_sync){ .count = 0 };
}
