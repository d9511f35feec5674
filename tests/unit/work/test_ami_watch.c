/* Watching a live call: its detail comes at once, with each change, and at its end. No other call's detail comes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kit/ami_fixture.h"

static bool told(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->details > 0;
}

static bool told_the_end(void *arg)
{
	return told(arg) && ((struct fixture *)arg)->detail.call.state == CALL_ENDED;
}

static const struct call_step *last_step(const struct call_story *s)
{
	return &s->steps[s->step_count - 1];
}

static void a_call_is_followed_to_its_end(void **state)
{
	int port;
	struct demo_pbx *p = fixture_slow_demo(&port);
	struct fixture *f = fixture_start(port);
	const struct call_story *story = &f->detail.story;
	struct call c;

	(void)state;
	c = fixture_first_call(f);
	ami_watch_call(f->ami, "na-1", c.linkedid);
	assert_true(wait_until(told, f));
	assert_string_equal(f->detail.call.linkedid, c.linkedid);
	assert_int_equal(story->steps[0].kind, STEP_ARRIVED);
	assert_int_equal(story->legs[0].role, LEG_TRUNK);
	assert_string_equal(story->legs[0].channel, c.channel);
	assert_int_equal(story->legs[1].role, LEG_AGENT);
	ami_hangup(f->ami, "na-1", c.channel);
	assert_true(wait_until(told_the_end, f));
	assert_string_equal(f->detail.call.linkedid, c.linkedid);
	assert_int_equal(last_step(story)->kind, STEP_ENDED);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_call_that_is_not_live_has_an_empty_detail(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	ami_watch_call(f->ami, "na-1", "1.1");
	assert_true(wait_until(told, f));
	assert_int_equal(f->details, 1);
	assert_string_equal(f->detail.call.server, "na-1");
	assert_string_equal(f->detail.call.linkedid, "1.1");
	assert_int_equal(f->detail.story.leg_count, 0);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

/* Answers come in order: no detail of the earlier call comes after this one. */
static bool told_of_none(void *arg)
{
	return told(arg) && strcmp(((struct fixture *)arg)->detail.call.linkedid, "none") == 0;
}

static bool the_call_has_ended(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->finished[0];
}

static void a_call_no_longer_watched_sends_no_detail(void **state)
{
	int port;
	struct demo_pbx *p = fixture_slow_demo(&port);
	struct fixture *f = fixture_start(port);
	struct call c;

	(void)state;
	c = fixture_first_call(f);
	ami_watch_call(f->ami, "na-1", c.linkedid);
	ami_watch_call(f->ami, "na-1", "none");
	assert_true(wait_until(told_of_none, f));
	f->details = 0;
	fixture_follow_only(f, &c);
	ami_hangup(f->ami, "na-1", c.channel);
	assert_true(wait_until(the_call_has_ended, f));
	assert_int_equal(f->details, 0);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_followed_to_its_end),
		cmocka_unit_test(a_call_that_is_not_live_has_an_empty_detail),
		cmocka_unit_test(a_call_no_longer_watched_sends_no_detail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
