/*
 * The agents of the store are read twice: before the directory, to know whose absence matters, and after it, to merge with
 * what is there by then. A row the store refuses because the agent was changed or added meanwhile is merged again; any
 * other refusal is final.
 */
#include "config.h"

#include "trunkdeck/work/agent_sync.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define ROUNDS_MAX 3

/* The agents of the store, copied. */
struct stored {
	struct agent *agents;
	size_t count, size;
};

static void take_agent(void *arg, const struct agent *a)
{
	struct stored *s = arg;

	if (s->count == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->agents = xreallocarray(s->agents, s->size, sizeof(*s->agents));
	}
	agent_copy(&s->agents[s->count++], a);
}

static void stored_clear(struct stored *s)
{
	for (size_t i = 0; i < s->count; i++)
		agent_clear(&s->agents[i]);
	free(s->agents);
	*s = (struct stored){ .count = 0 };
}

static bool stored_read(struct stored *s, struct store *store, struct err *e)
{
	const struct store_reader reader = { .arg = s, .agent = take_agent };
	int64_t change_id;

	*s = (struct stored){ .count = 0 };
	return store_read(store, &reader, &change_id, e);
}

/* --- the directory --- */

static void make_options(struct agents_options *to, const struct agents_config *c, struct mailbox *stop)
{
	agents_options_init(to);
	to->url[REGION_NA] = c->na_url;
	to->url[REGION_EU] = c->eu_url;
	to->secret = c->secret;
	to->workspace = c->workspace;
	to->dial = c->dial;
	to->ca_file = c->ca_file;
	to->timeout_ms = c->timeout_s * 1000;
	to->connect_timeout_ms = to->timeout_ms < to->connect_timeout_ms ? to->timeout_ms : to->connect_timeout_ms;
	to->tries = c->tries;
	to->stop = stop;
}

static bool read_directory(struct agents_list *list, const struct stored *before, const struct agents_config *c,
			   struct mailbox *stop, struct err *e)
{
	const char **expected = xcalloc(before->count + 1, sizeof(*expected));
	struct agents_options options;
	size_t n = 0;
	bool ok;

	for (size_t i = 0; i < before->count; i++) {
		if (agents_expects(&before->agents[i]))
			expected[n++] = before->agents[i].id;
	}
	make_options(&options, c, stop);
	ok = agents_read(list, &options, expected, n, e);
	free(expected);
	return ok;
}

/* --- the store --- */

static void add_row(struct agent_sync *out, const struct agents_change *c, const struct agent *now, const struct err *e)
{
	struct agent_sync_row *row;

	out->rows = xreallocarray(out->rows, out->count + 1, sizeof(*out->rows));
	row = &out->rows[out->count++];
	*row = (struct agent_sync_row){ .kind = c->kind, .err = *e };
	agent_copy(&row->agent, now);
	str_copy(row->fields, sizeof(row->fields), str_of(c->fields));
	if (e->code == ERR_NONE)
		out->done[c->kind]++;
	else
		out->refused++;
}

static void make_mutations(struct mutation *m, const struct agents_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct agents_change *c = &plan->changes[i];

		m[i].kind = c->kind == AGENTS_ADDED ? MUTATION_ADD : MUTATION_EDIT;
		m[i].version = c->agent.version;
		m[i].record.entity = ENTITY_AGENT;
		agent_copy(&m[i].record.agent, &c->agent);
	}
}

static bool is_conflict(const struct mutation_result *r)
{
	return !r->done && (r->err.code == ERR_CHANGED_MEANWHILE || r->err.code == ERR_AGENT_EXISTS ||
			    r->err.code == ERR_AGENT_NOT_FOUND);
}

static bool any_conflict(const struct mutation_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_conflict(&results[i]))
			return true;
	}
	return false;
}

/* What is refused is told once, in the last round. */
static void take_results(struct agent_sync *out, const struct agents_plan *plan, struct mutation_result *results, bool last)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct mutation_result *r = &results[i];

		if (r->done)
			add_row(out, &plan->changes[i], &r->now.agent, &r->err);
		else if (last)
			add_row(out, &plan->changes[i], &plan->changes[i].agent, &r->err);
	}
}

/* One transaction. *again: somebody was quicker. */
static bool write_plan(struct agent_sync *out, struct store *store, const struct agents_plan *plan, bool last, bool *again,
		       struct err *e)
{
	struct mutation *m = xcalloc(plan->count + 1, sizeof(*m));
	struct mutation_result *results = xcalloc(plan->count + 1, sizeof(*results));
	bool ok;

	make_mutations(m, plan);
	ok = store_mutate(store, m, plan->count, MUTATE_PARTIAL, results, e);
	*again = ok && !last && any_conflict(results, plan->count);
	if (ok)
		take_results(out, plan, results, !*again);
	for (size_t i = 0; i < plan->count; i++) {
		record_clear(&m[i].record);
		mutation_result_clear(&results[i]);
	}
	free(m);
	free(results);
	return ok;
}

static void pretend(struct agent_sync *out, const struct agents_plan *plan)
{
	const struct err none = { .code = ERR_NONE };

	for (size_t i = 0; i < plan->count; i++)
		add_row(out, &plan->changes[i], &plan->changes[i].agent, &none);
}

/* What the plan says beside its changes. */
static void take_plan(struct agent_sync *out, struct agents_plan *plan)
{
	free(out->issues);
	out->issues = plan->issues;
	out->issue_count = plan->issue_count;
	out->unchanged = plan->unchanged;
	memcpy(out->held, plan->held, sizeof(out->held));
	plan->issues = NULL;
}

static bool merge_once(struct agent_sync *out, struct store *store, const struct agents_list *list,
		       const struct agent_sync_options *o, bool last, bool *again, struct err *e)
{
	const struct agents_merge_options options = { .all_may_go = o->all_may_go };
	struct agents_plan plan;
	struct stored stored;
	const struct agent **agents;
	bool ok = stored_read(&stored, store, e);

	*again = false;
	if (ok) {
		agents = xcalloc(stored.count + 1, sizeof(*agents));
		for (size_t i = 0; i < stored.count; i++)
			agents[i] = &stored.agents[i];
		agents_merge(&plan, list, agents, stored.count, &options);
		take_plan(out, &plan);
		if (o->dry_run)
			pretend(out, &plan);
		else if (plan.count > 0)
			ok = write_plan(out, store, &plan, last, again, e);
		agents_plan_clear(&plan);
		free(agents);
	}
	stored_clear(&stored);
	return ok;
}

static bool merge(struct agent_sync *out, struct store *store, const struct agents_list *list,
		  const struct agent_sync_options *o, struct err *e)
{
	bool again = true;

	for (int round = 1; again; round++) {
		if (!merge_once(out, store, list, o, round == ROUNDS_MAX, &again, e))
			return false;
	}
	return true;
}

/* --- all of it --- */

static bool say_held(enum region region, struct err *e)
{
	err_set_message(e, ERR_FOUND_WRONG, _("none of the known agents of %s is in the directory any more"),
			region_name(region));
	err_hint(e, "%s", _("nothing was changed there: check secret and workspace in [agents]; if it is right, "
			    "'trunkdeck agent sync --all-gone'"));
	return false;
}

/* The first thing that did not go as it should. */
static void find_failure(const struct agent_sync *s, struct err *e)
{
	err_clear(e);
	for (int r = 0; r < REGION_COUNT && e->code == ERR_NONE; r++) {
		*e = s->regions[r].err;
		if (e->code == ERR_NONE && s->held[r])
			say_held((enum region)r, e);
	}
	for (size_t i = 0; i < s->count && e->code == ERR_NONE; i++)
		*e = s->rows[i].err;
}

bool agent_sync_run(struct agent_sync *out, struct store *s, const struct agents_config *config,
		    const struct agent_sync_options *o, struct err *e)
{
	struct agents_list list = { .count = 0 };
	struct stored before;
	bool ok;

	*out = (struct agent_sync){ .count = 0 };
	ok = stored_read(&before, s, e) && read_directory(&list, &before, config, o->stop, e);
	memcpy(out->regions, list.regions, sizeof(out->regions));
	ok = ok && merge(out, s, &list, o, e);
	if (ok)
		find_failure(out, e);
	agents_list_clear(&list);
	stored_clear(&before);
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
