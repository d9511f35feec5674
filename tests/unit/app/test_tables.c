/* The tables and small models of the app layer: actions, keys, messages, live calls, route states. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <locale.h>

#include "trunkdeck/app/action.h"
#include "trunkdeck/app/keymap.h"
#include "trunkdeck/app/live.h"
#include "trunkdeck/app/messages.h"
#include "trunkdeck/app/route_states.h"
#include "trunkdeck/base/mem.h"

#define EVERYWHERE (SCOPE_LIST | SCOPE_REPLAY)

static const unsigned scopes[] = { SCOPE_DECK | EVERYWHERE, SCOPE_CALLS | EVERYWHERE, SCOPE_METRICS | EVERYWHERE,
				   SCOPE_SERVERS | EVERYWHERE, SCOPE_LOG | EVERYWHERE };

/* Every key of every action reaches that action in each of its scopes: no other action hides it. */
static void check_keys(enum action_id id, unsigned scope)
{
	const struct action *a = action_get(id);
	const char *p = a->keys;

	while (*p != '\0') {
		char name[KEYMAP_NAME_SIZE];
		key_code key;
		size_t len = strcspn(p, " ");

		str_copy(name, sizeof(name), (struct str){ p, len });
		assert_true(keymap_parse(name, &key));
		assert_int_equal(keymap_lookup(key, scope), id);
		p += len + strspn(p + len, " ");
	}
}

static void test_no_key_is_shadowed(void **state)
{
	(void)state;
	for (int id = 1; id < ACTION_COUNT; id++) {
		for (size_t s = 0; s < ARRAY_LEN(scopes); s++) {
			if (action_in_scope(action_get((enum action_id)id), scopes[s]))
				check_keys((enum action_id)id, scopes[s]);
		}
	}
}

static void test_action_names(void **state)
{
	(void)state;
	for (int id = 1; id < ACTION_COUNT; id++)
		assert_int_equal(action_by_name(action_get((enum action_id)id)->name), id);
	assert_int_equal(action_by_name("sy"), ACTION_SYNC);
	assert_int_equal(action_by_name("QUIT"), ACTION_QUIT);
	assert_int_equal(action_by_name("e"), ACTION_NONE);		/* edit, expand... */
	assert_int_equal(action_by_name(""), ACTION_NONE);
}

static void test_key_names_round_trip(void **state)
{
	static const key_code keys[] = { 'a', '?', ' ', KEYS_ENTER, KEYS_ESC, KEYS_TAB, KEYS_CTRL('L'), KEYS_UP,
					 KEYS_PAGE_DOWN, KEYS_F1, KEYS_F12, 0xe9, 0x4e2d, 0x1f600 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char name[KEYMAP_NAME_SIZE];
		key_code back = 0;

		keymap_name(keys[i], name);
		assert_true(keymap_parse(name, &back));
		assert_int_equal(back, keys[i]);
	}
}

/* --- messages --- */

static void test_messages_fade_and_stay(void **state)
{
	struct td_clock clock;
	struct messages *m;

	(void)state;
	clock_init_virtual(&clock, 1000000);
	m = messages_new(&clock);
	assert_null(messages_current(m));
	messages_add(m, MESSAGE_INFO, "saved %d", 1);
	assert_string_equal(messages_current(m)->text, "saved 1");
	messages_seen(m);
	assert_non_null(messages_current(m));
	clock_advance(&clock, MESSAGE_INFO_MS);
	assert_null(messages_current(m));
	messages_add(m, MESSAGE_ERROR, "bad\033[2J");
	clock_advance(&clock, 100 * MESSAGE_INFO_MS);
	assert_non_null(messages_current(m));
	assert_null(strchr(messages_current(m)->text, '\033'));
	messages_seen(m);
	assert_null(messages_current(m));
	assert_int_equal(messages_count(m), 2);
	messages_free(&m);
}

static void test_messages_keep_the_newest(void **state)
{
	struct td_clock clock;
	struct messages *m;

	(void)state;
	clock_init_virtual(&clock, 1000000);
	m = messages_new(&clock);
	for (int i = 0; i < MESSAGES_MAX + 10; i++)
		messages_add(m, MESSAGE_INFO, "%d", i);
	assert_int_equal(messages_count(m), MESSAGES_MAX);
	assert_string_equal(messages_get(m, 0)->text, "509");
	assert_string_equal(messages_get(m, MESSAGES_MAX - 1)->text, "10");
	messages_free(&m);
}

/* --- live calls --- */

static struct ami_call_report report(const char *server, const char *id, int64_t started, enum call_change change)
{
	struct ami_call_report r = { .change = change };

	str_copy(r.call.server, sizeof(r.call.server), str_of(server));
	str_copy(r.call.linkedid, sizeof(r.call.linkedid), str_of(id));
	str_copy(r.call.number, sizeof(r.call.number), STR("+15550001"));
	r.call.started_us = started;
	return r;
}

static void test_live(void **state)
{
	struct live *l = live_new();
	struct ami_call_report a = report("na-1", "1.1", 200, CALL_CHANGE_STARTED);
	struct ami_call_report b = report("eu-1", "1.1", 100, CALL_CHANGE_UPDATED);
	size_t count;

	(void)state;
	assert_true(live_report(l, &a));
	assert_true(live_report(l, &b));
	assert_int_equal(live_calls(l, &count)[0]->started_us, 100);
	assert_int_equal(count, 2);
	assert_int_equal(live_count_number(l, "+15550001"), 2);
	str_copy(b.call.number, sizeof(b.call.number), STR("+15550002"));
	str_copy(b.call.provider, sizeof(b.call.provider), STR("twilio"));
	assert_true(live_report(l, &b));
	assert_int_equal(live_count_number(l, "+15550001"), 1);
	assert_int_equal(live_count_number(l, "+15550002"), 1);
	assert_int_equal(live_count_provider(l, "twilio"), 1);
	a.change = CALL_CHANGE_FINISHED;
	assert_true(live_report(l, &a));
	assert_false(live_report(l, &a));
	assert_null(live_find(l, "na-1", "1.1"));
	assert_non_null(live_find(l, "eu-1", "1.1"));
	live_free(&l);
}

/* Calls arrive in any order, change their beginning, and end; two servers have calls of the same id and beginning. */
static void test_live_calls_are_in_order(void **state)
{
	enum { CALLS = 40 };
	struct live *l = live_new();
	const struct call *const *calls;
	unsigned random = 1;
	size_t count, live = 0;
	bool up[2 * CALLS] = { false };

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct ami_call_report r;
		char id[16];
		int at;

		random = random * 1103515245 + 12345;
		at = (int)(random >> 16) % (2 * CALLS);
		snprintf(id, sizeof(id), "1.%d", at / 2);
		random = random * 1103515245 + 12345;
		r = report(at % 2 ? "eu-1" : "na-1", id, (int64_t)(random >> 16) % 30,
			   (random >> 28) % 3 ? CALL_CHANGE_UPDATED : CALL_CHANGE_FINISHED);
		assert_int_equal(live_report(l, &r), r.change == CALL_CHANGE_UPDATED || up[at]);
		live += (r.change == CALL_CHANGE_UPDATED) - up[at];
		up[at] = r.change == CALL_CHANGE_UPDATED;
		calls = live_calls(l, &count);
		assert_int_equal(count, live);
		assert_int_equal(count, live_count(l));
		for (size_t i = 1; i < count; i++) {
			assert_true(calls[i - 1]->started_us <= calls[i]->started_us);
			assert_true(calls[i - 1]->started_us < calls[i]->started_us ||
				    strcmp(calls[i - 1]->linkedid, calls[i]->linkedid) <= 0);
		}
		for (size_t i = 0; i < count; i++)
			assert_ptr_equal(live_find(l, calls[i]->server, calls[i]->linkedid), calls[i]);
	}
	live_free(&l);
}

static void count_gone(void *arg, const struct call *c)
{
	assert_string_equal(c->linkedid, "1.1");
	++*(int *)arg;
}

static void test_live_resynced_drops_what_was_not_reported(void **state)
{
	int gone = 0;

	struct live *l = live_new();
	struct ami_call_report old = report("na-1", "1.1", 1, CALL_CHANGE_UPDATED);
	struct ami_call_report fresh = report("na-1", "1.2", 2, CALL_CHANGE_UPDATED);
	struct ami_call_report other = report("eu-1", "1.3", 3, CALL_CHANGE_UPDATED);
	struct ami_resync_report round = { .server = "na-1", .serial = 1 };

	(void)state;
	fresh.serial = 1;
	live_report(l, &old);
	live_report(l, &fresh);
	live_report(l, &other);
	live_resynced(l, &round, count_gone, &gone);
	assert_int_equal(gone, 1);
	assert_int_equal(live_count_number(l, "+15550001"), 2);
	assert_null(live_find(l, "na-1", "1.1"));
	assert_non_null(live_find(l, "na-1", "1.2"));
	assert_non_null(live_find(l, "eu-1", "1.3"));
	live_free(&l);
}

/* --- route states --- */

static void count(void *arg, const char *server, const struct route_report *r)
{
	assert_string_equal(server, "na-1");
	assert_string_equal(r->number, "+15550001");
	++*(size_t *)arg;
}

static size_t count_alarms(const struct route_states *t)
{
	size_t n = 0;

	route_states_each_alarm(t, count, &n);
	return n;
}

static void test_route_table(void **state)
{
	struct route_states *t = route_states_new();
	struct ami_route_report r = { .server = "na-1", .route = { .number = "+15550001", .state = ROUTE_VERIFIED } };

	(void)state;
	assert_int_equal(route_states_get(t, "na-1", "+15550001", NULL), ROUTE_UNKNOWN);
	route_states_report(t, &r);
	assert_int_equal(route_states_get(t, "na-1", "+15550001", NULL), ROUTE_VERIFIED);
	assert_int_equal(route_states_get(t, "eu-1", "+15550001", NULL), ROUTE_UNKNOWN);
	route_states_server_down(t, "na-1");
	assert_int_equal(route_states_get(t, "na-1", "+15550001", NULL), ROUTE_UNKNOWN);
	assert_int_equal(count_alarms(t), 0);
	r.route.state = ROUTE_STALE;
	route_states_report(t, &r);
	route_states_report(t, &r);
	assert_int_equal(count_alarms(t), 1);
	route_states_server_down(t, "na-1");
	assert_int_equal(count_alarms(t), 0);
	route_states_report(t, &r);
	assert_int_equal(count_alarms(t), 1);
	r.route.gone = true;
	route_states_report(t, &r);
	assert_int_equal(count_alarms(t), 0);
	route_states_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_key_is_shadowed),
		cmocka_unit_test(test_action_names),
		cmocka_unit_test(test_key_names_round_trip),
		cmocka_unit_test(test_messages_fade_and_stay),
		cmocka_unit_test(test_messages_keep_the_newest),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_live_calls_are_in_order),
		cmocka_unit_test(test_live_resynced_drops_what_was_not_reported),
		cmocka_unit_test(test_route_table),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
