/*
 * Providers' endpoints: each question, and the ami thread with the demonstration and with few permissions.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kit/ami_fixture.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/routes/endpoint.h"

/* --- the questions --- */

/* Each step has the expected question and the answer to it. */
static void walk(struct endpoint_probe *p, const char *const (*steps)[2], size_t n)
{
	char variable[256];

	for (size_t i = 0; i < n; i++) {
		assert_true(endpoint_probe_next(p, variable, sizeof(variable)));
		assert_string_equal(variable, steps[i][0]);
		endpoint_probe_answer(p, str_of(steps[i][1]));
	}
	assert_false(endpoint_probe_next(p, variable, sizeof(variable)));
}

static struct endpoint_report result_of(const char *name, const char *const (*steps)[2], size_t n)
{
	struct endpoint_probe p;
	struct endpoint_report r;

	endpoint_probe_begin(&p, name);
	walk(&p, steps, n);
	endpoint_probe_result(&p, &r);
	assert_string_equal(r.name, name);
	return r;
}

static void the_best_contact_decides(void **state)
{
	static const char *const steps[][2] = {
		{ "DEVICE_STATE(PJSIP/twilio)", "NOT_INUSE" },
		{ "PJSIP_ENDPOINT(twilio,aors)", "twilio, backup" },
		{ "PJSIP_AOR(twilio,contact)", "twilio@@a1,twilio;@b2" },
		{ "PJSIP_AOR(backup,contact)", "backup@@c3" },
		{ "PJSIP_CONTACT(twilio@@a1,status)", "Unreachable" },
		{ "PJSIP_CONTACT(twilio;@b2,status)", "Reachable" },
		{ "PJSIP_CONTACT(twilio;@b2,rtt)", "18204" },
		{ "PJSIP_CONTACT(backup@@c3,status)", "NonQualified" },
	};
	struct endpoint_report r = result_of("twilio", steps, 8);

	(void)state;
	assert_int_equal(r.state, ENDPOINT_REACHABLE);
	assert_int_equal(r.rtt_us, 18204);
	assert_int_equal(r.contacts, 3);
	assert_int_equal(r.answering, 1);
}

static void absent_parts_are_reported(void **state)
{
	static const char *const absent[][2] = { { "DEVICE_STATE(PJSIP/x)", "INVALID" } };
	static const char *const no_aor[][2] = { { "DEVICE_STATE(PJSIP/x)", "UNAVAILABLE" }, { "PJSIP_ENDPOINT(x,aors)", "" } };
	static const char *const no_contact[][2] = {
		{ "DEVICE_STATE(PJSIP/x)", "UNAVAILABLE" }, { "PJSIP_ENDPOINT(x,aors)", "x" }, { "PJSIP_AOR(x,contact)", "" },
	};
	static const char *const silent[][2] = {
		{ "DEVICE_STATE(PJSIP/x)", "UNAVAILABLE" }, { "PJSIP_ENDPOINT(x,aors)", "x" }, { "PJSIP_AOR(x,contact)", "x@@1" },
		{ "PJSIP_CONTACT(x@@1,status)", "Unreachable" },
	};
	struct endpoint_report r = result_of("x", silent, 4);

	(void)state;
	assert_int_equal(r.state, ENDPOINT_UNREACHABLE);
	assert_int_equal(r.rtt_us, -1);
	assert_int_equal(result_of("x", absent, 1).state, ENDPOINT_ABSENT);
	assert_int_equal(result_of("x", no_aor, 2).state, ENDPOINT_UNWATCHED);
	assert_int_equal(result_of("x", no_contact, 3).state, ENDPOINT_UNWATCHED);
}

/* A name that would make another question is not asked about. Names beyond the limit are left out. */
static void hostile_answers_are_handled(void **state)
{
	static const char *const steps[][2] = {
		{ "DEVICE_STATE(PJSIP/x)", "NOT_INUSE" },
		{ "PJSIP_ENDPOINT(x,aors)", "a),b c,$(d),,ok,\x01" },
		{ "PJSIP_AOR(ok,contact)", "1,2,3,4,5,6,7,8,9,10" },
		{ "PJSIP_CONTACT(1,status)", "Reachable" }, { "PJSIP_CONTACT(1,rtt)", "-5" },
		{ "PJSIP_CONTACT(2,status)", "Reachable" }, { "PJSIP_CONTACT(2,rtt)", "99999999999999999999" },
		{ "PJSIP_CONTACT(3,status)", "" }, { "PJSIP_CONTACT(4,status)", "?" }, { "PJSIP_CONTACT(5,status)", "" },
		{ "PJSIP_CONTACT(6,status)", "" }, { "PJSIP_CONTACT(7,status)", "" }, { "PJSIP_CONTACT(8,status)", "" },
	};
	struct endpoint_report r = result_of("x", steps, 13);
	struct endpoint_probe p;
	char variable[256];

	(void)state;
	assert_int_equal(r.state, ENDPOINT_REACHABLE);
	assert_int_equal(r.rtt_us, -1);
	assert_int_equal(r.contacts, ENDPOINT_CONTACTS_MAX);
	endpoint_probe_begin(&p, "x,aors)");
	assert_false(endpoint_probe_next(&p, variable, sizeof(variable)));
	endpoint_probe_result(&p, &r);
	assert_int_equal(r.state, ENDPOINT_ABSENT);
}

static void each_question_needs_a_known_permission(void **state)
{
	(void)state;
	for (int i = 0; i < ENDPOINTS_ASK_COUNT; i++)
		assert_non_null(ami_right_of(endpoints_ask_name((enum endpoints_ask)i)));
	assert_null(ami_right_of("Command"));
}

/* --- the thread --- */

static const struct route_prefix providers[] = { { "twilio", "" }, { "telnyx", "+1" }, { "gone", "" }, { "twilio", "" } };

static const struct endpoint_report *seen(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->endpoints.count; i++)
		if (strcmp(f->endpoints.endpoints[i].name, name) == 0)
			return &f->endpoints.endpoints[i];
	return NULL;
}

static enum endpoint_state state_of(const struct fixture *f, const char *name)
{
	const struct endpoint_report *r = seen(f, name);

	return r ? r->state : ENDPOINT_UNKNOWN;
}

static bool all_told(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return state_of(f, "twilio") && state_of(f, "telnyx") && state_of(f, "gone") && f->endpoints.others >= 0 &&
	       f->endpoints.registration_count;
}

static bool none_told(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return !state_of(f, "twilio") && !f->endpoints.registration_count;
}

static void endpoints_are_asked_for_and_forgotten(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	ami_set_prefixes(f->ami, providers, 4);
	assert_true(wait_until(all_told, f));
	assert_int_equal(f->endpoints.count, 3);
	assert_int_equal(state_of(f, "twilio"), ENDPOINT_REACHABLE);
	assert_int_equal(seen(f, "twilio")->rtt_us, 18204);
	assert_int_equal(state_of(f, "telnyx"), ENDPOINT_UNREACHABLE);
	assert_int_equal(seen(f, "telnyx")->since_ms, 0);
	assert_int_equal(state_of(f, "gone"), ENDPOINT_ABSENT);
	assert_int_equal(f->endpoints.others, 0);
	assert_string_equal(f->endpoints.registrations[0].at, "sip:pstn.twilio.com");
	assert_true(f->endpoints.registrations[0].registered);
	assert_int_equal(f->endpoints.denied, 0);
	demo_pbx_stop(&p);
	assert_true(wait_until(none_told, f));
	assert_int_equal(f->endpoints.count, 3);
	fixture_stop(f);
}

static bool two_are_others(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->endpoints.others == 2 && f->endpoints.count == 0;
}

static bool one_watched_one_other(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->endpoints.others == 1 && f->endpoints.count == 1 && state_of(f, "telnyx");
}

static void endpoints_of_no_provider_are_counted(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(two_are_others, f));
	ami_set_prefixes(f->ami, &providers[1], 1);
	assert_true(wait_until(one_watched_one_other, f));
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static bool is_full(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->endpoints.more == 44;
}

static void endpoints_are_bounded(void **state)
{
	struct route_prefix many[ENDPOINTS_MAX + 44] = { { "", "" } };
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	for (size_t i = 0; i < ENDPOINTS_MAX + 44; i++)
		snprintf(many[i].endpoint, sizeof(many[i].endpoint), "trunk-%zu", i);
	ami_set_prefixes(f->ami, many, ENDPOINTS_MAX + 44);
	assert_true(wait_until(is_full, f));
	assert_int_equal(f->endpoints.count, ENDPOINTS_MAX);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static bool all_denied(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->endpoints.denied == (1u << ENDPOINTS_ASK_COUNT) - 1;
}

static bool twilio_is_reachable(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return state_of(f, "twilio") == ENDPOINT_REACHABLE;
}

static bool twilio_is_unreachable(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return state_of(f, "twilio") == ENDPOINT_UNREACHABLE;
}

#define EVENT(status, rtt) \
	"Event: ContactStatus\r\nPrivilege: system,all\r\nURI: sip:127.0.0.21:5060\r\nContactStatus: " status "\r\n" \
	"AOR: twilio\r\nEndpointName: twilio\r\n" rtt "\r\n"

static void send_text(struct fault_server *s, const char *text)
{
	fault_server_send(s, text, strlen(text));
}

/* After a denial the question is not repeated, and events are believed, except those that lack headers. */
static void events_are_believed_after_a_denial(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;
	size_t asked;

	(void)state;
	fault_server_deny(s, " Getvar PJSIPShowRegistrationsOutbound PJSIPShowEndpoints ");
	f = fixture_start(port);
	assert_true(wait_until(fixture_is_up, f));
	ami_set_prefixes(f->ami, providers, 1);
	assert_true(wait_until(all_denied, f));
	asked = fault_server_getvars(s);
	assert_int_equal(state_of(f, "twilio"), ENDPOINT_UNKNOWN);
	send_text(s, EVENT("Unreachable", ""));
	send_text(s, EVENT("Reachable", "RoundtripUsec: 18204\r\n"));
	assert_true(wait_until(twilio_is_reachable, f));
	assert_int_equal(seen(f, "twilio")->rtt_us, 18204);
	send_text(s, EVENT("Unreachable", "RoundtripUsec: 0\r\n"));
	assert_true(wait_until(twilio_is_unreachable, f));
	assert_true(seen(f, "twilio")->since_ms > 0);
	assert_int_equal(fault_server_getvars(s), asked);
	fixture_stop(f);
	fault_server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_contact_decides),
		cmocka_unit_test(absent_parts_are_reported),
		cmocka_unit_test(hostile_answers_are_handled),
		cmocka_unit_test(each_question_needs_a_known_permission),
		cmocka_unit_test(endpoints_are_asked_for_and_forgotten),
		cmocka_unit_test(endpoints_of_no_provider_are_counted),
		cmocka_unit_test(endpoints_are_bounded),
		cmocka_unit_test(events_are_believed_after_a_denial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
