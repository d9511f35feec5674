#include "config.h"

#include "routes_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

unsigned sim_roll(struct sim *s, unsigned below)
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

const char *sim_held(struct sim *s, const char *family, const char *key)
{
	struct key *k = lookup(s, family, key);

	return k ? k->value : NULL;
}

void sim_put(struct sim *s, const char *family, const char *key, const char *value)
{
	struct key *k = lookup(s, family, key);

	if (!k) {
		assert_true(s->count < KEYS_MAX);
		k = &s->keys[s->count++];
		k->used = true;
		str_copy(k->family, sizeof(k->family), str_of(family));
		str_copy(k->key, sizeof(k->key), str_of(key));
	}
	str_copy(k->before, sizeof(k->before), str_of(strncmp(k->value, "3,", 2) == 0 ? k->value : ""));
	str_copy(k->value, sizeof(k->value), str_of(value));
	k->written_ms = s->now;
	k->used = true;
}

void sim_del(struct sim *s, const char *family, const char *key)
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

struct sim *sim_new(const struct routes_config *config)
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

void sim_free(struct sim *s)
{
	routes_free(&s->r);
	free(s);
}

/* The agent and the chunks that a number's value of the present form leads to. */
static void assert_whole_set(struct sim *s, const char *number, const char *value)
{
	char agent[72], name[ROUTE_NAME_SIZE];
	struct str gen = route_value_field(value, ROUTE_NUMBER_GEN);

	route_value_agent(value, agent, sizeof(agent));
	assert_non_null(lookup(s, "trunkdeckagent", agent));
	for (int i = 1; i <= 2 && gen.len > 0; i++) {
		snprintf(name, sizeof(name), "%s.%.*s.%d", number, (int)gen.len, gen.p, i);
		assert_non_null(lookup(s, "trunkdecktell", name));
	}
}

/* A caller must never meet a number whose agent has no dial string. A call may go on for a while with the value that it read. */
static void assert_no_half_route(struct sim *s)
{
	for (size_t i = 0; i < s->count && s->check_order; i++) {
		struct key *k = &s->keys[i];

		if (strcmp(k->family, "trunkdeck") != 0)
			continue;
		if (k->used)
			assert_whole_set(s, k->key, k->value);
		if (k->before[0] && s->now < k->written_ms + ROUTES_GRACE_MS)
			assert_whole_set(s, k->key, k->before);
	}
}

static void write_key(struct sim *s, const struct route_action *a)
{
	bool lost = (s->lose_percent && sim_roll(s, 100) < s->lose_percent) || (s->lose_key && !strcmp(s->lose_key, a->key));

	if (s->refuse && (!s->refuse_family || !strcmp(s->refuse_family, a->family))) {
		routes_answer(s->r, a->id, ROUTE_ANSWER_REFUSED, s->refuse, s->now);
		return;
	}
	if (a->op == ROUTE_OP_PUT) {
		if (s->puts++ < ARRAY_LEN(s->put))
			snprintf(s->put[s->puts - 1], sizeof(s->put[0]), "%s/%s", a->family, a->key);
		if (!lost)
			sim_put(s, a->family, a->key, a->value);
		routes_answer(s->r, a->id, ROUTE_ANSWER_OK, NULL, s->now);
	} else {
		bool had = sim_held(s, a->family, a->key);

		s->dels++;
		if (!lost)
			sim_del(s, a->family, a->key);
		routes_answer(s->r, a->id, had ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, NULL, s->now);
	}
	if (!s->lose_percent)
		assert_no_half_route(s);
}

/* Lookups read keys of the families TRUNKDECK_..., which have the results of the functions; "" = nothing. */
static void look_up(struct sim *s, const struct route_action *a)
{
	const char *value = s->mute ? NULL : sim_held(s, a->family, a->key);
	char name[ROUTE_NAME_SIZE], uri[64];

	s->reads++;
	if (strcmp(a->family, "AST_SORCERY") == 0) {
		assert_int_equal(sscanf(a->key, "res_websocket_client,websocket_client,%79[^,],uri", name), 1);
		value = s->wizard ? sim_held(s, "ws/websocket_client", name) : NULL;
		value = value && sscanf(value, "{\"uri\":\"%63[^\"]\"}", uri) == 1 ? uri : NULL;
	}
	routes_answer(s->r, a->id, value ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, value, s->now);
}

void sim_perform(struct sim *s, size_t i)
{
	struct route_action a = s->flight[i];
	const char *value;

	memmove(&s->flight[i], &s->flight[i + 1], (--s->flying - i) * sizeof(*s->flight));
	if (a.op == ROUTE_OP_LOOKUP) {
		look_up(s, &a);
		return;
	}
	if (a.op != ROUTE_OP_GET) {
		write_key(s, &a);
		return;
	}
	s->reads++;
	value = sim_held(s, a.family, a.key);
	routes_answer(s->r, a.id, value ? ROUTE_ANSWER_OK : ROUTE_ANSWER_NOT_FOUND, value, s->now);
}

static void scan(struct sim *s)
{
	s->scans++;
	routes_scan_begin(s->r);
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		for (size_t i = 0; i < s->count; i++)
			if (s->keys[i].used && !strcmp(s->keys[i].family, route_family_name((enum route_family)family)))
				routes_scan_found(s->r, (enum route_family)family, s->keys[i].key, s->keys[i].value, s->now);
	routes_scan_end(s->r, !s->scan_fails);
}

void sim_fill(struct sim *s)
{
	if (routes_scan_due(s->r))
		scan(s);
	while (s->flying < FLIGHT_MAX && routes_next(s->r, s->now, &s->flight[s->flying]))
		s->flying++;
}

/* Answers in the order sent, until nothing more can be done at this time. */
void sim_run(struct sim *s)
{
	for (sim_fill(s); s->flying; sim_fill(s))
		sim_perform(s, 0);
}

struct routes_stats sim_stats(const struct sim *s)
{
	struct routes_stats st;

	routes_get_stats(s->r, &st);
	return st;
}

/* Continues through all waits. Returns false when it does not settle. */
bool sim_settle(struct sim *s)
{
	for (int i = 0; i < 200; i++) {
		int64_t at;

		sim_run(s);
		if (sim_stats(s).settled)
			return true;
		at = routes_next_at_ms(s->r);
		if (at < 0)
			return false;
		s->now = at > s->now ? at : s->now;
	}
	return false;
}

void sim_want(struct sim *s, const char *number, const char *agent, const char *dial)
{
	const struct route_need need = { ROUTE_FAMILY_AGENT, agent, true };

	routes_tell(s->r, &(struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = agent, .former = dial }, s->now);
	routes_tell(s->r, &(struct route_key){ .family = ROUTE_FAMILY_NUMBER, .name = number, .former = agent, .needs = &need,
					       .need_count = 1 }, s->now);
}

void sim_unwant(struct sim *s, const char *number)
{
	routes_untell(s->r, ROUTE_FAMILY_NUMBER, number, s->now);
}

void sim_set_prefixes(struct sim *s, const struct route_prefix *prefixes, size_t n)
{
	struct buf packed;

	buf_init(&packed, BUF_UNBOUNDED);
	for (size_t i = 0; i < n; i++)
		route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_TRUNK, .name = prefixes[i].endpoint,
							 .former = *prefixes[i].prefix ? prefixes[i].prefix : NULL });
	routes_tell_standing(s->r, packed.p, packed.len, s->now);
	buf_clear(&packed);
}

void sim_begin(struct sim *s)
{
	routes_complete(s->r, s->now);
	routes_connected(s->r, s->now);
}

const struct route_report *sim_last(const struct sim *s, const char *number)
{
	for (size_t i = s->reported; i-- > 0;)
		if (!strcmp(s->reports[i].number, number))
			return &s->reports[i];
	return NULL;
}

void sim_assert_state(const struct sim *s, const char *number, enum route_state state)
{
	const struct route_report *r = sim_last(s, number);

	assert_non_null(r);
	assert_string_equal(route_state_name(r->state), route_state_name(state));
}

bool sim_was(const struct sim *s, const char *number, enum route_state state, size_t from)
{
	for (size_t i = from; i < s->reported; i++)
		if (!strcmp(s->reports[i].number, number) && s->reports[i].state == state)
			return true;
	return false;
}
