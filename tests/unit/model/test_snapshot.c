/* The workspace in memory: look-ups, order, badges, and random operations that are compared with a naive model. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/snapshot.h"

/* --- adding records --- */

static void put(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

static void put_number(struct snapshot *s, const char *e164, const char *provider, const char *agent)
{
	struct record r;

	record_init(&r, ENTITY_NUMBER);
	put(&r.number.e164, e164);
	put(&r.number.provider, provider);
	put(&r.number.agent, agent);
	snapshot_put(s, &r);
	assert_null(r.number.e164);
	assert_int_equal(r.entity, ENTITY_NUMBER);
}

static void put_provider(struct snapshot *s, const char *id, const char *name, const char *endpoint)
{
	struct record r;

	record_init(&r, ENTITY_PROVIDER);
	put(&r.provider.id, id);
	put(&r.provider.name, name);
	put(&r.provider.endpoint, endpoint);
	snapshot_put(s, &r);
}

static void put_agent(struct snapshot *s, const char *id, const char *title)
{
	struct record r;

	record_init(&r, ENTITY_AGENT);
	put(&r.agent.id, id);
	put(&r.agent.title, title);
	put(&r.agent.dial, "PJSIP/1");
	snapshot_put(s, &r);
}

static int set_up(void **state)
{
	*state = snapshot_new();
	return 0;
}

static int tear_down(void **state)
{
	struct snapshot *s = *state;

	snapshot_free(&s);
	assert_null(s);
	snapshot_free(&s);
	return 0;
}

/* --- cases --- */

static void a_new_snapshot_is_empty(void **state)
{
	struct snapshot *s = *state;
	size_t count = 9;

	assert_non_null(snapshot_workspace(s));
	assert_null(snapshot_provider(s, "x"));
	assert_null(snapshot_provider_by_name(s, "x"));
	assert_null(snapshot_provider_by_endpoint(s, "x"));
	assert_null(snapshot_agent(s, "x"));
	assert_null(snapshot_number(s, "x"));
	assert_non_null(snapshot_numbers(s, &count));
	assert_int_equal(count, 0);
	count = 9;
	assert_non_null(snapshot_numbers_of(s, "x", &count));
	assert_int_equal(count, 0);
	assert_int_equal(snapshot_badge(s, "x"), 0);
	assert_int_equal(snapshot_used(s), 0);
	assert_false(snapshot_is_complete(s));
	snapshot_remove(s, ENTITY_NUMBER, "x");
	snapshot_remove(s, ENTITY_PROVIDER, "x");
	snapshot_remove(s, ENTITY_AGENT, "x");
	snapshot_remove(s, ENTITY_WORKSPACE, "x");
}

static void providers_are_found_by_every_name(void **state)
{
	struct snapshot *s = *state;

	put_provider(s, "twilio", "Twilio", "");
	put_provider(s, "peoplefone", "Peoplefone", "pf-in");
	assert_string_equal(snapshot_provider(s, "twilio")->name, "Twilio");
	assert_string_equal(snapshot_provider_by_name(s, "Twilio")->id, "twilio");
	assert_string_equal(snapshot_provider_by_name(s, "twilio")->id, "twilio");
	assert_string_equal(snapshot_provider_by_name(s, "PEOPLEFONE")->id, "peoplefone");
	assert_string_equal(snapshot_provider_by_endpoint(s, "pf-in")->id, "peoplefone");
	assert_string_equal(snapshot_provider_by_endpoint(s, "twilio")->id, "twilio");
	assert_null(snapshot_provider_by_endpoint(s, "peoplefone"));
	/* A renamed provider keeps its id, and its old names are not found any more. */
	put_provider(s, "twilio", "Telnyx", "tx");
	assert_string_equal(snapshot_provider(s, "twilio")->name, "Telnyx");
	assert_null(snapshot_provider_by_name(s, "Twilio "));
	assert_null(snapshot_provider_by_endpoint(s, "twilio"));
	assert_string_equal(snapshot_provider_by_name(s, "telnyx")->id, "twilio");
	assert_string_equal(snapshot_provider_by_endpoint(s, "tx")->id, "twilio");
	/* An exact name is preferred to the id of another provider. */
	put_provider(s, "other", "twilio", "");
	assert_string_equal(snapshot_provider_by_name(s, "twilio")->id, "other");
	snapshot_remove(s, ENTITY_PROVIDER, "other");
	snapshot_remove(s, ENTITY_PROVIDER, "twilio");
	assert_null(snapshot_provider(s, "twilio"));
	assert_null(snapshot_provider_by_name(s, "Telnyx"));
	assert_null(snapshot_provider_by_endpoint(s, "tx"));
}

static void order_is_by_name_without_case(void **state)
{
	static const char *const names[] = { "beta", "Alpha", "alpha", "Gamma", "\xc3\x84rzte", "\xc3\xa4hre" };
	static const char *const sorted[] = { "Alpha", "alpha", "beta", "Gamma", "\xc3\xa4hre", "\xc3\x84rzte" };
	struct snapshot *s = *state;
	const struct provider *const *providers;
	const struct agent *const *agents;
	size_t count;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char id[8];

		snprintf(id, sizeof(id), "p%zu", i);
		put_provider(s, id, names[i], "");
		put_agent(s, id, names[i]);
	}
	providers = snapshot_providers(s, &count);
	assert_int_equal(count, ARRAY_LEN(sorted));
	agents = snapshot_agents(s, &count);
	assert_int_equal(count, ARRAY_LEN(sorted));
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(providers[i]->name, sorted[i]);
		assert_string_equal(agents[i]->title, sorted[i]);
	}
	/* A renamed record moves to its new place. */
	put_provider(s, "p0", "\xc3\x96l", "");
	put_agent(s, "p0", "\xc3\x96l");
	providers = snapshot_providers(s, &count);
	assert_string_equal(providers[count - 1]->name, "\xc3\x96l");
	agents = snapshot_agents(s, &count);
	assert_string_equal(agents[count - 1]->title, "\xc3\x96l");
}

static void badges_are_used_until_numbers_are_read(void **state)
{
	struct snapshot *s = *state;

	put_provider(s, "twilio", "Twilio", "");
	snapshot_set_badge(s, "twilio", 3);
	snapshot_set_badge(s, "gone", 2);
	assert_int_equal(snapshot_badge(s, "twilio"), 3);
	assert_int_equal(snapshot_used(s), 5);
	put_number(s, "+15551234567", "twilio", "support");
	put_number(s, "+15551234568", "telnyx", "support");
	/* While numbers arrive, a badge that was set is kept. Without a badge, the numbers are counted. */
	assert_int_equal(snapshot_badge(s, "twilio"), 3);
	assert_int_equal(snapshot_badge(s, "telnyx"), 1);
	assert_int_equal(snapshot_used(s), 6);
	snapshot_numbers_complete(s);
	assert_true(snapshot_is_complete(s));
	assert_int_equal(snapshot_badge(s, "twilio"), 1);
	assert_int_equal(snapshot_badge(s, "gone"), 0);
	assert_int_equal(snapshot_used(s), 2);
	snapshot_set_badge(s, "twilio", 7);
	assert_int_equal(snapshot_badge(s, "twilio"), 1);
	snapshot_clear(s);
	assert_false(snapshot_is_complete(s));
	assert_int_equal(snapshot_used(s), 0);
	assert_null(snapshot_provider(s, "twilio"));
	snapshot_set_badge(s, "twilio", 7);
	assert_int_equal(snapshot_badge(s, "twilio"), 7);
	put_provider(s, "twilio", "Twilio", "");
	snapshot_remove(s, ENTITY_PROVIDER, "twilio");
	assert_int_equal(snapshot_badge(s, "twilio"), 0);
}

static void a_number_moves_to_another_provider(void **state)
{
	struct snapshot *s = *state;
	const struct number *const *numbers;
	const struct number *before;
	size_t count;

	put_number(s, "+15551234567", "twilio", "support");
	put_number(s, "+15551234568", "twilio", "support");
	before = snapshot_number(s, "+15551234567");
	put_number(s, "+15551234567", "telnyx", "sales");
	assert_ptr_equal(snapshot_number(s, "+15551234567"), before);
	assert_string_equal(before->provider, "telnyx");
	assert_string_equal(before->agent, "sales");
	numbers = snapshot_numbers_of(s, "telnyx", &count);
	assert_int_equal(count, 1);
	assert_ptr_equal(numbers[0], before);
	numbers = snapshot_numbers_of(s, "twilio", &count);
	assert_int_equal(count, 1);
	assert_string_equal(numbers[0]->e164, "+15551234568");
	snapshot_remove(s, ENTITY_NUMBER, "+15551234567");
	snapshot_numbers_of(s, "telnyx", &count);
	assert_int_equal(count, 0);
	snapshot_numbers(s, &count);
	assert_int_equal(count, 1);
	/* All numbers of this provider were removed. New ones can be added. */
	put_number(s, "+15551234569", "telnyx", "sales");
	numbers = snapshot_numbers_of(s, "telnyx", &count);
	assert_int_equal(count, 1);
	assert_string_equal(numbers[0]->e164, "+15551234569");
}

static void the_generation_counts_changes(void **state)
{
	struct snapshot *s = *state;
	uint64_t before = snapshot_generation(s);
	size_t count;

	put_number(s, "+15551234567", "twilio", "support");
	assert_true(snapshot_generation(s) > before);
	before = snapshot_generation(s);
	snapshot_numbers(s, &count);
	assert_int_equal(snapshot_generation(s), before);
	snapshot_remove(s, ENTITY_NUMBER, "+15551234567");
	assert_true(snapshot_generation(s) > before);
	before = snapshot_generation(s);
	snapshot_numbers_complete(s);
	assert_true(snapshot_generation(s) > before);
	before = snapshot_generation(s);
	snapshot_clear(s);
	assert_true(snapshot_generation(s) > before);
}

static void the_workspace_is_replaced(void **state)
{
	struct snapshot *s = *state;
	struct record r;

	record_init(&r, ENTITY_WORKSPACE);
	put(&r.workspace.name, "acme");
	r.workspace.plan = PLAN_FREE;
	snapshot_put(s, &r);
	assert_string_equal(snapshot_workspace(s)->name, "acme");
	snapshot_clear(s);
	assert_string_equal(snapshot_workspace(s)->name, "");
}

static void validation_gets_its_context(void **state)
{
	struct snapshot *s = *state;
	struct number_context ctx;
	struct number n;
	struct record r;
	struct err e;

	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.plan = PLAN_FREE;
	snapshot_put(s, &r);
	put_provider(s, "twilio", "Twilio", "");
	put_agent(s, "support", "Customer Support");
	put_number(s, "+15551234567", "twilio", "support");
	snapshot_numbers_complete(s);
	number_init(&n);
	put(&n.e164, "+15551234567");
	put(&n.provider, "twilio");
	put(&n.agent, "support");
	snapshot_number_context(s, &n, true, &ctx);
	assert_int_equal(ctx.used, 1);
	assert_int_equal(ctx.limit, 5);
	assert_string_equal(ctx.plan, "free");
	assert_false(number_validate(&n, &ctx, NULL, &e));
	assert_int_equal(e.code, ERR_NUMBER_EXISTS);
	assert_string_equal(e.hint, "already on provider Twilio: edit it there or use another number");
	snapshot_number_context(s, &n, false, &ctx);
	assert_true(number_validate(&n, &ctx, NULL, &e));
	put(&n.e164, "+15551234568");
	snapshot_number_context(s, &n, true, &ctx);
	assert_true(number_validate(&n, &ctx, NULL, &e));
	put(&n.provider, "none");
	snapshot_number_context(s, &n, true, &ctx);
	assert_false(number_validate(&n, &ctx, NULL, &e));
	assert_int_equal(e.code, ERR_TRUNK_NOT_FOUND);
	number_clear(&n);
	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.has_max = true;
	r.workspace.max_phone_numbers = 1;
	snapshot_put(s, &r);
	number_init(&n);
	snapshot_number_context(s, &n, true, &ctx);
	assert_null(ctx.plan);
	assert_int_equal(ctx.limit, 1);
	number_clear(&n);
}

/* --- against a naive model --- */

#define NUMBERS 400
#define PROVIDERS 7
#define AGENTS 5

struct naive {
	bool there;
	int provider, agent;
};

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void number_name(int i, char out[20])
{
	/* The numbers are in no order. */
	snprintf(out, 20, "+1555%07d", i * 7919 % 1000003);
}

static void name_of(const char *kind, int i, char out[20])
{
	snprintf(out, 20, "%s%d", kind, i);
}

static void compare_lists(struct snapshot *s, const struct naive *model, int provider)
{
	const struct number *const *numbers;
	size_t count, expected = 0, seen = 0;
	char name[20];

	name_of("p", provider, name);
	numbers = provider < 0 ? snapshot_numbers(s, &count) : snapshot_numbers_of(s, name, &count);
	for (int i = 0; i < NUMBERS; i++)
		expected += model[i].there && (provider < 0 || model[i].provider == provider);
	assert_int_equal(count, expected);
	for (size_t i = 0; i < count; i++) {
		if (i)
			assert_true(strcmp(numbers[i - 1]->e164, numbers[i]->e164) < 0);
		assert_ptr_equal(snapshot_number(s, numbers[i]->e164), numbers[i]);
		seen += provider < 0 || !strcmp(numbers[i]->provider, name);
	}
	assert_int_equal(seen, expected);
	if (provider >= 0)
		assert_int_equal(snapshot_badge(s, name), expected);
}

static void compare_all(struct snapshot *s, const struct naive *model)
{
	int64_t used = 0;

	for (int i = 0; i < NUMBERS; i++) {
		char number[20], name[20];
		const struct number *n;

		number_name(i, number);
		n = snapshot_number(s, number);
		assert_int_equal(n != NULL, model[i].there);
		if (!n)
			continue;
		used++;
		name_of("p", model[i].provider, name);
		assert_string_equal(n->provider, name);
		name_of("a", model[i].agent, name);
		assert_string_equal(n->agent, name);
	}
	assert_int_equal(snapshot_used(s), used);
	for (int provider = -1; provider < PROVIDERS; provider++)
		compare_lists(s, model, provider);
}

static void random_step(struct snapshot *s, struct naive *model, unsigned *seed)
{
	int i = (int)(next_random(seed) % NUMBERS);
	char number[20], provider[20], agent[20];

	number_name(i, number);
	if (next_random(seed) % 5 < 2) {
		snapshot_remove(s, ENTITY_NUMBER, number);
		model[i].there = false;
		return;
	}
	model[i] = (struct naive){ true, (int)(next_random(seed) % PROVIDERS), (int)(next_random(seed) % AGENTS) };
	name_of("p", model[i].provider, provider);
	name_of("a", model[i].agent, agent);
	put_number(s, number, provider, agent);
}

static void random_operations_agree_with_a_naive_model(void **state)
{
	struct snapshot *s = *state;
	struct naive model[NUMBERS] = { 0 };
	unsigned seed = 20261122;

	for (int step = 0; step < 20000; step++) {
		random_step(s, model, &seed);
		/* The lists are compared sometimes after each step, sometimes after many. */
		if (next_random(&seed) % (step % 2000 < 100 ? 2 : 150) == 0)
			compare_all(s, model);
		/* Reading one list must leave the others unsorted. */
		if (next_random(&seed) % 10 == 0)
			compare_lists(s, model, (int)(next_random(&seed) % PROVIDERS));
		if (step == 10000) {
			snapshot_clear(s);
			memset(model, 0, sizeof(model));
		}
		if (step == 12000)
			snapshot_numbers_complete(s);
	}
	compare_all(s, model);
	for (int i = 0; i < NUMBERS; i++) {
		char number[20];

		number_name(i, number);
		snapshot_remove(s, ENTITY_NUMBER, number);
		model[i].there = false;
	}
	compare_all(s, model);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_snapshot_is_empty),
		TEST(providers_are_found_by_every_name),
		TEST(order_is_by_name_without_case),
		TEST(badges_are_used_until_numbers_are_read),
		TEST(a_number_moves_to_another_provider),
		TEST(the_generation_counts_changes),
		TEST(the_workspace_is_replaced),
		TEST(validation_gets_its_context),
		TEST(random_operations_agree_with_a_naive_model),
	};

	/* The locale defines the case of letters outside of ASCII; tests/env.sh sets it. */
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
