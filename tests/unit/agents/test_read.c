/*
 * agents_read(): the waits between tries, when it gives up, and that mail stops it. The waits are only recorded.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "kit/directory.h"
#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/mem.h"

#define WAITS_MAX 32

struct waits {
	int ms[WAITS_MAX];
	size_t count;
	size_t patience;	/* number of the wait that ends the read; 0 = none */
};

static bool record(void *arg, int ms)
{
	struct waits *w = arg;

	assert_true(w->count < WAITS_MAX);
	w->ms[w->count++] = ms;
	return w->count != w->patience;
}

struct attempt {
	struct directory directory;
	struct agents_options options;
	struct agents_list list;
	struct waits waits;
	struct err err;
	bool ok;
	int requests;
};

static void begin(struct attempt *a, const char *const *args)
{
	*a = (struct attempt){ .ok = false };
	directory_start(&a->directory, args);
	agents_options_init(&a->options);
	a->options.url[REGION_NA] = a->directory.url;
	a->options.secret = DIRECTORY_SECRET;
	a->options.dial = "WebSocket/{agent_id}";
	a->options.wait = record;
	a->options.wait_arg = &a->waits;
}

static void read_now(struct attempt *a)
{
	a->ok = agents_read(&a->list, &a->options, NULL, 0, &a->err);
}

static void end(struct attempt *a)
{
	a->requests = directory_stop(&a->directory);
	agents_list_clear(&a->list);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* If a kept connection was closed, curl opens it again by itself. So "close" is the first fault here. */
static void back_off_doubles_with_jitter(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("close", "503", "cut", "429", "502", "500"));
	a.options.tries = 6;
	a.options.first_wait_ms = 100;
	a.options.longest_wait_ms = 1000;
	read_now(&a);
	assert_false(a.ok);
	assert_int_equal(a.err.code, ERR_DIRECTORY_UNREACHABLE);
	assert_int_equal(a.waits.count, 5);
	for (size_t i = 0; i < 5; i++) {
		int step = 100 << i > 1000 ? 1000 : 100 << i;

		assert_in_range(a.waits.ms[i], step / 2, step);
	}
	end(&a);
	assert_int_equal(a.requests, 6);
}

static void retries_end_with_a_success(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("reset", "500"));
	read_now(&a);
	assert_true(a.ok);
	assert_int_equal(a.list.count, 3);
	assert_int_equal(a.list.regions[REGION_NA].state, AGENTS_COMPLETE);
	assert_int_equal(a.list.regions[REGION_NA].err.code, ERR_NONE);
	assert_int_equal(a.list.regions[REGION_EU].state, AGENTS_NOT_ASKED);
	assert_int_equal(a.waits.count, 2);
	end(&a);
	assert_int_equal(a.requests, 3);
}

/* The wait is exact to the second. A date may be one second old when it arrives. */
static void retry_after_is_obeyed(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("429:7", "429:date+20", "503:3"));
	read_now(&a);
	assert_true(a.ok);
	assert_int_equal(a.waits.count, 3);
	assert_int_equal(a.waits.ms[0], 7000);
	assert_in_range(a.waits.ms[1], 10000, 20000);
	assert_int_equal(a.waits.ms[2], 3000);
	end(&a);
}

static void a_long_retry_after_fails_at_once(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("429:31"));
	read_now(&a);
	assert_false(a.ok);
	assert_int_equal(a.waits.count, 0);
	assert_int_equal(a.list.regions[REGION_NA].retry_after_s, 31);
	assert_int_equal(a.list.regions[REGION_NA].state, AGENTS_FAILED);
	end(&a);
	assert_int_equal(a.requests, 1);
}

static void a_wait_can_be_ended(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("500", "500", "500"));
	a.waits.patience = 2;
	read_now(&a);
	assert_false(a.ok);
	end(&a);
	assert_int_equal(a.requests, 2);
}

static void time_outs_are_retried(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("stall", "stall"));
	a.options.timeout_ms = 50;
	a.options.tries = 2;
	read_now(&a);
	assert_false(a.ok);
	assert_int_equal(a.err.code, ERR_DIRECTORY_UNREACHABLE);
	assert_int_equal(a.waits.count, 1);
	end(&a);
}

static void a_transfer_that_stops_has_failed(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("drip"));
	a.options.stall_s = 1;
	a.options.tries = 1;
	read_now(&a);
	assert_false(a.ok);
	assert_non_null(strstr(a.err.message, "too slow"));
	end(&a);
}

static void *run_read(void *arg)
{
	read_now(arg);
	return NULL;
}

/* Mail to stop arrives while the server does not answer: the read ends long before any time-out. */
static void mail_stops_a_request(void **state)
{
	struct attempt a;
	pthread_t thread;
	struct mailbox *stop = mailbox_new(1);

	(void)state;
	begin(&a, ARGS("stall"));
	a.options.timeout_ms = 600000;
	a.options.stall_s = 600;
	a.options.stop = stop;
	assert_int_equal(pthread_create(&thread, NULL, run_read, &a), 0);
	directory_await(&a.directory);
	assert_true(mailbox_post(stop, (struct mail){ 0 }, MAIL_MUST));
	pthread_join(thread, NULL);
	assert_false(a.ok);
	assert_int_equal(a.waits.count, 0);
	end(&a);
	mailbox_free(&stop);
}

static void mail_stops_a_wait(void **state)
{
	struct attempt a;
	struct mailbox *stop = mailbox_new(1);

	(void)state;
	begin(&a, ARGS("500"));
	a.options.wait = NULL;
	a.options.first_wait_ms = a.options.longest_wait_ms = 600000;
	a.options.stop = stop;
	assert_true(mailbox_post(stop, (struct mail){ 0 }, MAIL_MUST));
	read_now(&a);
	assert_false(a.ok);
	end(&a);
	mailbox_free(&stop);
}

/* Several pages, and no agent is expected. */
static void one_read_is_enough_without_expected_agents(void **state)
{
	struct attempt a;

	(void)state;
	begin(&a, ARGS("-n", "120", "-p", "50"));
	read_now(&a);
	assert_true(a.ok);
	assert_int_equal(a.list.count, 120);
	for (size_t i = 1; i < a.list.count; i++)
		assert_true(strcmp(a.list.agents[i - 1].id, a.list.agents[i].id) < 0);
	assert_string_equal(a.list.agents[0].dial, "WebSocket/a0");
	assert_string_equal(a.list.agents[0].source, "api");
	end(&a);
	assert_int_equal(a.requests, 3);
}

/* The second read has the same list. */
static void a_missing_expected_agent_causes_a_second_read(void **state)
{
	static const char *const expected[] = { "a1", "lost" };
	struct attempt a;

	(void)state;
	begin(&a, ARGS("-n", "3", "-p", "2"));
	a.ok = agents_read(&a.list, &a.options, expected, 1, &a.err);
	assert_true(a.ok);
	agents_list_clear(&a.list);
	a.ok = agents_read(&a.list, &a.options, expected, 2, &a.err);
	assert_true(a.ok);
	assert_int_equal(a.list.regions[REGION_NA].state, AGENTS_COMPLETE);
	end(&a);
	assert_int_equal(a.requests, 2 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_off_doubles_with_jitter),
		cmocka_unit_test(retries_end_with_a_success),
		cmocka_unit_test(retry_after_is_obeyed),
		cmocka_unit_test(a_long_retry_after_fails_at_once),
		cmocka_unit_test(a_wait_can_be_ended),
		cmocka_unit_test(time_outs_are_retried),
		cmocka_unit_test(a_transfer_that_stops_has_failed),
		cmocka_unit_test(mail_stops_a_request),
		cmocka_unit_test(mail_stops_a_wait),
		cmocka_unit_test(one_read_is_enough_without_expected_agents),
		cmocka_unit_test(a_missing_expected_agent_causes_a_second_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
