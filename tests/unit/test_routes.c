/*
 * The reconciler against a simulated database: writes that are lost, refused or undone by a crash, answers in any
 * order, other writers. Time is ours; whatever happens, it must end up as wanted, and never step between.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/mem.h"
#include "trunkdeck/route.h"
#include "trunkdeck/str.h"

#define KEYS_MAX 4096
#define REPORTS_MAX 4096
#define FLIGHT_MAX 64
#define WAIT_MS 1500

struct key {
	char family[24];
	char key[72];
	char value[256];
	int64_t written_ms;
	bool used;
};

/* Asterisk, as far as it matters here, and the wire to it. */
struct sim {
	struct routes *r;
	int64_t now;
	struct key keys[KEYS_MAX];
	size_t count;
	struct route_action flight[FLIGHT_MAX];
	size_t flying;
	struct route_report reports[REPORTS_MAX];
	size_t reported;
	size_t puts, dels, reads;
	unsigned lose_percent;		/* acknowledged, but not kept */
	const char *refuse;		/* every write is answered with this */
	const char *refuse_family;	/* ... NULL = of any family */
	const char *lose_key;		/* its writes never hold */
	unsigned random;
	bool check_order;
};

static unsigned roll(struct sim *s, unsigned below)
{
	s->random = s->random * 1103515245U + 12345U;
	return (s->random >> 16) % below;
}

static struct key *lookup(struct sim *s, const char *family, const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->keys[i].used && !strcmp(s->keys[i].family, family) && !strcmp(s->keys[i].key, key))
			return &s->keys[i];
	return NULL;
}

static const char *held(struct sim *s, const char *family, const char *key)
{
	struct key *k = lookup(s, family, key);

	return k ? k->value : NULL;
}

static void put(struct sim *s, const char *family, const char *key, const char *value)
{
	struct key *k = lookup(s, family, key);

	if (!k) {
		assert_true(s->count < KEYS_MAX);
		k = &s->keys[s->count++];
		k->used = true;
		str_copy(k->family, sizeof(k->family), str_of(family));
		str_copy(k->key, sizeof(k->key), str_of(key));
	}
	str_copy(k->value, sizeof(k->value), str_of(value));
	k->written_ms = s->now;
}

static void del(struct sim *s, const char *family, const char *key)
{
	struct key *k = lookup(s, family, key);

	if (k)
		k->used = false;
}

static void on_report(void *arg, const struct route_report *r)
{
	struct sim *s = arg;

	assert_true(s->reported < REPORTS_MAX);
	s->reports[s->reported++] = *r;
}

static struct sim *sim_new(const struct routes_config *config)
{
	struct sim *s = xcalloc(1, sizeof(*s));
	struct routes_config c = config ? *config : (struct routes_config){ .owner = "store-1", .window = 8 };

	c.verify_wait_ms = WAIT_MS;
	c.report = on_report;
	c.arg = s;
	s->now = 1000;
	s->random = 7;
	s->check_order = true;
	s->r = routes_new(&c);
	return s;
}

static void sim_free(struct sim *s)
{
	routes_free(&s->r);
	free(s);
}

/* A caller must never meet a number whose agent has no dial string. */
static void assert_no_half_route(struct sim *s)
{
	for (size_t i = 0; i < s->count && s->check_order; i++)
		if (s->keys[i].used && !strcmp(s->keys[i].family, "trunkdeck"))
			assert_non_null(lookup(s, "trunkdeckagent", s->keys[i].value));
}

static void write_key(struct sim *s, const struct route_action *a)
{
	bool lost = (s->lose_percent && roll(s, 100) < s->lose_percent) || (s->lose_key && !strcmp(s->lose_key, a->key));

	if (s->refuse && (!s->refuse_family || !strcmp(s->refuse_family, a->family))) {
		routes_answer(s->r, a->id, ROUTE_ANSWER_REFUSED, s->refuse, s->now);
		return;
	}
	if (a->op == ROUTE_OP_PUT) {
		s->puts++;
		if (!lost)
			put(s, a->family, a->key, a->value);
		routes_answer(s->r, a->id, ROUTE_ANSWER_OK, NULL, s->now);
	} else {
		bool had = held(s, a->family, a->key);

		s->dels++;
		if (!lost)
			del(s, a->family, a->key);
		routes_answer(s->r, a->id, had ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, NULL, s->now);
	}
	if (!s->lose_percent)
		assert_no_half_route(s);
}

static void perform(struct sim *s, size_t i)
{
	struct route_action a = s->flight[i];
	const char *value;

	memmove(&s->flight[i], &s->flight[i + 1], (--s->flying - i) * sizeof(*s->flight));
	if (a.op != ROUTE_OP_GET) {
		write_key(s, &a);
		return;
	}
	s->reads++;
	value = held(s, a.family, a.key);
	routes_answer(s->r, a.id, value ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, value, s->now);
}

static void fill(struct sim *s)
{
	while (s->flying < FLIGHT_MAX && routes_next(s->r, s->now, &s->flight[s->flying]))
		s->flying++;
}

/* In the order sent, until nothing more can be done at this time. */
static void run(struct sim *s)
{
	for (fill(s); s->flying; fill(s))
		perform(s, 0);
}

static struct routes_stats stats(const struct sim *s)
{
	struct routes_stats st;

	routes_get_stats(s->r, &st);
	return st;
}

/* On through all waits. Returns false when it does not come to rest. */
static bool settle(struct sim *s)
{
	for (int i = 0; i < 200; i++) {
		int64_t at;

		run(s);
		if (stats(s).settled)
			return true;
		at = routes_next_at_ms(s->r);
		if (at < 0)
			return false;
		s->now = at > s->now ? at : s->now;
	}
	return false;
}

static void want(struct sim *s, const char *number, const char *agent, const char *dial)
{
	struct route route = { 0 };

	str_copy(route.number, sizeof(route.number), str_of(number));
	str_copy(route.agent, sizeof(route.agent), str_of(agent));
	str_copy(route.dial, sizeof(route.dial), str_of(dial));
	routes_want(s->r, &route, s->now);
}

static void begin(struct sim *s)
{
	routes_complete(s->r, s->now);
	routes_connected(s->r, s->now);
}

static const struct route_report *last(const struct sim *s, const char *number)
{
	for (size_t i = s->reported; i-- > 0;)
		if (!strcmp(s->reports[i].number, number))
			return &s->reports[i];
	return NULL;
}

static void assert_state(const struct sim *s, const char *number, enum route_state state)
{
	const struct route_report *r = last(s, number);

	assert_non_null(r);
	assert_string_equal(route_state_name(r->state), route_state_name(state));
}

static bool was(const struct sim *s, const char *number, enum route_state state, size_t from)
{
	for (size_t i = from; i < s->reported; i++)
		if (!strcmp(s->reports[i].number, number) && s->reports[i].state == state)
			return true;
	return false;
}

#define A "+15551234567"
#define B "+442071234567"

static void nothing_before_all_is_told(void **state)
{
	struct routes_config no_owner = { .owner = "", .window = 8 };
	struct sim *s = sim_new(&no_owner);

	(void)state;
	routes_connected(s->r, s->now);
	want(s, A, "support", "Local/1@x");
	run(s);
	assert_int_equal(s->reads, 0);
	routes_complete(s->r, s->now);
	run(s);
	assert_int_equal(s->reads, 0);
	assert_false(stats(s).settled);
	routes_set_owner(s->r, "store-1", s->now);
	assert_true(settle(s));
	assert_string_equal(held(s, "trunkdeck", A), "support");
	assert_string_equal(held(s, "trunkdeckmeta", "owner"), "store-1");
	sim_free(s);
}

static void writes_and_says_so_at_once(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t began = s->now;

	(void)state;
	want(s, A, "support", "Local/1@x");
	want(s, B, "sales", "Local/2@x");
	begin(s);
	run(s);
	assert_state(s, A, ROUTE_VERIFIED);
	assert_state(s, B, ROUTE_VERIFIED);
	assert_int_equal(s->now, began);
	assert_int_equal(stats(s).by_state[ROUTE_VERIFIED], 2);
	assert_false(stats(s).settled);
	assert_true(settle(s));
	assert_true(s->now >= began + WAIT_MS);
	assert_int_equal(s->puts, 5);
	sim_free(s);
}

static void leaves_alone_what_is_right(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	put(s, "trunkdeckmeta", "owner", "store-1");
	put(s, "trunkdeckagent", "support", "Local/1@x");
	put(s, "trunkdeck", A, "support");
	put(s, "trunkdeck", B, "support");
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_VERIFIED);
	assert_int_equal(s->puts + s->dels, 0);
	assert_non_null(held(s, "trunkdeck", B));
	sim_free(s);
}

/* The second reading finds what a crash undid; the row says so, and it is repaired. */
static void a_lost_write_is_shown_and_repaired(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	want(s, A, "support", "Local/1@x");
	begin(s);
	run(s);
	from = s->reported;
	del(s, "trunkdeck", A);
	s->now += WAIT_MS;
	run(s);
	assert_true(was(s, A, ROUTE_MISSING, from));
	assert_state(s, A, ROUTE_VERIFIED);
	assert_true(settle(s));
	assert_string_equal(held(s, "trunkdeck", A), "support");
	sim_free(s);
}

static void a_changed_key_is_shown_and_repaired(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	put(s, "trunkdeckagent", "other", "Local/9@x");
	put(s, "trunkdeck", A, "other");
	from = s->reported;
	routes_verify_all(s->r, s->now);
	run(s);
	assert_true(was(s, A, ROUTE_STALE, from));
	assert_string_equal(s->reports[from].found_agent, "other");
	put(s, "trunkdeckagent", "support", "Local/changed@x");
	from = s->reported;
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_true(was(s, A, ROUTE_STALE, from));
	assert_string_equal(held(s, "trunkdeckagent", "support"), "Local/1@x");
	assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* An edit by the operator is work, not news. */
static void an_edit_is_pending_not_stale(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	from = s->reported;
	want(s, A, "sales", "Local/2@x");
	assert_true(settle(s));
	assert_true(was(s, A, ROUTE_PENDING, from));
	assert_false(was(s, A, ROUTE_STALE, from));
	assert_state(s, A, ROUTE_VERIFIED);
	assert_null(held(s, "trunkdeckagent", "support"));
	assert_string_equal(held(s, "trunkdeck", A), "sales");
	sim_free(s);
}

static void deletes_number_then_agent_then_says_gone(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	want(s, A, "support", "Local/1@x");
	want(s, B, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	routes_unwant(s->r, A, s->now);
	run(s);
	assert_null(held(s, "trunkdeck", A));
	assert_false(last(s, A)->gone);
	assert_true(settle(s));
	assert_true(last(s, A)->gone);
	assert_non_null(held(s, "trunkdeckagent", "support"));
	routes_unwant(s->r, B, s->now);
	assert_true(settle(s));
	assert_true(last(s, B)->gone);
	assert_null(held(s, "trunkdeckagent", "support"));
	sim_free(s);
}

/* Deleted while the server was away, resurrected by its crash, unknown to this session: gone all the same. */
static void a_delete_holds(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	put(s, "trunkdeck", A, "support");
	s->check_order = false;
	routes_unwant(s->r, A, s->now);
	begin(s);
	run(s);
	assert_null(held(s, "trunkdeck", A));
	put(s, "trunkdeck", A, "support");
	s->now += WAIT_MS;
	run(s);
	assert_true(was(s, A, ROUTE_FOREIGN, 0));
	assert_null(held(s, "trunkdeck", A));
	assert_true(settle(s));
	assert_true(last(s, A)->gone);
	sim_free(s);
}

static void a_delete_survives_a_reconnect(void **state)
{
	struct sim *s = sim_new(NULL);
	uint64_t old;

	(void)state;
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	routes_unwant(s->r, A, s->now);
	fill(s);
	routes_disconnected(s->r, s->now);
	assert_state(s, A, ROUTE_UNKNOWN);
	/* The answer of an old connection must not be taken for one of the new. */
	routes_connected(s->r, s->now);
	s->flying = 0;
	fill(s);
	old = s->flight[0].id;
	routes_disconnected(s->r, s->now);
	routes_connected(s->r, s->now);
	s->flying = 0;
	fill(s);
	assert_int_equal(stats(s).in_flight, 1);
	routes_answer(s->r, old, ROUTE_ANSWER_OK, NULL, s->now);
	assert_int_equal(stats(s).in_flight, 1);
	assert_true(settle(s));
	assert_true(last(s, A)->gone);
	assert_null(held(s, "trunkdeck", A));
	sim_free(s);
}

static void add_delete_add_ends_added(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	begin(s);
	run(s);
	want(s, A, "support", "Local/1@x");
	fill(s);
	routes_unwant(s->r, A, s->now);
	want(s, A, "sales", "Local/2@x");
	want(s, A, "sales", "Local/2@x");
	assert_true(settle(s));
	assert_string_equal(held(s, "trunkdeck", A), "sales");
	routes_unwant(s->r, A, s->now);
	fill(s);
	want(s, A, "support", "Local/1@x");
	assert_true(settle(s));
	assert_string_equal(held(s, "trunkdeck", A), "support");
	assert_string_equal(held(s, "trunkdeckagent", "support"), "Local/1@x");
	assert_null(held(s, "trunkdeckagent", "sales"));
	assert_state(s, A, ROUTE_VERIFIED);
	assert_false(last(s, A)->gone);
	assert_false(was(s, A, ROUTE_FOREIGN, 0));
	assert_false(was(s, A, ROUTE_STALE, 0));
	sim_free(s);
}

static void another_stores_server_is_left_alone(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	put(s, "trunkdeckmeta", "owner", "store-2");
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	assert_int_equal(s->reads, 1);
	assert_int_equal(s->puts + s->dels, 0);
	assert_true(stats(s).foreign_owner);
	assert_string_equal(stats(s).owner, "store-2");
	assert_int_equal(stats(s).by_state[ROUTE_UNKNOWN], 1);
	routes_unwant(s->r, A, s->now);
	assert_true(last(s, A)->gone);
	want(s, B, "support", "Local/1@x");
	run(s);
	assert_int_equal(s->puts + s->dels, 0);
	/* The other store gave it up. */
	del(s, "trunkdeckmeta", "owner");
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_false(stats(s).foreign_owner);
	assert_state(s, B, ROUTE_VERIFIED);
	/* And somebody takes it away from us. */
	put(s, "trunkdeckmeta", "owner", "store-3");
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_true(stats(s).foreign_owner);
	assert_state(s, B, ROUTE_UNKNOWN);
	sim_free(s);
}

/* What was on its way when the server turned out to be another store's goes no further. */
static void taken_away_while_writing(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	begin(s);
	run(s);
	put(s, "trunkdeckmeta", "owner", "store-2");
	want(s, A, "support", "Local/1@x");
	fill(s);
	routes_verify_all(s->r, s->now);
	fill(s);
	s->puts = 0;
	perform(s, s->flying - 1);
	assert_true(stats(s).foreign_owner);
	assert_true(settle(s));
	assert_int_equal(s->puts + s->dels, 0);
	assert_state(s, A, ROUTE_UNKNOWN);
	sim_free(s);
}

static void take_over_writes_the_owner(void **state)
{
	struct routes_config c = { .owner = "store-1", .take_over = true, .window = 8 };
	struct sim *s = sim_new(&c);

	(void)state;
	put(s, "trunkdeckmeta", "owner", "store-2");
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	assert_string_equal(held(s, "trunkdeckmeta", "owner"), "store-1");
	assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void read_only_reads_only(void **state)
{
	struct routes_config c = { .owner = "store-1", .read_only = true, .window = 8 };
	struct sim *s = sim_new(&c);

	(void)state;
	s->check_order = false;
	put(s, "trunkdeck", A, "other");
	put(s, "trunkdeckagent", "support", "Local/1@x");
	want(s, A, "support", "Local/1@x");
	want(s, B, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_STALE);
	assert_string_equal(last(s, A)->found_agent, "other");
	assert_state(s, B, ROUTE_MISSING);
	routes_unwant(s->r, A, s->now);
	routes_unwant(s->r, B, s->now);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_FOREIGN);
	assert_true(last(s, B)->gone);
	assert_int_equal(s->puts + s->dels, 0);
	sim_free(s);
}

static void a_refusal_is_shown_and_tried_again_on_demand(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	want(s, A, "support", "Local/1@x");
	s->refuse = "Permission denied";
	begin(s);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_REFUSED);
	assert_string_equal(stats(s).refusal, "Permission denied");
	put(s, "trunkdeckmeta", "owner", "store-1");
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_REFUSED);
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_VERIFIED);
	assert_string_equal(stats(s).refusal, "");
	s->refuse = "Permission denied";
	routes_unwant(s->r, A, s->now);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_REFUSED);
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(settle(s));
	assert_true(last(s, A)->gone);
	assert_null(held(s, "trunkdeckagent", "support"));
	sim_free(s);
}

static void no_number_without_its_agent(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	s->refuse = "Failed to update entry";
	s->refuse_family = "trunkdeckagent";
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	assert_state(s, A, ROUTE_REFUSED);
	assert_null(held(s, "trunkdeck", A));
	s->refuse = NULL;
	want(s, A, "support", "Local/1@x");
	assert_true(settle(s));
	assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* A number that keeps failing sleeps long; one that was just written is read again in its own time. */
static void sleepers_wake_in_their_own_time(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t at;

	(void)state;
	s->lose_key = A;
	want(s, A, "support", "Local/1@x");
	begin(s);
	for (run(s); s->now < 60000; run(s))
		s->now += 100;
	assert_true(routes_next_at_ms(s->r) > s->now);
	want(s, B, "support", "Local/1@x");
	run(s);
	at = routes_next_at_ms(s->r);
	assert_in_range(at, s->now, s->now + WAIT_MS);
	sim_free(s);
}

/* Two writers must not saturate the server. */
static void a_fight_is_fought_slowly(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t began;

	(void)state;
	want(s, A, "support", "Local/1@x");
	begin(s);
	assert_true(settle(s));
	s->lose_percent = 100;
	del(s, "trunkdeck", A);
	s->puts = 0;
	began = s->now;
	routes_verify_all(s->r, s->now);
	for (run(s); s->now < began + 60000; run(s))
		s->now += 100;
	assert_state(s, A, ROUTE_MISSING);
	assert_in_range(s->puts, 4, 12);
	s->lose_percent = 0;
	assert_true(settle(s));
	assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void window_is_kept(void **state)
{
	struct routes_config c = { .owner = "store-1", .window = 5 };
	struct sim *s = sim_new(&c);
	char number[E164_SIZE];

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(number, sizeof(number), "+1555%07d", i);
		want(s, number, i % 2 ? "odd" : "even", "Local/1@x");
	}
	begin(s);
	for (fill(s); s->flying; fill(s)) {
		assert_true(s->flying <= 5);
		assert_int_equal(stats(s).in_flight, s->flying);
		perform(s, 0);
	}
	assert_int_equal(stats(s).by_state[ROUTE_VERIFIED], 300);
	sim_free(s);
}

static void random_edit(struct sim *s)
{
	char number[E164_SIZE], agent[8], dial[16];

	snprintf(number, sizeof(number), "+1555000%04u", roll(s, 24));
	snprintf(agent, sizeof(agent), "a%u", roll(s, 5));
	snprintf(dial, sizeof(dial), "Local/%s@x", agent);
	if (roll(s, 3))
		want(s, number, agent, dial);
	else
		routes_unwant(s->r, number, s->now);
}

static void random_step(struct sim *s)
{
	switch (roll(s, 40)) {
	case 0:
		routes_disconnected(s->r, s->now);
		s->flying = 0;
		for (size_t i = 0; i < s->count; i++)
			if (s->keys[i].written_ms > s->now - 1000 && roll(s, 2))
				s->keys[i].used = !s->keys[i].used && !strcmp(s->keys[i].family, "trunkdeckmeta");
		routes_connected(s->r, s->now);
		break;
	case 1:
		routes_verify_all(s->r, s->now);
		break;
	case 2:
	case 3:
		s->now += roll(s, 2000);
		break;
	case 4:
		s->refuse = roll(s, 4) ? NULL : "Asterisk is shutting down";
		break;
	default:
		if (roll(s, 4) == 0)
			random_edit(s);
		fill(s);
		if (s->flying)
			perform(s, roll(s, (unsigned)s->flying));
	}
}

/* What every number was last told to be, replayed from the same dice by want/unwant below. */
static void edits_checked(struct sim *s, const char *wanted[24])
{
	static const char *const agents[] = { "a0", "a1", "a2", "a3", "a4" };
	char number[E164_SIZE], dial[16];

	for (unsigned i = 0; i < 24; i++) {
		snprintf(number, sizeof(number), "+1555000%04u", i);
		wanted[i] = roll(s, 3) ? agents[roll(s, 5)] : NULL;
		if (wanted[i]) {
			snprintf(dial, sizeof(dial), "Local/%s@x", wanted[i]);
			want(s, number, wanted[i], dial);
		} else {
			routes_unwant(s->r, number, s->now);
		}
	}
}

static void assert_as_wanted(struct sim *s, const char *wanted[24])
{
	char number[E164_SIZE], dial[16];
	size_t verified = 0;

	for (unsigned i = 0; i < 24; i++) {
		snprintf(number, sizeof(number), "+1555000%04u", i);
		if (!wanted[i]) {
			assert_null(held(s, "trunkdeck", number));
			assert_true(last(s, number)->gone);
			continue;
		}
		snprintf(dial, sizeof(dial), "Local/%s@x", wanted[i]);
		assert_string_equal(held(s, "trunkdeck", number), wanted[i]);
		assert_string_equal(held(s, "trunkdeckagent", wanted[i]), dial);
		assert_state(s, number, ROUTE_VERIFIED);
		verified++;
	}
	assert_int_equal(stats(s).by_state[ROUTE_VERIFIED], verified);
	assert_int_equal(stats(s).by_state[ROUTE_PENDING], 0);
}

static void storm_then_calm(unsigned seed)
{
	struct sim *s = sim_new(NULL);
	const char *wanted[24];

	s->random = seed;
	s->check_order = false;
	s->lose_percent = 20;
	begin(s);
	for (int i = 0; i < 1500; i++) {
		random_step(s);
		if (s->reported > REPORTS_MAX - 200)
			s->reported = 0;
	}
	s->lose_percent = 0;
	s->refuse = NULL;
	s->reported = 0;
	edits_checked(s, wanted);
	routes_disconnected(s->r, s->now);
	s->flying = 0;
	routes_connected(s->r, s->now);
	assert_true(settle(s));
	assert_as_wanted(s, wanted);
	sim_free(s);
}

static void always_converges(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++)
		storm_then_calm(seed);
}

/* The same without the reconnect at the end: it gets there by its own retries and waits. */
static void converges_without_reconnect(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		struct sim *s = sim_new(NULL);
		const char *wanted[24];

		s->random = seed;
		s->check_order = false;
		s->lose_percent = 30;
		begin(s);
		for (int i = 0; i < 400; i++) {
			if (roll(s, 3) == 0)
				random_edit(s);
			fill(s);
			if (s->flying)
				perform(s, roll(s, (unsigned)s->flying));
			s->now += roll(s, 300);
		}
		s->lose_percent = 0;
		s->reported = 0;
		edits_checked(s, wanted);
		while (s->flying)
			perform(s, roll(s, (unsigned)s->flying));
		assert_true(settle(s));
		for (unsigned i = 0; i < 24; i++) {
			char number[E164_SIZE];

			snprintf(number, sizeof(number), "+1555000%04u", i);
			if (wanted[i])
				assert_string_equal(held(s, "trunkdeck", number), wanted[i]);
			else
				assert_null(held(s, "trunkdeck", number));
		}
		sim_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_before_all_is_told),
		cmocka_unit_test(writes_and_says_so_at_once),
		cmocka_unit_test(leaves_alone_what_is_right),
		cmocka_unit_test(a_lost_write_is_shown_and_repaired),
		cmocka_unit_test(a_changed_key_is_shown_and_repaired),
		cmocka_unit_test(an_edit_is_pending_not_stale),
		cmocka_unit_test(deletes_number_then_agent_then_says_gone),
		cmocka_unit_test(a_delete_holds),
		cmocka_unit_test(a_delete_survives_a_reconnect),
		cmocka_unit_test(add_delete_add_ends_added),
		cmocka_unit_test(another_stores_server_is_left_alone),
		cmocka_unit_test(taken_away_while_writing),
		cmocka_unit_test(take_over_writes_the_owner),
		cmocka_unit_test(read_only_reads_only),
		cmocka_unit_test(a_refusal_is_shown_and_tried_again_on_demand),
		cmocka_unit_test(no_number_without_its_agent),
		cmocka_unit_test(sleepers_wake_in_their_own_time),
		cmocka_unit_test(a_fight_is_fought_slowly),
		cmocka_unit_test(window_is_kept),
		cmocka_unit_test(always_converges),
		cmocka_unit_test(converges_without_reconnect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
