/*
 * The whole client thread, with the demonstration Asterisk and with a server that misbehaves on purpose. Every wait is
 * for a condition. It is also run under ThreadSanitizer.
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

#include "kit/ami_fixture.h"
#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

static bool has_failed(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.err.code && f->status.tail != LINK_UP;
}

static bool settled(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.routes.settled;
}

static bool first_is_gone(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return fixture_route(f, "+15550000000") && fixture_route(f, "+15550000000")->gone;
}

static void routes_are_written_read_back_and_deleted(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	fixture_want(f, 400);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	assert_int_equal(f->status.routes.by_state[ROUTE_VERIFIED], 400);
	assert_int_equal(f->route_count, 400);
	for (size_t i = 0; i < 400; i++)
		assert_int_equal(f->routes[i].state, ROUTE_VERIFIED);
	assert_string_equal(f->status.facts.version, "22.11.0-demo");
	fixture_assert_key(port, "trunkdeckmeta", "owner", "store-1");
	fixture_assert_key(port, "trunkdeck", "+15550000008", "agent-1");
	fixture_assert_key(port, "trunkdeckagent", "agent-1", "WebSocket/agent-1/c(ulaw)");
	ami_untell_key(f->ami, "na-1", ROUTE_FAMILY_NUMBER, "+15550000000");
	assert_true(wait_until(first_is_gone, f));
	fixture_assert_key(port, "trunkdeck", "+15550000000", NULL);
	fixture_assert_key(port, "trunkdeckagent", "agent-0", "WebSocket/agent-0/c(ulaw)");
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static bool no_prefixes(void *arg)
{
	struct fixture *f = arg;

	return settled(f) && f->status.routes.prefixes == 0;
}

static void prefixes_reach_the_server(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	fixture_set_prefix(f, "peoplefone", "+41");
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	fixture_assert_key(port, "trunkdecktrunk", "peoplefone", "+41");
	fixture_set_prefix(f, "twilio", NULL);
	assert_true(wait_until(no_prefixes, f));
	fixture_assert_key(port, "trunkdecktrunk", "peoplefone", NULL);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void nothing_is_written_without_an_owner(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct server_config server = fixture_config(port);
	struct fixture *f = fixture_start_with(&server, 1000, "");

	(void)state;
	fixture_want(f, 3);
	ami_routes_complete(f->ami, NULL);
	assert_true(wait_until(fixture_is_up, f));
	fixture_assert_key(port, "trunkdeck", "+15550000001", NULL);
	ami_set_owner(f->ami, "store-9");
	assert_true(wait_until(settled, f));
	fixture_assert_key(port, "trunkdeckmeta", "owner", "store-9");
	fixture_assert_key(port, "trunkdeck", "+15550000001", "agent-1");
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_value_with_a_line_end_is_refused(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	fixture_want_route(f, "+15550000000", "x", "a\r\n\r\nAction: DBPut");
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	fixture_take(f);
	assert_int_equal(fixture_route(f, "+15550000000")->state, ROUTE_REFUSED);
	assert_true(*f->status.routes.refusal);
	fixture_assert_key(port, "trunkdeckagent", "x", NULL);
	fixture_assert_key(port, "trunkdeck", "+15550000000", NULL);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_server_without_write_permission_refuses_routes(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f = fixture_start(port);

	(void)state;
	fixture_want(f, 2);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	assert_int_equal(f->status.routes.by_state[ROUTE_REFUSED], 2);
	assert_string_equal(f->status.routes.refusal, "Permission denied");
	assert_int_equal(fixture_route(f, "+15550000001")->state, ROUTE_REFUSED);
	fixture_stop(f);
	fault_server_stop(&s);
}

static bool route_heard(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->route_count > 0;
}

static void unmanaged_routes_are_unknown(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct server_config server = fixture_config(port);
	struct fixture *f;

	(void)state;
	server.routes = ROUTES_NONE;
	f = fixture_start_with(&server, 1000, "store-1");
	fixture_want(f, 1);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(route_heard, f));
	assert_int_equal(f->routes[0].state, ROUTE_UNKNOWN);
	ami_untell_key(f->ami, "na-1", ROUTE_FAMILY_NUMBER, "+15550000000");
	assert_true(wait_until(first_is_gone, f));
	fixture_assert_key(port, "trunkdeckmeta", "owner", NULL);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

/* --- calls --- */

static bool many_finished(void *arg)
{
	fixture_take(arg);
	return fixture_finished(arg) >= 200;
}

static void calls_of_the_demonstration(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(60000, &port);
	struct fixture *f = fixture_start(port);
	size_t by_outcome[OUTCOME_COUNT] = { 0 };

	(void)state;
	fixture_want(f, 5);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(many_finished, f));
	for (size_t i = 0; i < f->call_count; i++)
		by_outcome[f->calls[i].outcome] += f->finished[i];
	assert_true(by_outcome[OUTCOME_ANSWERED] > 100);
	assert_true(by_outcome[OUTCOME_ABANDONED] > 0);
	assert_true(by_outcome[OUTCOME_BUSY] > 0);
	assert_true(by_outcome[OUTCOME_UNREACHABLE] > 0);
	assert_true(by_outcome[OUTCOME_UNMAPPED] > 0);
	assert_int_equal(by_outcome[OUTCOME_LOST] + by_outcome[OUTCOME_FAILED], 0);
	assert_int_equal(f->status.rejected, 0);
	assert_int_equal(f->status.dropped, 0);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

#define BLOCK(channel, id) "Channel: " channel "\r\nChannelState: 4\r\nChannelStateDesc: Ring\r\nCallerIDNum: +4930123\r\n" \
	"CallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\n" \
	"AccountCode: \r\nContext: in\r\nExten: +15550000001\r\nPriority: 1\r\nUniqueid: " id "\r\nLinkedid: " id "\r\n"
#define LISTED(channel, id) "Event: CoreShowChannel\r\n" BLOCK(channel, id) \
	"Application: Dial\r\nApplicationData: x\r\nDuration: 00:01:00\r\nBridgeId: \r\n\r\n"

static void send_call_event(struct fault_server *s, const char *event, const char *id, const char *rest)
{
	char *block = xasprintf(BLOCK("PJSIP/t-%s", "%s"), id, id, id);
	char *text = xasprintf("Event: %s\r\nPrivilege: call,all\r\n%s%s\r\n", event, block, rest);

	fault_server_send(s, text, strlen(text));
	free(block);
	free(text);
}

static bool resynced_once(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->resyncs >= 1;
}

static bool one_finished(void *arg)
{
	fixture_take(arg);
	return fixture_finished(arg) == 1;
}

static void calls_already_up_are_found_and_lost_ones_ended(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	(void)state;
	fault_server_list(s, LISTED("PJSIP/t-1", "1795341766.1"));
	f = fixture_start(port);
	assert_true(wait_until(resynced_once, f));
	assert_int_equal(f->call_count, 1);
	assert_true(f->calls[0].joined_late);
	assert_string_equal(f->calls[0].number, "+15550000001");
	assert_int_equal(f->last_call_serial, f->resynced);
	/* The end of the call is lost with the connection. */
	fault_server_list(s, "");
	fault_server_drop(s);
	assert_true(wait_until(one_finished, f));
	assert_int_equal(f->calls[0].outcome, OUTCOME_LOST);
	assert_true(wait_until(fixture_is_up, f));
	fixture_stop(f);
	fault_server_stop(&s);
}

static bool gap_told(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->gap.from_us > 0;
}

/* The status comes after the report of its resync. */
static bool listens_since_the_gap(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.covered_from_us > 0 && f->status.covered_from_us >= f->gap.until_us;
}

/* Two calls were live: one is found again, the other is not. A third began meanwhile. */
static void a_gap_is_reported_with_the_fate_of_its_calls(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;
	int64_t coverage;

	(void)state;
	fault_server_list(s, LISTED("PJSIP/t-1", "1795341766.1") LISTED("PJSIP/t-2", "1795341766.2"));
	f = fixture_start(port);
	assert_true(wait_until(resynced_once, f));
	assert_true(wait_until(listens_since_the_gap, f));
	coverage = f->status.covered_from_us;
	assert_true(f->status.heard_us >= coverage);
	assert_int_equal(f->gap.from_us, 0);
	fault_server_list(s, LISTED("PJSIP/t-2", "1795341766.2") LISTED("PJSIP/t-3", "1795341766.3"));
	fault_server_drop(s);
	assert_true(wait_until(gap_told, f));
	assert_int_equal(f->gap.found, 1);
	assert_int_equal(f->gap.lost, 1);
	assert_int_equal(f->gap.late, 1);
	assert_true(f->gap.from_us >= coverage && f->gap.until_us >= f->gap.from_us);
	assert_true(wait_until(listens_since_the_gap, f));
	for (size_t i = 0; i < f->call_count; i++)
		assert_true(f->calls[i].uncertain || f->calls[i].joined_late);
	fixture_stop(f);
	fault_server_stop(&s);
}

static bool listing(void *arg)
{
	return fault_server_listing(arg);
}

static bool marker_seen(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	for (size_t i = 0; i < f->call_count; i++)
		if (!strcmp(f->calls[i].linkedid, "1795341766.2"))
			return true;
	return false;
}

/* The call's Hangup came on the tail before the list named it on the control link. The list must not bring it back. */
static void a_call_that_ends_during_a_resync_stays_ended(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	(void)state;
	fault_server_list(s, LISTED("PJSIP/t-1795341766.1", "1795341766.1") LISTED("PJSIP/t-1795341766.2", "1795341766.2"));
	fault_server_hold_list(s, true);
	f = fixture_start(port);
	assert_true(wait_until(listing, s));
	send_call_event(s, "Hangup", "1795341766.1", "Cause: 16\r\nCause-txt: x\r\n");
	send_call_event(s, "Newchannel", "1795341766.2", "");
	assert_true(wait_until(marker_seen, f));
	fault_server_hold_list(s, false);
	assert_true(wait_until(resynced_once, f));
	assert_int_equal(f->call_count, 1);
	assert_string_equal(f->calls[0].linkedid, "1795341766.2");
	fixture_stop(f);
	fault_server_stop(&s);
}

static bool two_resyncs(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->status.resyncs >= 2;
}

static void a_rejected_frame_is_counted_and_causes_a_resync(void **state)
{
	static const char forged[] = "Event: Hangup\r\nChannel: PJSIP/t-1\r\n\r\n";
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	(void)state;
	f = fixture_start(port);
	assert_true(wait_until(resynced_once, f));
	assert_int_equal(f->status.rejected, 0);
	fault_server_send(s, forged, strlen(forged));
	assert_true(wait_until(two_resyncs, f));
	assert_int_equal(f->status.rejected, 1);
	assert_true(*f->status.last_reject);
	fixture_stop(f);
	fault_server_stop(&s);
}

#define BURST 3000

static bool dropped(void *arg)
{
	return mailbox_dropped(((struct fixture *)arg)->mail) > 100;
}

static bool burst_finished(void *arg)
{
	fixture_take(arg);
	return fixture_finished(arg) == BURST;
}

/* The main thread hangs. The reader continues. Then each finished and each live call is reported once. */
static void a_full_mailbox_stops_nothing(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct server_config server = fixture_config(port);
	struct fixture *f = fixture_start_with(&server, 64, "store-1");
	char id[32];
	uint64_t round;

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	assert_true(wait_until(resynced_once, f));
	round = f->resynced;
	/* Reports of live calls are dropped one by one. Of finished calls only the first is tried. */
	for (int i = 0; i < 2 * BURST; i++) {
		snprintf(id, sizeof(id), "1795341766.%d", i % BURST);
		send_call_event(s, i < BURST ? "Newchannel" : "Hangup", id, i < BURST ? "" : "Cause: 1\r\nCause-txt: x\r\n");
	}
	send_call_event(s, "Newchannel", "1795341767.1", "");
	assert_true(wait_until(dropped, f));
	assert_true(wait_until(burst_finished, f));
	for (size_t i = 0; i < f->call_count; i++)
		assert_true(f->finished_times[i] <= 1);
	while (f->resynced == round)
		assert_true(wait_until(resynced_once, f));
	assert_int_equal(f->call_count, BURST + 1);
	assert_true(f->status.dropped > 100);
	fixture_stop(f);
	fault_server_stop(&s);
}

static void a_full_mailbox_does_not_delay_the_stop(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(60000, &port);
	struct server_config server = fixture_config(port);
	struct fixture *f = fixture_start_with(&server, 1, "store-1");

	(void)state;
	fixture_want(f, 100);
	ami_routes_complete(f->ami, NULL);
	assert_true(wait_until(dropped, f));
	fixture_stop(f);
	demo_pbx_stop(&p);
}

/* --- faults: each is reported, and the report is cleared when the server is well again --- */

static void recovers_from(enum fault fault, enum err_code code, const char *text)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	fault_server_set(s, fault);
	f = fixture_start(port);
	assert_true(wait_until(has_failed, f));
	assert_string_equal(err_name_of(f->status.err.code), err_name_of(code));
	assert_non_null(strstr(f->status.err.message, text));
	assert_non_null(strstr(f->status.err.message, "127.0.0.1:"));
	fault_server_set(s, FAULT_NONE);
	assert_true(wait_until(fixture_is_up, f));
	assert_int_equal(f->status.err.code, ERR_NONE);
	assert_int_equal(f->status.retry_at_ms, 0);
	fixture_stop(f);
	fault_server_stop(&s);
}

static void a_server_that_is_no_asterisk(void **state)
{
	(void)state;
	recovers_from(FAULT_GARBAGE, ERR_SERVER_UNREACHABLE, "not an Asterisk");
}

static void a_server_that_says_nothing(void **state)
{
	(void)state;
	recovers_from(FAULT_SILENT, ERR_SERVER_UNREACHABLE, "no answer");
}

static void a_server_that_goes_silent(void **state)
{
	(void)state;
	recovers_from(FAULT_NO_PONG, ERR_SERVER_UNREACHABLE, "sends nothing");
}

static void a_connection_cut_within_a_frame(void **state)
{
	(void)state;
	recovers_from(FAULT_MID_FRAME, ERR_SERVER_UNREACHABLE, ":");
}

static bool refused_twice(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.err.code == ERR_SERVER_LOGIN && f->status.tail == LINK_RETRY && f->status.control == LINK_RETRY;
}

static void a_wrong_secret_is_reported(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct server_config server = fixture_config(port);
	struct fixture *f;

	(void)state;
	server.secret = (char *)"falsch";
	f = fixture_start_with(&server, 1000, "store-1");
	assert_true(wait_until(refused_twice, f));
	assert_non_null(strstr(f->status.err.message, "Authentication failed"));
	assert_non_null(strstr(f->status.err.hint, "na-1"));
	assert_null(strstr(f->status.err.message, "falsch"));
	assert_true(f->status.retry_at_ms > 0);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static bool counted_one(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->status.rejected >= 1;
}

static void a_huge_frame_is_skipped(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	(void)state;
	fault_server_set(s, FAULT_HUGE);
	f = fixture_start(port);
	assert_true(wait_until(counted_one, f));
	send_call_event(s, "Newchannel", "1795341766.2", "");
	assert_true(wait_until(marker_seen, f));
	assert_int_equal(f->status.tail, LINK_UP);
	fixture_stop(f);
	fault_server_stop(&s);
}

static bool nothing_there(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.tail == LINK_RETRY && f->status.err.code;
}

static void stops_while_no_server_answers(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f;

	(void)state;
	fault_server_stop(&s);
	f = fixture_start(port);
	assert_true(wait_until(nothing_there, f));
	assert_int_equal(f->status.err.code, ERR_SERVER_UNREACHABLE);
	fixture_stop(f);
	/* Stopping also works right after the start. */
	f = fixture_start(port);
	fixture_stop(f);
}

/* Over TLS as Asterisk reads it: see ami/link.c, piece(). */
static void routes_over_tls_and_a_lost_connection(void **state)
{
	int port, tls_port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct tls_relay *relay = tls_relay_start("127.0.0.1", port, true, &tls_port);
	struct server_config server = fixture_config(tls_port);
	struct fixture *f;

	(void)state;
	server.tls = true;
	server.ca_file = (char *)tls_relay_ca(relay);
	f = fixture_start_without_ping(&server);
	fixture_want(f, 100);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	assert_int_equal(f->status.routes.by_state[ROUTE_VERIFIED], 100);
	tls_relay_stop(&relay);
	assert_true(wait_until(nothing_there, f));
	assert_int_equal(f->status.routes.by_state[ROUTE_UNKNOWN], 100);
	assert_int_equal(fixture_route(f, "+15550000001")->state, ROUTE_UNKNOWN);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void an_untrusted_certificate_is_refused(void **state)
{
	int port, tls_port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct tls_relay *relay = tls_relay_start("127.0.0.1", port, false, &tls_port);
	struct server_config server = fixture_config(tls_port);
	struct fixture *f;

	(void)state;
	server.tls = true;
	f = fixture_start_with(&server, 1000, "store-1");
	assert_true(wait_until(has_failed, f));
	assert_non_null(strstr(f->status.err.hint, "ca_file"));
	fixture_stop(f);
	tls_relay_stop(&relay);
	demo_pbx_stop(&p);
}

static bool clock_measured(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->status.facts.clock_known;
}

/* The links of the thread and a session both measure a clock that is ahead. */
static void a_clock_that_differs_is_measured(void **state)
{
	const struct demo_pbx_options o = { .seed = 1, .user = "dash", .secret = "geheim", .clock_us = 5000000 };
	struct ami_session_options options = { .events = "off", .timeout_ms = 10000 };
	char text[SERVER_CLOCK_TEXT_SIZE];
	struct server_config server;
	struct server_facts facts;
	struct ami_session *q;
	struct fixture *f;
	struct err e;
	int port;
	struct demo_pbx *p = demo_pbx_start(&o, &port, &e);

	(void)state;
	assert_non_null(p);
	server = fixture_config(port);
	f = fixture_start(port);
	assert_true(wait_until(clock_measured, f));
	assert_in_range(f->status.facts.clock_us, 4000000, 6000000);
	assert_true(server_clock_is_off(&f->status.facts));
	fixture_stop(f);
	options.server = &server;
	assert_true(ami_session_open(&q, &options, &e) && ami_session_facts(q, &facts, &e));
	assert_string_equal(facts.version, "22.11.0-demo");
	assert_in_range(facts.clock_us, 4000000, 6000000);
	facts.clock_us = -3240000;
	server_clock_text(&facts, text);
	assert_string_equal(text, "-3.2 s");
	assert_true(server_clock_is_off(&facts));
	facts.clock_us = 12000;
	server_clock_text(&facts, text);
	assert_string_equal(text, "+12 ms");
	ami_session_close(&q);
	demo_pbx_stop(&p);
}

static bool several_statuses(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->statuses >= 4;
}

/* On an idle server only the round trip changes, and at most four times a second. */
static void an_idle_server_is_quiet(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f = fixture_start(port);
	int64_t began;

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	assert_true(wait_until(resynced_once, f));
	fixture_take(f);
	f->statuses = 0;
	began = clock_mono_ms(&clock_system);
	assert_true(wait_until(several_statuses, f));
	assert_true(clock_mono_ms(&clock_system) - began >= 500);
	assert_true(f->status.rtt_us >= 0);
	fixture_stop(f);
	fault_server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_are_written_read_back_and_deleted),
		cmocka_unit_test(prefixes_reach_the_server),
		cmocka_unit_test(nothing_is_written_without_an_owner),
		cmocka_unit_test(a_value_with_a_line_end_is_refused),
		cmocka_unit_test(a_server_without_write_permission_refuses_routes),
		cmocka_unit_test(unmanaged_routes_are_unknown),
		cmocka_unit_test(calls_of_the_demonstration),
		cmocka_unit_test(calls_already_up_are_found_and_lost_ones_ended),
		cmocka_unit_test(a_gap_is_reported_with_the_fate_of_its_calls),
		cmocka_unit_test(a_call_that_ends_during_a_resync_stays_ended),
		cmocka_unit_test(a_rejected_frame_is_counted_and_causes_a_resync),
		cmocka_unit_test(a_full_mailbox_stops_nothing),
		cmocka_unit_test(a_full_mailbox_does_not_delay_the_stop),
		cmocka_unit_test(a_server_that_is_no_asterisk),
		cmocka_unit_test(a_server_that_says_nothing),
		cmocka_unit_test(a_server_that_goes_silent),
		cmocka_unit_test(a_connection_cut_within_a_frame),
		cmocka_unit_test(a_wrong_secret_is_reported),
		cmocka_unit_test(a_huge_frame_is_skipped),
		cmocka_unit_test(stops_while_no_server_answers),
		cmocka_unit_test(routes_over_tls_and_a_lost_connection),
		cmocka_unit_test(an_untrusted_certificate_is_refused),
		cmocka_unit_test(a_clock_that_differs_is_measured),
		cmocka_unit_test(an_idle_server_is_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
