#include "config.h"

#include "ami_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

static const struct ami_timing impatient = {
	.connect = 10000,
	.login = 400,
	.ping_every = 50,
	.ping_deadline = 400,
	.retry_min = 20,
	.retry_max = 100,
	.retry_refused = 60,
	.resync_min = 50,
	.verify_wait = 100,
	.scan_silence = 200,
	.scan = 10000,
	.endpoints_every = 100,
};


struct server_config fixture_config(int port)
{
	return (struct server_config){
		.name = (char *)"na-1", .host = (char *)"127.0.0.1", .port = port, .ca_file = (char *)"",
		.user = (char *)"dash", .secret = (char *)"geheim", .routes = ROUTES_ASTDB,
		.trunk_contexts = (char *)"", .trunk_techs = (char *)"",
	};
}

static void take_route(struct fixture *f, const struct route_report *r)
{
	size_t i = 0;

	while (i < f->route_count && strcmp(f->routes[i].number, r->number) != 0)
		i++;
	assert_true(i < ROUTES_MAX);
	f->routes[i] = *r;
	if (i == f->route_count)
		f->route_count++;
}

/* --- what the client reports --- */

static void on_route(void *taker, void *value)
{
	take_route(taker, &((const struct ami_route_report *)value)->route);
}

static void on_call(void *taker, void *value)
{
	const struct ami_call_report *r = value;
	struct fixture *f = taker;
	size_t i = 0;

	while (i < f->call_count && strcmp(f->calls[i].linkedid, r->call.linkedid) != 0)
		i++;
	assert_true(i < CALLS_MAX);
	f->calls[i] = r->call;
	f->last_call_serial = r->serial;
	if (r->change == CALL_CHANGE_FINISHED) {
		f->finished[i] = true;
		f->finished_times[i]++;
	}
	if (i == f->call_count)
		f->call_count++;
}

static void on_server(void *taker, void *value)
{
	struct fixture *f = taker;

	f->status = *(const struct server_status *)value;
	f->statuses++;
}

static void on_resynced(void *taker, void *value)
{
	const struct ami_resync_report *r = value;
	struct fixture *f = taker;

	f->resynced = r->serial;
	f->resyncs++;
	if (r->gap.from_us)
		f->gap = r->gap;
}

static void on_hangup(void *taker, void *value)
{
	struct fixture *f = taker;

	f->hangup = *(const struct ami_hangup_report *)value;
	f->hangups++;
}

static void on_endpoints(void *taker, void *value)
{
	((struct fixture *)taker)->endpoints = *(const struct endpoints_report *)value;
}

static void on_detail(void *taker, void *value)
{
	struct fixture *f = taker;

	f->detail = *(const struct call_detail *)value;
	f->details++;
}

static const struct ami_handlers handlers = {
	.server = on_server, .call = on_call, .route = on_route, .resynced = on_resynced, .hangup = on_hangup,
	.endpoints = on_endpoints, .detail = on_detail,
};

static struct fixture *start(struct ami_options o, size_t mailbox_size)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err e;

	f->mail = mailbox_new(mailbox_size);
	o.to_main = f->mail;
	o.handlers = &handlers;
	o.count = 1;
	o.endpoints = true;
	assert_true(ami_start(&f->ami, &o, &e));
	return f;
}

struct fixture *fixture_start_with(const struct server_config *server, size_t mailbox_size, const char *owner)
{
	return start((struct ami_options){ .servers = server, .owner = owner, .timing = &impatient }, mailbox_size);
}

struct fixture *fixture_start_without_ping(const struct server_config *server)
{
	static struct ami_timing timing;

	timing = impatient;
	timing.ping_every = 3600000;
	return start((struct ami_options){ .servers = server, .owner = "store-1", .timing = &timing }, 1000);
}

struct fixture *fixture_start(int port)
{
	struct server_config server = fixture_config(port);

	return fixture_start_with(&server, 1000, "store-1");
}

struct fixture *fixture_start_read_only(int port)
{
	struct server_config server = fixture_config(port);

	return start((struct ami_options){ .servers = &server, .owner = "store-1", .timing = &impatient, .read_only = true }, 1000);
}

void fixture_stop(struct fixture *f)
{
	int64_t began = clock_mono_ms(&clock_system);

	ami_stop(&f->ami);
	/* "Within a second", with room for a loaded machine. */
	assert_true(clock_mono_ms(&clock_system) - began < 10000);
	assert_null(f->ami);
	mailbox_free(&f->mail);
	free(f);
}

void fixture_take(struct fixture *f)
{
	struct mail m;

	while (mailbox_take(f->mail, &m))
		mail_deliver(&m, f);
}

size_t fixture_finished(const struct fixture *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->call_count; i++)
		n += f->finished[i];
	return n;
}

struct demo_pbx *fixture_demo(double calls_per_minute, int *port)
{
	struct demo_pbx_options o = {
		.seed = 1, .calls_per_minute = calls_per_minute, .speed = 1000, .user = "dash", .secret = "geheim",
		.endpoint = "twilio", .silent_endpoint = "telnyx", .registrar = "sip:pstn.twilio.com",
	};
	struct err e;
	struct demo_pbx *p = demo_pbx_start(&o, port, &e);

	assert_non_null(p);
	return p;
}

/* Asks for a key of the database over a separate connection. Caller frees; NULL = the answer has no value. */
static char *db_ask(int port, const char *action, const char *family, const char *key, const char *value)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	char text[8192] = "";
	char *at;
	size_t len = 0;
	ssize_t got = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char *ask = xasprintf("Action: Login\r\nUsername: dash\r\nSecret: geheim\r\nEvents: off\r\n\r\n"
			      "Action: %s\r\nFamily: %s\r\nKey: %s\r\nVal: %s\r\n\r\nAction: Logoff\r\n\r\n",
			      action, family, key, value);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(write(fd, ask, strlen(ask)), (ssize_t)strlen(ask));
	for (; got > 0 && len + 1 < sizeof(text); len += (size_t)got)
		got = read(fd, text + len, sizeof(text) - 1 - len);
	close(fd);
	free(ask);
	at = strstr(text, "\r\nVal: ");
	return at ? xstrndup(at + 7, strcspn(at + 7, "\r")) : NULL;
}

void fixture_assert_key(int port, const char *family, const char *key, const char *value)
{
	char *held = db_ask(port, "DBGet", family, key, "");

	if (value)
		assert_string_equal(held, value);
	else
		assert_null(held);
	free(held);
}

bool fixture_key_is(int port, const char *family, const char *key, const char *value)
{
	char *held = db_ask(port, "DBGet", family, key, "");
	bool is = held && strcmp(held, value) == 0;

	free(held);
	return is;
}

void fixture_assert_route(int port, const char *number, const char *agent)
{
	char *held = db_ask(port, "DBGet", "trunkdeck", number, ""), found[72];

	assert_non_null(held);
	route_value_agent(held, found, sizeof(found));
	assert_string_equal(found, agent);
	free(held);
}

void fixture_assert_prefix(int port, const char *endpoint, const char *prefix)
{
	char *held = db_ask(port, "DBGet", "trunkdecktrunk", endpoint, ""), found[16];

	assert_non_null(held);
	route_value_prefix(held, found, sizeof(found));
	assert_string_equal(found, prefix);
	free(held);
}

void fixture_set_key(int port, const char *family, const char *key, const char *value)
{
	free(db_ask(port, "DBPut", family, key, value));
}

void fixture_want(struct fixture *f, size_t n)
{
	char number[E164_SIZE], agent[32], dial[64];

	for (size_t i = 0; i < n; i++) {
		snprintf(number, sizeof(number), "+1555%07u", (unsigned)i % 10000000);
		snprintf(agent, sizeof(agent), "agent-%zu", i % 7);
		snprintf(dial, sizeof(dial), "WebSocket/agent-%zu/c(ulaw)", i % 7);
		fixture_want_route(f, number, agent, dial);
	}
}

void fixture_want_route(struct fixture *f, const char *number, const char *agent, const char *dial)
{
	const struct route_need need = { ROUTE_FAMILY_AGENT, agent, true };
	struct buf packed;

	buf_init(&packed, BUF_UNBOUNDED);
	route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = agent, .value = dial, .former = dial });
	route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_NUMBER, .name = number, .value = agent, .former = agent,
						 .needs = &need, .need_count = 1 });
	ami_tell_keys(f->ami, "na-1", &packed);
	buf_clear(&packed);
}

void fixture_set_prefix(struct fixture *f, const char *endpoint, const char *prefix)
{
	struct buf packed;

	buf_init(&packed, BUF_UNBOUNDED);
	route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_TRUNK, .name = endpoint, .value = prefix, .former = prefix });
	ami_tell_standing(f->ami, "na-1", &packed);
	buf_clear(&packed);
}

const struct route_report *fixture_route(const struct fixture *f, const char *number)
{
	for (size_t i = 0; i < f->route_count; i++)
		if (!strcmp(f->routes[i].number, number))
			return &f->routes[i];
	return NULL;
}

bool fixture_is_up(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.tail == LINK_UP && f->status.control == LINK_UP;
}

struct call *fixture_talking(struct fixture *f)
{
	for (size_t i = 0; i < f->call_count; i++)
		if (!f->finished[i] && f->calls[i].state == CALL_TALKING)
			return &f->calls[i];
	return NULL;
}

bool fixture_one_talks(void *arg)
{
	fixture_take(arg);
	return fixture_talking(arg);
}

struct call fixture_first_call(struct fixture *f)
{
	fixture_want(f, 5);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(fixture_one_talks, f));
	return *fixture_talking(f);
}

void fixture_follow_only(struct fixture *f, const struct call *c)
{
	f->calls[0] = *c;
	f->call_count = 1;
	f->finished[0] = false;
}

/* Slow, so that no call of the demonstration ends by itself during a test. */
struct demo_pbx *fixture_slow_demo(int *port)
{
	const struct demo_pbx_options o = { .seed = 1, .calls_per_minute = 60000, .speed = 0.1, .user = "dash", .secret = "geheim" };
	struct err e;
	struct demo_pbx *p = demo_pbx_start(&o, port, &e);

	assert_non_null(p);
	return p;
}
