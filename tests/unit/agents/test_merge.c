/*
 * agents_merge() alone, with lists and agents made by hand. The whole sync is in test_sync.py.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define MANY 8

struct case_of_merge {
	struct agents_list list;
	struct agent listed[MANY];
	struct agents_issue issues[MANY];
	struct snapshot *stored;
	bool all_may_go;
	struct agents_plan plan;
};

static void set(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

static struct agent *make(struct agent *a, const char *id, enum region region)
{
	agent_init(a);
	set(&a->id, id);
	set(&a->title, id);
	set(&a->dial, "WebSocket/x");
	set(&a->source, "api");
	a->region = region;
	return a;
}

static struct agent *list_agent(struct case_of_merge *c, const char *id, enum region region)
{
	return make(&c->listed[c->list.count++], id, region);
}

/* source NULL leaves the source unchanged. */
static void store_agent(struct case_of_merge *c, const char *id, enum region region, const char *source)
{
	struct record r = { .entity = ENTITY_AGENT };

	make(&r.agent, id, region)->version = 7;
	if (source)
		set(&r.agent.source, source);
	snapshot_put(c->stored, &r);
}

static void list_issue(struct case_of_merge *c, const char *id)
{
	struct agents_issue *i = &c->issues[c->list.issue_count++];

	i->known = true;
	str_copy(i->id, sizeof(i->id), str_of(id));
}

static int setup(void **state)
{
	struct case_of_merge *c = xcalloc(1, sizeof(*c));

	c->stored = snapshot_new();
	c->list.agents = c->listed;
	c->list.issues = c->issues;
	for (int r = 0; r < REGION_COUNT; r++)
		c->list.regions[r].state = AGENTS_COMPLETE;
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct case_of_merge *c = *state;

	agents_plan_clear(&c->plan);
	for (size_t i = 0; i < c->list.count; i++)
		agent_clear(&c->listed[i]);
	snapshot_free(&c->stored);
	free(c);
	return 0;
}

/* The plan as text: "added a; gone b(voiceEnabled, voiceProblem); ". */
static const char *planned(struct case_of_merge *c)
{
	static char text[512];
	size_t len = 0;

	agents_plan_clear(&c->plan);
	agents_merge(&c->plan, &c->list, c->stored, c->all_may_go);
	text[0] = '\0';
	for (size_t i = 0; i < c->plan.count; i++) {
		const struct agents_change *change = &c->plan.changes[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s(%s); ", agents_change_name(change->kind),
					c->plan.mutations[i].record.agent.id, change->fields);
		assert_int_equal(c->plan.mutations[i].kind, change->kind == AGENTS_ADDED ? MUTATION_ADD : MUTATION_EDIT);
	}
	return text;
}

static void an_equal_agent_is_unchanged(void **state)
{
	struct case_of_merge *c = *state;

	list_agent(c, "a", REGION_NA);
	store_agent(c, "a", REGION_NA, NULL);
	assert_string_equal(planned(c), "");
	assert_int_equal(c->plan.unchanged, 1);
}

static void a_new_agent_is_added(void **state)
{
	struct case_of_merge *c = *state;

	list_agent(c, "a", REGION_EU);
	assert_string_equal(planned(c), "added a(); ");
	assert_int_equal(c->plan.mutations[0].version, 0);
	assert_int_equal(c->plan.mutations[0].record.agent.region, REGION_EU);
}

static void a_changed_agent_names_its_fields(void **state)
{
	struct case_of_merge *c = *state;
	struct agent *a = list_agent(c, "a", REGION_EU);

	set(&a->title, "other");
	set(&a->dial, "WebSocket/y");
	a->disabled = true;
	store_agent(c, "a", REGION_NA, NULL);
	assert_string_equal(planned(c), "changed a(title, region, dial, disabled); ");
	assert_int_equal(c->plan.mutations[0].version, 7);
}

static void an_agent_goes_and_comes_back(void **state)
{
	struct case_of_merge *c = *state;
	struct record marked = { .entity = ENTITY_AGENT };

	store_agent(c, "b", REGION_NA, NULL);
	store_agent(c, "a", REGION_NA, NULL);
	list_agent(c, "a", REGION_NA);
	assert_string_equal(planned(c), "gone b(voiceEnabled, voiceProblem); ");
	assert_false(c->plan.mutations[0].record.agent.voice_enabled);
	assert_string_equal(c->plan.mutations[0].record.agent.voice_problem, AGENTS_GONE_TEXT);
	assert_int_equal(c->plan.mutations[0].version, 7);
	assert_true(agents_expects(snapshot_agent(c->stored, "b")));
	record_copy(&marked, &c->plan.mutations[0].record);
	snapshot_put(c->stored, &marked);
	assert_false(agents_expects(snapshot_agent(c->stored, "b")));
	assert_string_equal(planned(c), "");
	list_agent(c, "b", REGION_NA);
	assert_string_equal(planned(c), "restored b(voiceEnabled, voiceProblem); ");
}

static void a_local_agent_is_left_alone(void **state)
{
	struct case_of_merge *c = *state;

	store_agent(c, "a", REGION_NA, "local");
	store_agent(c, "b", REGION_NA, "local");
	set(&list_agent(c, "a", REGION_NA)->title, "other");
	assert_string_equal(planned(c), "");
	assert_int_equal(c->plan.issue_count, 1);
	assert_string_equal(c->plan.issues[0].id, "a");
}

static void an_agent_with_an_issue_is_not_gone(void **state)
{
	struct case_of_merge *c = *state;

	store_agent(c, "a", REGION_NA, NULL);
	list_issue(c, "a");
	assert_string_equal(planned(c), "");
	assert_int_equal(c->plan.issue_count, 1);
	assert_int_equal(c->plan.held_back, 0);
}

static void absence_counts_only_after_a_complete_read(void **state)
{
	static const enum agents_state doubtful[] = { AGENTS_UNSETTLED, AGENTS_FAILED };
	struct case_of_merge *c = *state;

	store_agent(c, "a", REGION_NA, NULL);
	for (size_t i = 0; i < ARRAY_LEN(doubtful); i++) {
		c->list.regions[REGION_NA].state = AGENTS_COMPLETE;
		c->list.regions[REGION_EU].state = doubtful[i];
		assert_string_equal(planned(c), "");
		c->list.regions[REGION_NA].state = doubtful[i];
		c->list.regions[REGION_EU].state = AGENTS_COMPLETE;
		assert_string_equal(planned(c), "");
	}
	c->list.regions[REGION_NA].state = AGENTS_COMPLETE;
	c->list.regions[REGION_EU].state = AGENTS_NOT_ASKED;
	assert_string_equal(planned(c), "gone a(voiceEnabled, voiceProblem); ");
	c->list.regions[REGION_NA].state = AGENTS_NOT_ASKED;
	assert_string_equal(planned(c), "");
}

static void a_move_needs_a_complete_read(void **state)
{
	struct case_of_merge *c = *state;

	store_agent(c, "a", REGION_NA, NULL);
	list_agent(c, "a", REGION_EU);
	c->list.regions[REGION_NA].state = AGENTS_FAILED;
	assert_string_equal(planned(c), "");
	c->list.regions[REGION_NA].state = AGENTS_COMPLETE;
	assert_string_equal(planned(c), "changed a(region); ");
}

/* Two agents may go together. Three may not if they are the whole region; then no new agent is added. */
static void all_agents_of_a_region_are_held_back(void **state)
{
	struct case_of_merge *c = *state;

	store_agent(c, "a", REGION_NA, NULL);
	store_agent(c, "b", REGION_NA, NULL);
	store_agent(c, "z", REGION_EU, NULL);
	list_agent(c, "new", REGION_NA);
	list_agent(c, "z", REGION_EU);
	assert_string_equal(planned(c), "added new(); gone a(voiceEnabled, voiceProblem); gone b(voiceEnabled, voiceProblem); ");
	store_agent(c, "c", REGION_NA, NULL);
	assert_string_equal(planned(c), "");
	assert_int_equal(c->plan.held_back, 4);
	assert_true(c->plan.held[REGION_NA]);
	assert_false(c->plan.held[REGION_EU]);
	c->all_may_go = true;
	planned(c);
	assert_int_equal(c->plan.count, 4);
	assert_int_equal(c->plan.held_back, 0);
	c->all_may_go = false;
	list_issue(c, "c");
	planned(c);
	assert_int_equal(c->plan.count, 3);
}

/* The directory knows neither URLs nor caps: what the operator set stays, and is no difference. */
static void fields_of_the_store_alone_are_kept(void **state)
{
	struct case_of_merge *c = *state;
	struct record r = { .entity = ENTITY_AGENT };
	const struct agent *planned_agent;

	make(&r.agent, "a", REGION_NA);
	set(&r.agent.url, "wss://agents.example.com/secret");
	r.agent.speaks_first_within = 6;
	r.agent.max_calls = 20;
	snapshot_put(c->stored, &r);
	list_agent(c, "a", REGION_NA);
	assert_string_equal(planned(c), "");
	set(&c->listed[0].title, "new");
	assert_string_equal(planned(c), "changed a(title); ");
	planned_agent = &c->plan.mutations[0].record.agent;
	assert_string_equal(planned_agent->url, "wss://agents.example.com/secret");
	assert_int_equal(planned_agent->speaks_first_within, 6);
	assert_int_equal(planned_agent->max_calls, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_equal_agent_is_unchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_agent_is_added, setup, teardown),
		cmocka_unit_test_setup_teardown(a_changed_agent_names_its_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_goes_and_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_local_agent_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_with_an_issue_is_not_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(absence_counts_only_after_a_complete_read, setup, teardown),
		cmocka_unit_test_setup_teardown(a_move_needs_a_complete_read, setup, teardown),
		cmocka_unit_test_setup_teardown(all_agents_of_a_region_are_held_back, setup, teardown),
		cmocka_unit_test_setup_teardown(fields_of_the_store_alone_are_kept, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
