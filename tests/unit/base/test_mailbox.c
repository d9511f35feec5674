/* The mailbox, in one thread and between threads. Also run under ThreadSanitizer. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/mem.h"

static void on_call(void *taker, void *value)
{
	*(int *)taker = *(int *)value;
}

static void on_answer(void *taker, void *value)
{
	*(int *)taker = -*(int *)value;
}

/* The number of values that are not freed yet. Each value must be freed exactly once, whether taken or dropped. */
static atomic_int alive;

static void value_free(void *value)
{
	atomic_fetch_sub(&alive, 1);
	free(value);
}

static struct mail mail_of(mail_fn *handle, uint64_t key, int number)
{
	int *value = xmalloc(sizeof(*value));

	*value = number;
	atomic_fetch_add(&alive, 1);
	return (struct mail){ handle, key, value, value_free };
}

static bool readable(struct mailbox *mb)
{
	struct pollfd p = { .fd = mailbox_fd(mb), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void assert_next(struct mailbox *mb, mail_fn *handle, int number)
{
	struct mail m;
	int got = 0;

	assert_true(readable(mb));
	assert_true(mailbox_take(mb, &m));
	mail_deliver(&m, &got);
	assert_int_equal(got, handle == on_call ? number : -number);
	assert_null(m.value);
}

static void assert_empty(struct mailbox *mb)
{
	struct mail m;

	assert_false(readable(mb));
	assert_false(mailbox_take(mb, &m));
	assert_int_equal(mailbox_waiting(mb), 0);
}

static void free_and_check(struct mailbox **mb)
{
	mailbox_free(mb);
	assert_null(*mb);
	assert_int_equal(alive, 0);
	mailbox_free(mb);
}

static void keeps_the_order(void **state)
{
	struct mailbox *mb = mailbox_new(10);

	(void)state;
	assert_empty(mb);
	for (int i = 0; i < 3; i++)
		assert_true(mailbox_post(mb, mail_of(on_call, 0, i), MAIL_MAY_DROP));
	assert_int_equal(mailbox_waiting(mb), 3);
	for (int i = 0; i < 3; i++)
		assert_next(mb, on_call, i);
	assert_empty(mb);
	assert_true(mailbox_post(mb, mail_of(on_call, 0, 9), MAIL_MAY_DROP));
	free_and_check(&mb);
}

static void accepts_messages_without_a_value(void **state)
{
	struct mailbox *mb = mailbox_new(1);
	struct mail m;

	(void)state;
	assert_true(mailbox_post(mb, (struct mail){ 0 }, MAIL_MAY_DROP));
	assert_true(mailbox_take(mb, &m));
	mail_deliver(&m, NULL);
	free_and_check(&mb);
}

static void coalesces_in_place(void **state)
{
	struct mailbox *mb = mailbox_new(3);

	(void)state;
	assert_true(mailbox_post(mb, mail_of(on_call, 7, 1), MAIL_MAY_DROP));
	assert_true(mailbox_post(mb, mail_of(on_call, 8, 2), MAIL_MAY_DROP));
	assert_true(mailbox_post(mb, mail_of(on_answer, 7, 3), MAIL_MAY_DROP));
	/* The mailbox is full, but a coalesced message needs no new place. */
	assert_true(mailbox_post(mb, mail_of(on_call, 7, 4), MAIL_MAY_DROP));
	assert_true(mailbox_post(mb, mail_of(on_call, 7, 5), MAIL_MAY_DROP));
	assert_int_equal(mailbox_waiting(mb), 3);
	assert_int_equal(mailbox_coalesced(mb), 2);
	assert_int_equal(mailbox_dropped(mb), 0);
	assert_next(mb, on_call, 5);
	/* The first message was taken, so a message with its key is queued at the end. */
	assert_true(mailbox_post(mb, mail_of(on_call, 7, 6), MAIL_MAY_DROP));
	assert_next(mb, on_call, 2);
	assert_next(mb, on_answer, 3);
	assert_next(mb, on_call, 6);
	assert_empty(mb);
	free_and_check(&mb);
}

static void refuses_when_full(void **state)
{
	struct mailbox *mb = mailbox_new(2);

	(void)state;
	assert_true(mailbox_post(mb, mail_of(on_call, 0, 1), MAIL_MAY_DROP));
	assert_true(mailbox_post(mb, mail_of(on_call, 0, 2), MAIL_MAY_DROP));
	assert_false(mailbox_post(mb, mail_of(on_call, 0, 3), MAIL_MAY_DROP));
	assert_int_equal(mailbox_dropped(mb), 1);
	assert_int_equal(alive, 2);
	assert_true(mailbox_post(mb, mail_of(on_answer, 0, 4), MAIL_MUST));
	assert_int_equal(mailbox_waiting(mb), 3);
	assert_next(mb, on_call, 1);
	assert_false(mailbox_post(mb, mail_of(on_call, 0, 5), MAIL_MAY_DROP));
	assert_next(mb, on_call, 2);
	assert_true(mailbox_post(mb, mail_of(on_call, 0, 6), MAIL_MAY_DROP));
	assert_next(mb, on_answer, 4);
	assert_next(mb, on_call, 6);
	assert_empty(mb);
	assert_int_equal(mailbox_dropped(mb), 2);
	free_and_check(&mb);
}

static void waits_until_the_time_out(void **state)
{
	struct mailbox *mb = mailbox_new(2);
	struct mail m;

	(void)state;
	assert_false(mailbox_wait(mb, 0, &m));
	assert_false(mailbox_wait(mb, 5, &m));
	assert_true(mailbox_post(mb, mail_of(on_call, 0, 1), MAIL_MAY_DROP));
	assert_true(mailbox_wait(mb, 0, &m));
	assert_int_equal(*(int *)m.value, 1);
	mail_discard(&m);
	free_and_check(&mb);
}

enum { POSTERS = 4, POSTS = 20000 };

struct poster {
	struct mailbox *mb;
	int number;
	uint64_t key;
	int refused;
	pthread_t thread;
};

/* The taker: it keeps the last value of each poster. */
struct taking {
	int last[POSTERS], done, taken;
};

static void take(struct taking *t, int poster, const int *value)
{
	assert_true(*value > t->last[poster]);
	t->last[poster] = *value;
	t->taken++;
}

#define HANDLER(n) static void from_##n(void *taker, void *value) { take(taker, n, value); }
HANDLER(0)
HANDLER(1)
HANDLER(2)
HANDLER(3)
#undef HANDLER

static mail_fn *const handlers[POSTERS] = { from_0, from_1, from_2, from_3 };

static void on_end(void *taker, void *value)
{
	(void)value;
	((struct taking *)taker)->done++;
}

static void *post_many(void *arg)
{
	struct poster *p = arg;

	for (int i = 0; i < POSTS; i++)
		if (!mailbox_post(p->mb, mail_of(handlers[p->number], p->key, i), MAIL_MAY_DROP))
			p->refused++;
	mailbox_post(p->mb, (struct mail){ .handle = on_end }, MAIL_MUST);
	return NULL;
}

static void start_posters(struct poster *posters, struct mailbox *mb, uint64_t key)
{
	for (int i = 0; i < POSTERS; i++) {
		posters[i] = (struct poster){ .mb = mb, .number = i, .key = key };
		assert_int_equal(pthread_create(&posters[i].thread, NULL, post_many, &posters[i]), 0);
	}
}

/* Takes messages until all posters are done. Returns the number of values. */
static int take_all(struct mailbox *mb)
{
	struct taking t = { { -1, -1, -1, -1 }, 0, 0 };
	struct mail m;

	while (t.done < POSTERS) {
		assert_true(mailbox_wait(mb, 60000, &m));
		mail_deliver(&m, &t);
	}
	return t.taken;
}

static int join_posters(struct poster *posters)
{
	int refused = 0;

	for (int i = 0; i < POSTERS; i++) {
		pthread_join(posters[i].thread, NULL);
		refused += posters[i].refused;
	}
	return refused;
}

static void loses_no_value_between_threads(void **state)
{
	struct mailbox *mb = mailbox_new(64);
	struct poster posters[POSTERS];
	int taken;

	(void)state;
	start_posters(posters, mb, 0);
	taken = take_all(mb);
	assert_int_equal(taken + join_posters(posters), POSTERS * POSTS);
	assert_int_equal(mailbox_dropped(mb), POSTERS * POSTS - taken);
	assert_empty(mb);
	free_and_check(&mb);
}

static void coalesces_between_threads(void **state)
{
	struct mailbox *mb = mailbox_new(POSTERS);
	struct poster posters[POSTERS];
	int taken;

	(void)state;
	start_posters(posters, mb, 1);
	taken = take_all(mb);
	assert_int_equal(join_posters(posters), mailbox_dropped(mb));
	assert_int_equal(taken + (int)mailbox_coalesced(mb) + (int)mailbox_dropped(mb), POSTERS * POSTS);
	assert_empty(mb);
	free_and_check(&mb);
}

static void makes_keys_of_text(void **state)
{
	(void)state;
	assert_true(mail_key("", 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(mail_key("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(mail_key("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

/* The taker is woken once, at the release. Waiting messages can be taken before. */
static void a_held_mailbox_wakes_once(void **state)
{
	struct mailbox *mb = mailbox_new(8);
	struct pollfd fd = { .fd = mailbox_fd(mb), .events = POLLIN };
	struct mail m;

	(void)state;
	mailbox_hold(mb);
	mailbox_hold(mb);
	for (int i = 0; i < 3; i++)
		assert_true(mailbox_post(mb, (struct mail){ 0 }, MAIL_MUST));
	mailbox_release(mb);
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_true(mailbox_take(mb, &m));
	mailbox_release(mb);
	assert_int_equal(poll(&fd, 1, 0), 1);
	assert_true(mailbox_take(mb, &m) && mailbox_take(mb, &m));
	assert_int_equal(poll(&fd, 1, 0), 0);
	mailbox_hold(mb);
	assert_true(mailbox_post(mb, (struct mail){ 0 }, MAIL_MUST));
	assert_true(mailbox_take(mb, &m));
	mailbox_release(mb);
	assert_int_equal(poll(&fd, 1, 0), 0);
	mailbox_free(&mb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_mailbox_wakes_once), cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(accepts_messages_without_a_value),
		cmocka_unit_test(coalesces_in_place),
		cmocka_unit_test(refuses_when_full),
		cmocka_unit_test(waits_until_the_time_out),
		cmocka_unit_test(loses_no_value_between_threads),
		cmocka_unit_test(coalesces_between_threads),
		cmocka_unit_test(makes_keys_of_text),
	};

	return cmocka_run_group_tests_name("base mailbox", tests, NULL, NULL);
}
