/*
 * The demonstration Asterisk's thread: sessions, their actions, the database. What calls do is demo/calls.c.
 *
 * One poll loop over the listening socket, the sessions and a descriptor that says stop. A session that does not take
 * what it is sent is dropped, as by the real one.
 */
#include "config.h"

#include "trunkdeck/demo/pbx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <md5.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "calls.h"
#include "tests.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

#define NUMBER_FAMILY "trunkdeck/"
#define DEMO_RTT_US "18204"
#define SESSIONS_MAX 32
#define HEADERS_MAX 32
#define IN_MAX ((size_t)256 * 1024)
#define OUT_MAX ((size_t)16 * 1024 * 1024)

struct entry {
	char *path;			/* family/key */
	char *value;
	UT_hash_handle hh;
};

struct session {
	int fd;
	bool authenticated;
	bool wants_events;
	bool closing;			/* once its output is sent */
	char challenge[24];		/* the last one given */
	struct buf in, out;
};

struct demo_pbx {
	pthread_t thread;
	int listener;
	int stop;
	int64_t began_ms;
	char *user, *secret;
	int64_t clock_us;		/* ahead of ours */
	char *endpoint, *silent_endpoint, *registrar;	/* "" = none */
	struct entry *database;
	struct demo_calls *calls;
	struct demo_tests *tests;
	struct session sessions[SESSIONS_MAX];
	size_t session_count;
};

/* One action as received; slices of the session's input. */
struct action {
	struct { struct str key, value; } headers[HEADERS_MAX];
	size_t count;
	char id_text[160];		/* "ActionID: x\r\n", or empty */
};

static struct str field(const struct action *a, const char *key)
{
	for (size_t i = 0; i < a->count; i++)
		if (str_eq_nocase(a->headers[i].key, str_of(key)))
			return a->headers[i].value;
	return (struct str){ "", 0 };
}

static void respond(struct session *s, const struct action *a, bool ok, const char *message)
{
	buf_addf(&s->out, "Response: %s\r\n%sMessage: %s\r\n\r\n", ok ? "Success" : "Error", a->id_text, message);
}

static void begin_list(struct session *s, const struct action *a, const char *message)
{
	buf_addf(&s->out, "Response: Success\r\n%sEventList: start\r\nMessage: %s\r\n\r\n", a->id_text, message);
}

static void end_list(struct session *s, const struct action *a, const char *event, size_t items)
{
	buf_addf(&s->out, "Event: %s\r\n%sEventList: Complete\r\nListItems: %zu\r\n\r\n", event, a->id_text, items);
}

static void on_challenge(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	snprintf(s->challenge, sizeof(s->challenge), "%lld", (long long)clock_mono_us(&clock_system));
	buf_addf(&s->out, "Response: Success\r\n%sChallenge: %s\r\n\r\n", a->id_text, s->challenge);
}

static bool knows_secret(const struct demo_pbx *p, const struct session *s, const struct action *a)
{
	char key[MD5_DIGEST_STRING_LENGTH], *text;

	if (!str_eq_nocase(field(a, "AuthType"), STR("MD5")))
		return str_eq(field(a, "Secret"), str_of(p->secret));
	text = xasprintf("%s%s", s->challenge, p->secret);
	MD5Data((const uint8_t *)text, strlen(text), key);
	free(text);
	return s->challenge[0] && str_eq(field(a, "Key"), str_of(key));
}

static void on_login(struct demo_pbx *p, struct session *s, const struct action *a)
{
	if (!str_eq_nocase(field(a, "Username"), str_of(p->user)) || !knows_secret(p, s, a)) {
		respond(s, a, false, "Authentication failed");
		s->closing = true;
		return;
	}
	s->authenticated = true;
	s->wants_events = !str_eq_nocase(field(a, "Events"), STR("off"));
	respond(s, a, true, "Authentication accepted");
	if (s->wants_events) {
		long long up = (clock_mono_ms(&clock_system) - p->began_ms) / 1000;

		buf_addf(&s->out, "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: %lld\r\nLastReload: %lld\r\n"
			 "Status: Fully Booted\r\n\r\n", up, up);
	}
}

static void on_logoff(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	buf_addf(&s->out, "Response: Goodbye\r\n%sMessage: Thanks for all the fish.\r\n\r\n", a->id_text);
	s->closing = true;
}

static void on_events(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	s->wants_events = !str_eq_nocase(field(a, "EventMask"), STR("off"));
	buf_addf(&s->out, "Response: Success\r\n%sEvents: %s\r\n\r\n", a->id_text, s->wants_events ? "On" : "Off");
}

static void on_ping(struct demo_pbx *p, struct session *s, const struct action *a)
{
	int64_t now = clock_wall_us(&clock_system) + p->clock_us;

	buf_addf(&s->out, "Response: Success\r\n%sPing: Pong\r\nTimestamp: %lld.%06lld\r\n\r\n", a->id_text,
		 (long long)(now / 1000000), (long long)(now % 1000000));
}

static void on_settings(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	buf_addf(&s->out, "Response: Success\r\n%sAMIversion: 11.0.0\r\nAsteriskVersion: demo\r\nSystemName: \r\n"
		 "CoreMaxCalls: 0\r\n\r\n", a->id_text);
}

static void on_channels(struct demo_pbx *p, struct session *s, const struct action *a)
{
	begin_list(s, a, "Channels will follow");
	end_list(s, a, "CoreShowChannelsComplete", demo_calls_list(p->calls, a->id_text, &s->out));
}

static void on_hangup(struct demo_pbx *p, struct session *s, const struct action *a)
{
	bool ok = demo_calls_hang_up(p->calls, field(a, "Channel"), clock_mono_ms(&clock_system));

	respond(s, a, ok, ok ? "Channel Hungup" : "No such channel");
}

static struct entry *find(struct demo_pbx *p, const struct action *a, char **path)
{
	struct str family = field(a, "Family"), key = field(a, "Key");
	struct entry *e;

	*path = xasprintf("%.*s/%.*s", (int)family.len, family.p, (int)key.len, key.p);
	HASH_FIND_STR(p->database, *path, e);
	return e;
}

static void on_get(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str family = field(a, "Family"), key = field(a, "Key");
	char *path;
	struct entry *e = find(p, a, &path);

	free(path);
	if (!e) {
		respond(s, a, false, "Database entry not found");
		return;
	}
	begin_list(s, a, "Result will follow");
	buf_addf(&s->out, "Event: DBGetResponse\r\nFamily: %.*s\r\nKey: %.*s\r\nVal: %s\r\n%s\r\n", (int)family.len,
		 family.p, (int)key.len, key.p, e->value, a->id_text);
	end_list(s, a, "DBGetComplete", 1);
}

static void on_get_tree(struct demo_pbx *p, struct session *s, const struct action *a)
{
	char *family = xasprintf("%.*s/", (int)field(a, "Family").len, field(a, "Family").p);
	size_t items = 0;

	begin_list(s, a, "Result will follow");
	for (const struct entry *e = p->database; e; e = e->hh.next) {
		if (strncmp(e->path, family, strlen(family)) != 0)
			continue;
		buf_addf(&s->out, "Event: DBGetTreeResponse\r\nKey: /%s\r\nVal: %s\r\n%s\r\n", e->path, e->value, a->id_text);
		items++;
	}
	end_list(s, a, "DBGetTreeComplete", items);
	free(family);
}

static void on_put(struct demo_pbx *p, struct session *s, const struct action *a)
{
	char *path;
	struct entry *e = find(p, a, &path);

	if (!e) {
		e = xcalloc(1, sizeof(*e));
		e->path = xstrdup(path);
		HASH_ADD_KEYPTR(hh, p->database, e->path, strlen(e->path), e);
	}
	free(path);
	free(e->value);
	e->value = str_dup(field(a, "Val"));
	respond(s, a, true, "Updated database successfully");
}

static void forget(struct demo_pbx *p, struct entry *e)
{
	HASH_DEL(p->database, e);
	free(e->path);
	free(e->value);
	free(e);
}

static void on_del(struct demo_pbx *p, struct session *s, const struct action *a)
{
	char *path;
	struct entry *e = find(p, a, &path);

	free(path);
	if (e)
		forget(p, e);
	respond(s, a, e != NULL, e ? "Key deleted successfully" : "Database entry could not be deleted");
}

/* The functions that tell of endpoints. Each endpoint has one AOR, and that one contact, of the same name. */
static const struct question {
	const char *before, *after;
	const char *answers, *silent, *none;	/* the value; NULL = the name itself */
} questions[] = {
	{ "DEVICE_STATE(PJSIP/", ")", "NOT_INUSE", "UNAVAILABLE", "INVALID" },
	{ "PJSIP_ENDPOINT(", ",aors)", NULL, NULL, "" },
	{ "PJSIP_AOR(", ",contact)", NULL, NULL, "" },
	{ "PJSIP_CONTACT(", ",status)", "Reachable", "Unreachable", "" },
	{ "PJSIP_CONTACT(", ",rtt)", DEMO_RTT_US, "N/A", "" },
};

/* Is it this question? *name is what it is about. */
static bool asks(const struct question *q, struct str variable, struct str *name)
{
	size_t before = strlen(q->before), after = strlen(q->after);

	if (!str_starts(variable, str_of(q->before)) || variable.len < before + after)
		return false;
	*name = (struct str){ variable.p + before, variable.len - before - after };
	return memcmp(name->p + name->len, q->after, after) == 0;
}

static struct str value_of(const struct demo_pbx *p, struct str variable)
{
	struct str name;

	if (str_eq(variable, STR("TRUNKDECK_ROUTES")))
		return STR("astdb");
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const struct question *q = &questions[i];
		const char *value = q->none;

		if (!asks(q, variable, &name))
			continue;
		if (str_eq(name, str_of(p->endpoint)))
			value = q->answers;
		else if (str_eq(name, str_of(p->silent_endpoint)))
			value = q->silent;
		return value ? str_of(value) : name;
	}
	return STR("");
}

static void on_getvar(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str variable = field(a, "Variable"), value = value_of(p, variable);

	buf_addf(&s->out, "Response: Success\r\n%sVariable: %.*s\r\nValue: %.*s\r\n\r\n", a->id_text, (int)variable.len,
		 variable.p, (int)value.len, value.p);
}

static void on_registrations(struct demo_pbx *p, struct session *s, const struct action *a)
{
	begin_list(s, a, "Following are Events for each Outbound registration");
	if (*p->registrar)
		buf_addf(&s->out, "Event: OutboundRegistrationDetail\r\n%sObjectType: registration\r\nObjectName: %s\r\n"
			 "ServerUri: %s\r\nStatus: Registered\r\nNextReg: 3000\r\n\r\n", a->id_text, p->endpoint, p->registrar);
	end_list(s, a, "OutboundRegistrationDetailComplete", *p->registrar != '\0');
}

static void on_endpoints(struct demo_pbx *p, struct session *s, const struct action *a)
{
	const char *const names[] = { p->endpoint, p->silent_endpoint };
	size_t items = 0;

	begin_list(s, a, "A listing of Endpoints follows, presented as EndpointList events");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!*names[i])
			continue;
		buf_addf(&s->out, "Event: EndpointList\r\n%sObjectType: endpoint\r\nObjectName: %s\r\n\r\n", a->id_text, names[i]);
		items++;
	}
	end_list(s, a, "EndpointListComplete", items);
}

/* Test calls are all that is ever placed here: Local/NUMBER@trunkdeck-test/n. */
static void on_originate(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str channel = field(a, "Channel");
	const char *at = memchr(channel.p, '@', channel.len), *number = channel.p + strlen("Local/");
	struct demo_test_order order = { .id = field(a, "ChannelId"), .other_id = field(a, "OtherChannelId") };
	struct entry *route;
	char *path;

	if (!at || number >= at) {
		respond(s, a, false, "Invalid channel");
		return;
	}
	order.number = (struct str){ number, (size_t)(at - number) };
	path = xasprintf(NUMBER_FAMILY "%.*s", (int)order.number.len, order.number.p);
	HASH_FIND_STR(p->database, path, route);
	free(path);
	order.agent = route ? route->value : NULL;
	demo_tests_place(p->tests, &order, clock_mono_ms(&clock_system));
	respond(s, a, true, "Originate successfully queued");
}

static const struct {
	const char *name;
	bool before_login;
	void (*fn)(struct demo_pbx *p, struct session *s, const struct action *a);
} actions[] = {
	{ "Challenge", true, on_challenge }, { "Login", true, on_login }, { "Logoff", true, on_logoff }, { "Events", false, on_events },
	{ "Ping", false, on_ping }, { "CoreSettings", false, on_settings }, { "CoreShowChannels", false, on_channels },
	{ "DBGet", false, on_get }, { "DBGetTree", false, on_get_tree }, { "DBPut", false, on_put }, { "DBDel", false, on_del },
	{ "Hangup", false, on_hangup },
	{ "Getvar", false, on_getvar }, { "PJSIPShowRegistrationsOutbound", false, on_registrations },
	{ "PJSIPShowEndpoints", false, on_endpoints },
	{ "Originate", false, on_originate },
};

static bool answer(struct demo_pbx *p, struct session *s, const struct action *a)
{
	static const char *const subjects[] = { "Context", "Filename", "Endpoint" };
	struct demo_question q = { .action = field(a, "Action"), .id_text = a->id_text, .endpoint = p->endpoint,
				   .silent_endpoint = p->silent_endpoint };

	for (size_t i = 0; i < ARRAY_LEN(subjects) && q.subject.len == 0; i++)
		q.subject = field(a, subjects[i]);
	return demo_answer(&q, &s->out);
}

static void perform(struct demo_pbx *p, struct session *s, const struct action *a)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (!str_eq_nocase(field(a, "Action"), str_of(actions[i].name)))
			continue;
		if (s->authenticated || actions[i].before_login)
			actions[i].fn(p, s, a);
		else
			respond(s, a, false, "Permission denied");
		return;
	}
	if (!s->authenticated || !answer(p, s, a))
		respond(s, a, false, "Invalid/unknown command");
}

static struct str trimmed(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	return (struct str){ from, (size_t)(to - from) };
}

static void parse(struct action *a, const char *text, const char *end)
{
	struct str id;

	a->count = 0;
	for (const char *line = text; line < end && a->count < HEADERS_MAX;) {
		const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
		const char *colon = memchr(line, ':', (size_t)(stop - line));

		if (colon) {
			a->headers[a->count].key = trimmed(line, colon);
			a->headers[a->count++].value = trimmed(colon + 1, stop);
		}
		line = stop + 2;
	}
	id = field(a, "ActionID");
	a->id_text[0] = '\0';
	if (id.len)
		snprintf(a->id_text, sizeof(a->id_text), "ActionID: %.*s\r\n", id.len < 128 ? (int)id.len : 128, id.p);
}

static void perform_all(struct demo_pbx *p, struct session *s)
{
	size_t done = 0;
	struct action a;

	while (!s->closing) {
		const char *from = s->in.p + done;
		const char *end = s->in.len > done ? memmem(from, s->in.len - done, "\r\n\r\n", 4) : NULL;

		if (!end)
			break;
		parse(&a, from, end + 2);
		perform(p, s, &a);
		done = (size_t)(end + 4 - s->in.p);
	}
	buf_consume(&s->in, done);
}

static void drop_session(struct demo_pbx *p, size_t i)
{
	struct session *s = &p->sessions[i];

	close(s->fd);
	buf_clear(&s->in);
	buf_clear(&s->out);
	*s = p->sessions[--p->session_count];
}

static void accept_session(struct demo_pbx *p)
{
	int fd = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct session *s = &p->sessions[p->session_count];

	if (fd < 0)
		return;
	if (p->session_count == SESSIONS_MAX) {
		close(fd);
		return;
	}
	*s = (struct session){ .fd = fd };
	buf_init(&s->in, IN_MAX);
	buf_init(&s->out, OUT_MAX);
	buf_adds(&s->out, "Asterisk Call Manager/11.0.0\r\n");
	p->session_count++;
}

/* False when the session is over. */
static bool receive(struct demo_pbx *p, struct session *s)
{
	char block[16384];
	ssize_t got = recv(s->fd, block, sizeof(block), 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_add(&s->in, block, (size_t)got);
	perform_all(p, s);
	return got > 0 && !s->in.overflow;
}

static bool send_out(struct session *s)
{
	ssize_t sent = s->out.len ? send(s->fd, s->out.p, s->out.len, MSG_NOSIGNAL) : 0;

	if (sent < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_consume(&s->out, (size_t)sent);
	return !s->out.overflow && !(s->closing && !s->out.len);
}

static void tell_events(struct demo_pbx *p, const struct buf *events)
{
	for (size_t i = 0; i < p->session_count && events->len; i++)
		if (p->sessions[i].wants_events)
			buf_add(&p->sessions[i].out, events->p, events->len);
}

static int wait_ms(const struct demo_pbx *p)
{
	int64_t at = clock_earlier(demo_calls_next_at_ms(p->calls), demo_tests_next_at_ms(p->tests));
	int64_t left = at - clock_mono_ms(&clock_system);

	return at < 0 ? -1 : left > 0 ? (int)left : 0;
}

static bool turn(struct demo_pbx *p)
{
	struct pollfd fds[SESSIONS_MAX + 2] = {
		{ .fd = p->stop, .events = POLLIN }, { .fd = p->listener, .events = POLLIN },
	};
	size_t polled = p->session_count;
	struct buf events;

	for (size_t i = 0; i < polled; i++) {
		fds[i + 2].fd = p->sessions[i].fd;
		fds[i + 2].events = p->sessions[i].out.len ? POLLIN | POLLOUT : POLLIN;
	}
	if (poll(fds, polled + 2, wait_ms(p)) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	buf_init(&events, OUT_MAX);
	demo_calls_turn(p->calls, clock_mono_ms(&clock_system), &events);
	demo_tests_turn(p->tests, clock_mono_ms(&clock_system), &events);
	tell_events(p, &events);
	buf_clear(&events);
	/* From the end: a dropped session's place is taken by the last. */
	for (size_t i = polled; i-- > 0;)
		if ((fds[i + 2].revents & ~POLLOUT && !receive(p, &p->sessions[i])) || !send_out(&p->sessions[i]))
			drop_session(p, i);
	if (fds[1].revents)
		accept_session(p);
	return !fds[0].revents;
}

static void *run(void *arg)
{
	while (turn(arg))
		continue;
	return NULL;
}

static bool is_number(const struct entry *e)
{
	return strncmp(e->path, NUMBER_FAMILY, sizeof(NUMBER_FAMILY) - 1) == 0;
}

static bool pick_route(void *arg, uint64_t pick, struct demo_route *out)
{
	struct demo_pbx *p = arg;
	struct entry *e, *next, *agent = NULL;
	uint64_t numbers = 0;
	char *path;

	HASH_ITER(hh, p->database, e, next)
		numbers += is_number(e);
	if (!numbers)
		return false;
	pick %= numbers;
	for (e = p->database; !is_number(e) || pick--; e = e->hh.next)
		continue;
	path = xasprintf("trunkdeckagent/%s", e->value);
	HASH_FIND_STR(p->database, path, agent);
	free(path);
	*out = (struct demo_route){ e->path + sizeof(NUMBER_FAMILY) - 1, agent ? agent->value : "" };
	return agent != NULL;
}

static bool listen_on_loopback(struct demo_pbx *p, int *port, struct err *e)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&address, len) || listen(p->listener, 16) ||
	    getsockname(p->listener, (struct sockaddr *)&address, &len))
		return err_set(e, ERR_SERVER_UNREACHABLE, "127.0.0.1: %s", strerror(errno));
	*port = ntohs(address.sin_port);
	return true;
}

static void demo_pbx_free(struct demo_pbx **p)
{
	struct entry *e, *next;

	while ((*p)->session_count)
		drop_session(*p, 0);
	HASH_ITER(hh, (*p)->database, e, next)
		forget(*p, e);
	demo_calls_free(&(*p)->calls);
	demo_tests_free(&(*p)->tests);
	if ((*p)->listener >= 0)
		close((*p)->listener);
	close((*p)->stop);
	free((*p)->user);
	free((*p)->secret);
	free((*p)->endpoint);
	free((*p)->silent_endpoint);
	free((*p)->registrar);
	FREE(p);
}

static bool start_thread(struct demo_pbx *p, struct err *e)
{
	sigset_t all, before;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure)
		return err_set(e, ERR_SERVER_UNREACHABLE, "pthread_create: %s", strerror(failure));
	return true;
}

struct demo_pbx *demo_pbx_start(const struct demo_pbx_options *options, int *port, struct err *e)
{
	struct demo_pbx *p = xcalloc(1, sizeof(*p));
	struct demo_calls_config calls = {
		.seed = options->seed,
		.calls_per_minute = options->calls_per_minute,
		.speed = options->speed,
		.endpoint = options->endpoint,
		.route = pick_route,
		.arg = p,
	};

	p->began_ms = clock_mono_ms(&clock_system);
	p->clock_us = options->clock_us;
	p->user = xstrdup(options->user);
	p->secret = xstrdup(options->secret);
	p->endpoint = xstrdup(options->endpoint ? options->endpoint : "twilio");
	p->silent_endpoint = xstrdup(options->silent_endpoint ? options->silent_endpoint : "");
	p->registrar = xstrdup(options->registrar ? options->registrar : "");
	p->tests = demo_tests_new();
	p->calls = demo_calls_new(&calls, p->began_ms);
	p->stop = eventfd(0, EFD_CLOEXEC);
	if (!listen_on_loopback(p, port, e) || !start_thread(p, e))
		demo_pbx_free(&p);
	return p;
}

void demo_pbx_stop(struct demo_pbx **p)
{
	if (!*p)
		return;
	eventfd_write((*p)->stop, 1);
	pthread_join((*p)->thread, NULL);
	demo_pbx_free(p);
}
