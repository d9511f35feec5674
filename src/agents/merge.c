/*
 * Compares the directory with the store. First the list says what to add and change. An agent of the store that is not
 * in the list is gone if absence counts: every host was read completely, the agent's region has a host, and not all of
 * the region's agents are missing at once. In that last case the region's new agents are not added either, because they
 * may be somebody else's.
 */
#include "config.h"

#include "trunkdeck/agents/agents.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

/* A region with fewer known agents may lose all of them without a confirmation. */
#define ALL_GONE_FROM 3
#define FIELDS_SIZE sizeof(((struct agents_change *)NULL)->fields)

static const char *const kind_names[AGENTS_CHANGE_KINDS] = {
	[AGENTS_ADDED] = "added",
	[AGENTS_CHANGED] = "changed",
	[AGENTS_RESTORED] = "restored",
	[AGENTS_GONE] = "gone",
};

const char *agents_change_name(enum agents_change_kind k)
{
	return (unsigned int)k < AGENTS_CHANGE_KINDS ? kind_names[k] : "";
}

static bool is_of_directory(const struct agent *a)
{
	return strcmp(a->source, "api") == 0;
}

static bool is_marked(const struct agent *a)
{
	return !a->voice_enabled && strcmp(a->voice_problem, AGENTS_GONE_TEXT) == 0;
}

bool agents_expects(const struct agent *stored)
{
	return is_of_directory(stored) && !is_marked(stored);
}

/* --- looking up --- */

static int compare_listed(const void *id, const void *agent)
{
	return strcmp(id, ((const struct agent *)agent)->id);
}

static int compare_issue(const void *id, const void *issue)
{
	return strcmp(id, ((const struct agents_issue *)issue)->id);
}

/* --- the plan --- */

/* The keys of the fields that differ; "" = none. */
static void name_differences(const struct agent *a, const struct agent *b, char *to, size_t size)
{
	struct record x = { .entity = ENTITY_AGENT, .agent = *a }, y = { .entity = ENTITY_AGENT, .agent = *b };
	struct buf out;

	buf_init(&out, size - 1);
	for (const struct field *f = entity_fields(ENTITY_AGENT); f->key; f++) {
		char *old = field_get(f, &x), *new = field_get(f, &y);

		if (!(f->flags & (FIELD_READONLY | FIELD_KEY)) && strcmp(old, new) != 0)
			buf_addf(&out, "%s%s", out.len > 0 ? ", " : "", f->key);
		free(old);
		free(new);
	}
	str_copy(to, size, (struct str){ out.p, out.len });
	buf_clear(&out);
}

/* Adds a mutation and its description. `stored` is NULL for a new agent. fields: the names of those that differ. */
static void add_change(struct agents_plan *plan, enum agents_change_kind kind, const struct agent *stored, struct agent *as,
		       const char *fields)
{
	struct mutation *m = &plan->mutations[plan->count];
	struct agents_change *c = &plan->changes[plan->count++];

	c->kind = kind;
	m->kind = stored ? MUTATION_EDIT : MUTATION_ADD;
	m->version = stored ? stored->version : 0;
	m->record.entity = ENTITY_AGENT;
	m->record.agent = *as;
	m->record.agent.version = m->version;
	str_copy(c->fields, sizeof(c->fields), str_of(fields));
}

static void merge_listed(struct agents_plan *plan, const struct agents_list *list, const struct agent *listed,
			 const struct agent *stored)
{
	enum agents_state left = stored ? list->regions[stored->region].state : AGENTS_COMPLETE;
	/* A move is believed only when the region that the agent would leave was read completely. */
	bool may_move = !stored || stored->region == listed->region || left == AGENTS_COMPLETE || left == AGENTS_NOT_ASKED;
	struct agents_issue *issue;
	struct agent copy;
	char fields[FIELDS_SIZE] = "";

	if (stored && !is_of_directory(stored)) {
		issue = &plan->issues[plan->issue_count++];
		*issue = (struct agents_issue){ .region = listed->region, .known = true };
		str_copy(issue->id, sizeof(issue->id), str_of(listed->id));
		str_copy(issue->text, sizeof(issue->text), str_of(_("a local agent has this id and is kept")));
		return;
	}
	if (!stored && plan->held[listed->region]) {
		plan->held_back++;
		return;
	}
	agent_copy(&copy, listed);
	if (stored) {
		/* The directory does not have these. */
		free(copy.url);
		copy.url = xstrdup(stored->url);
		copy.speaks_first_within = stored->speaks_first_within;
		copy.max_calls = stored->max_calls;
		name_differences(stored, &copy, fields, sizeof(fields));
	}
	if (stored && (!fields[0] || !may_move)) {
		agent_clear(&copy);
		plan->unchanged++;
		return;
	}
	add_change(plan, !stored ? AGENTS_ADDED : is_marked(stored) ? AGENTS_RESTORED : AGENTS_CHANGED, stored, &copy, fields);
}

/* An issue counts as the agent. Issues have cleaned ids; a false match only keeps an agent. */
static bool is_gone(const struct agents_list *list, const struct agent *stored)
{
	const char *id = stored->id;

	return agents_expects(stored) && list->regions[stored->region].state == AGENTS_COMPLETE &&
	       !(list->count && bsearch(id, list->agents, list->count, sizeof(*list->agents), compare_listed)) &&
	       !(list->issue_count && bsearch(id, list->issues, list->issue_count, sizeof(*list->issues), compare_issue));
}

void agents_merge(struct agents_plan *plan, const struct agents_list *list, struct snapshot *stored, bool all_may_go)
{
	size_t count, known[REGION_COUNT] = { 0 }, gone[REGION_COUNT] = { 0 };
	const struct agent *const *all = snapshot_agents(stored, &count);
	bool absence_counts = true;

	*plan = (struct agents_plan){
		.mutations = xcalloc(list->count + count + 1, sizeof(*plan->mutations)),
		.changes = xcalloc(list->count + count + 1, sizeof(*plan->changes)),
		.issues = xcalloc(list->count + list->issue_count + 1, sizeof(*plan->issues)),
		.issue_count = list->issue_count,
	};
	for (size_t i = 0; i < list->issue_count; i++)
		plan->issues[i] = list->issues[i];
	for (size_t i = 0; i < count; i++) {
		known[all[i]->region] += agents_expects(all[i]);
		gone[all[i]->region] += is_gone(list, all[i]);
	}
	for (int r = 0; r < REGION_COUNT; r++) {
		absence_counts = absence_counts && list->regions[r].state != AGENTS_UNSETTLED && list->regions[r].state != AGENTS_FAILED;
		plan->held[r] = !all_may_go && known[r] >= ALL_GONE_FROM && gone[r] == known[r];
	}
	for (size_t i = 0; i < list->count; i++)
		merge_listed(plan, list, &list->agents[i], snapshot_agent(stored, list->agents[i].id));
	for (size_t i = 0; i < count; i++) {
		char fields[FIELDS_SIZE];
		struct agent copy;

		if (!is_gone(list, all[i]))
			continue;
		if (!absence_counts || plan->held[all[i]->region]) {
			plan->held_back++;
			continue;
		}
		agent_copy(&copy, all[i]);
		copy.voice_enabled = false;
		free(copy.voice_problem);
		copy.voice_problem = xstrdup(AGENTS_GONE_TEXT);
		name_differences(all[i], &copy, fields, sizeof(fields));
		add_change(plan, AGENTS_GONE, all[i], &copy, fields);
	}
}

void agents_plan_clear(struct agents_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		record_clear(&plan->mutations[i].record);
	free(plan->mutations);
	free(plan->changes);
	free(plan->issues);
	*plan = (struct agents_plan){ .count = 0 };
}
