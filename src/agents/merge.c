/*
 * Directory against store. First the list says what to add and change, then the store's own agents that the list does not
 * have are gone, if absence counts: every host was read completely, the agent's region has a host, and not all of
 * the region's agents are missing at once. In that last case its new agents are not taken over either: they look like
 * somebody else's.
 */
#include "config.h"

#include "trunkdeck/agents/agents.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

/* A region with fewer known agents may lose all of them without question. */
#define ALL_GONE_FROM 3

struct merging {
	struct agents_plan *plan;
	const struct agents_list *list;
	const struct agent **stored;		/* sorted by id */
	size_t count;
	bool absence_counts;
};

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

static int compare_stored(const void *a, const void *b)
{
	return strcmp((*(const struct agent *const *)a)->id, (*(const struct agent *const *)b)->id);
}

static const struct agent *find_stored(const struct merging *m, const char *id)
{
	const struct agent key = { .id = (char *)id }, *key_at = &key;
	const struct agent **found = m->count ? bsearch(&key_at, m->stored, m->count, sizeof(*m->stored), compare_stored)
					      : NULL;

	return found ? *found : NULL;
}

static int compare_listed(const void *id, const void *agent)
{
	return strcmp(id, ((const struct agent *)agent)->id);
}

static int compare_issue(const void *id, const void *issue)
{
	return strcmp(id, ((const struct agents_issue *)issue)->id);
}

static bool is_listed(const struct agents_list *list, const char *id)
{
	return list->count && bsearch(id, list->agents, list->count, sizeof(*list->agents), compare_listed);
}

/* In the directory, usable or not. The id of an issue was made safe to show; matching too much only keeps an agent. */
static bool is_there(const struct agents_list *list, const char *id)
{
	return is_listed(list, id) ||
	       (list->issue_count &&
		bsearch(id, list->issues, list->issue_count, sizeof(*list->issues), compare_issue));
}

/* --- the plan --- */

static struct agents_change *add_change(struct merging *m, enum agents_change_kind kind, const struct agent *as)
{
	struct agents_change *c = &m->plan->changes[m->plan->count++];

	*c = (struct agents_change){ .kind = kind };
	agent_copy(&c->agent, as);
	return c;
}

static void add_issue(struct merging *m, const struct agent *a, const char *text)
{
	struct agents_issue *issue = &m->plan->issues[m->plan->issue_count++];

	*issue = (struct agents_issue){ .region = a->region, .known = true };
	str_copy(issue->id, sizeof(issue->id), str_of(a->id));
	str_copy(issue->text, sizeof(issue->text), str_of(text));
}

/* The keys of the members that differ, as text; "" = none. What only the store knows is not compared. */
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

/* Moves are believed only when the region it would leave was looked through. */
static bool may_move(const struct merging *m, const struct agent *stored, const struct agent *listed)
{
	enum agents_state state = m->list->regions[stored->region].state;

	return stored->region == listed->region || state == AGENTS_COMPLETE || state == AGENTS_NOT_ASKED;
}

static void merge_known(struct merging *m, const struct agent *stored, const struct agent *listed)
{
	struct agents_change *c;
	char fields[sizeof(c->fields)];

	if (!is_of_directory(stored)) {
		add_issue(m, listed, _("a local agent has this id: it is left as it is"));
		return;
	}
	name_differences(stored, listed, fields, sizeof(fields));
	if (!fields[0] || !may_move(m, stored, listed)) {
		m->plan->unchanged++;
		return;
	}
	c = add_change(m, is_marked(stored) ? AGENTS_RESTORED : AGENTS_CHANGED, listed);
	c->agent.version = stored->version;
	str_copy(c->fields, sizeof(c->fields), str_of(fields));
}

static void merge_listed(struct merging *m)
{
	for (size_t i = 0; i < m->list->count; i++) {
		const struct agent *listed = &m->list->agents[i], *stored = find_stored(m, listed->id);

		if (stored)
			merge_known(m, stored, listed);
		else if (m->plan->held[listed->region])
			m->plan->held_back++;
		else
			add_change(m, AGENTS_ADDED, listed);
	}
}

/* --- what is gone --- */

static bool absence_counts(const struct agents_list *list)
{
	for (int r = 0; r < REGION_COUNT; r++) {
		if (list->regions[r].state == AGENTS_UNSETTLED || list->regions[r].state == AGENTS_FAILED)
			return false;
	}
	return true;
}

static bool is_gone(const struct merging *m, const struct agent *stored)
{
	return agents_expects(stored) && m->list->regions[stored->region].state == AGENTS_COMPLETE &&
	       !is_there(m->list, stored->id);
}

static void hold_back(struct merging *m)
{
	size_t known[REGION_COUNT] = { 0 }, gone[REGION_COUNT] = { 0 };

	for (size_t i = 0; i < m->count; i++) {
		known[m->stored[i]->region] += agents_expects(m->stored[i]);
		gone[m->stored[i]->region] += is_gone(m, m->stored[i]);
	}
	for (int r = 0; r < REGION_COUNT; r++)
		m->plan->held[r] = known[r] >= ALL_GONE_FROM && gone[r] == known[r];
}

static void mark_gone(struct merging *m, const struct agent *stored)
{
	struct agents_change *c = add_change(m, AGENTS_GONE, stored);

	c->agent.voice_enabled = false;
	free(c->agent.voice_problem);
	c->agent.voice_problem = xstrdup(AGENTS_GONE_TEXT);
	name_differences(stored, &c->agent, c->fields, sizeof(c->fields));
}

static void merge_gone(struct merging *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct agent *stored = m->stored[i];

		if (!is_gone(m, stored))
			continue;
		if (!m->absence_counts || m->plan->held[stored->region])
			m->plan->held_back++;
		else
			mark_gone(m, stored);
	}
}

void agents_merge(struct agents_plan *plan, const struct agents_list *list, const struct agent *const *stored, size_t count,
		  const struct agents_merge_options *o)
{
	struct merging m = { .plan = plan, .list = list, .count = count };

	*plan = (struct agents_plan){
		.changes = xcalloc(list->count + count + 1, sizeof(*plan->changes)),
		.issues = xcalloc(list->count + list->issue_count + 1, sizeof(*plan->issues)),
	};
	m.stored = xcalloc(count + 1, sizeof(*m.stored));
	for (size_t i = 0; i < count; i++)
		m.stored[i] = stored[i];
	qsort(m.stored, count, sizeof(*m.stored), compare_stored);
	for (; plan->issue_count < list->issue_count; plan->issue_count++)
		plan->issues[plan->issue_count] = list->issues[plan->issue_count];
	m.absence_counts = absence_counts(list);
	if (!o->all_may_go)
		hold_back(&m);
	merge_listed(&m);
	merge_gone(&m);
	free(m.stored);
}

void agents_plan_clear(struct agents_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		agent_clear(&plan->changes[i].agent);
	free(plan->changes);
	free(plan->issues);
	*plan = (struct agents_plan){ .count = 0 };
}
