/*
 * The thread of the demonstration Asterisk: sessions, their actions, the database. Calls are in demo/calls.c.
 *
 * One poll loop serves the listening socket, the sessions and a descriptor that ends the loop. A session that does not
 * read its output is dropped, as by a real Asterisk.
 */
#include "config.h"

#include "trunkdeck/demo/pbx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <md5.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/routes/dialplan.h"
#include "trunkdeck/routes/route.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

#define NUMBER_FAMILY "trunkdeck/"
#define DEMO_RTT_US "18204"
#define SESSIONS_MAX 32
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
	bool closing;			/* after its output is sent */
	char challenge[24];		/* the last challenge that was sent */
	struct buf in, out;
};

struct demo_pbx {
	pthread_t thread;
	int listener;
	int stop;
	int64_t began_ms;
	char *user, *secret;
	int64_t clock_us;		/* how far its clock is ahead of ours */
	int dialplan;			/* version */
	char *endpoint, *silent_endpoint, *registrar;	/* "" = none */
	struct entry *database;
	struct demo_calls *calls;
	struct session sessions[SESSIONS_MAX];
	size_t session_count;
};

/* One action as received. */
struct action {
	struct str lines;		/* of the session's input, each with its end */
	char id_text[160];		/* "ActionID: x\r\n", or empty */
};

#define SLICE(s) (int)(s).len, (s).p

/* Returns the value of a header; empty when there is none. */
static struct str field(const struct action *a, const char *key)
{
	const char *line = a->lines.p, *end = line + a->lines.len;

	while (line < end) {
		const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
		const char *colon = memchr(line, ':', (size_t)(stop - line));

		if (colon && str_eq_nocase((struct str){ line, (size_t)(colon - line) }, str_of(key))) {
			for (colon++; colon < stop && *colon == ' '; colon++)
				continue;
			return (struct str){ colon, (size_t)(stop - colon) };
		}
		line = stop + 2;
	}
	return (struct str){ "", 0 };
}

/* --- answers --- */

/* `response` is "Success", "Error" or "Goodbye"; each of the lines ends with \r\n. */
__attribute__((format(printf, 4, 5)))
static void respond(struct session *s, const struct action *a, const char *response, const char *format, ...)
{
	va_list ap;

	buf_addf(&s->out, "Response: %s\r\n%s", response, a->id_text);
	va_start(ap, format);
	buf_addv(&s->out, format, ap);
	va_end(ap);
	buf_adds(&s->out, "\r\n");
}

static void begin_list(struct session *s, const struct action *a)
{
	respond(s, a, "Success", "EventList: start\r\nMessage: The list follows\r\n");
}

static void end_list(struct session *s, const struct action *a, const char *event, size_t items)
{
	buf_addf(&s->out, "Event: %s\r\n%sEventList: Complete\r\nListItems: %zu\r\n\r\n", event, a->id_text, items);
}

static void on_challenge(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	snprintf(s->challenge, sizeof(s->challenge), "%lld", (long long)clock_mono_us(&clock_system));
	respond(s, a, "Success", "Challenge: %s\r\n", s->challenge);
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
	long long up = (clock_mono_ms(&clock_system) - p->began_ms) / 1000;

	if (!str_eq_nocase(field(a, "Username"), str_of(p->user)) || !knows_secret(p, s, a)) {
		respond(s, a, "Error", "Message: Authentication failed\r\n");
		s->closing = true;
		return;
	}
	s->authenticated = true;
	s->wants_events = !str_eq_nocase(field(a, "Events"), STR("off"));
	respond(s, a, "Success", "Message: Authentication accepted\r\n");
	if (s->wants_events)
		buf_addf(&s->out, "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: %lld\r\nLastReload: %lld\r\n"
			 "Status: Fully Booted\r\n\r\n", up, up);
}

static void on_logoff(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	respond(s, a, "Goodbye", "Message: Thanks for all the fish.\r\n");
	s->closing = true;
}

static void on_events(struct demo_pbx *p, struct session *s, const struct action *a)
{
	(void)p;
	s->wants_events = !str_eq_nocase(field(a, "EventMask"), STR("off"));
	respond(s, a, "Success", "Events: %s\r\n", s->wants_events ? "On" : "Off");
}

static void on_ping(struct demo_pbx *p, struct session *s, const struct action *a)
{
	int64_t now = clock_wall_us(&clock_system) + p->clock_us;

	respond(s, a, "Success", "Ping: Pong\r\nTimestamp: %lld.%06lld\r\n", (long long)(now / 1000000), (long long)(now % 1000000));
}

static void on_channels(struct demo_pbx *p, struct session *s, const struct action *a)
{
	begin_list(s, a);
	end_list(s, a, "CoreShowChannelsComplete", demo_calls_list(p->calls, a->id_text, &s->out));
}

static void on_hangup(struct demo_pbx *p, struct session *s, const struct action *a)
{
	if (demo_calls_hang_up(p->calls, field(a, "Channel"), clock_mono_ms(&clock_system)))
		respond(s, a, "Success", "Message: Channel Hungup\r\n");
	else
		respond(s, a, "Error", "Message: No such channel\r\n");
}

/* Finds an entry of the database; NULL if there is none. */
static struct entry *find(const struct demo_pbx *p, struct str family, struct str key)
{
	char *path = xasprintf("%.*s/%.*s", SLICE(family), SLICE(key));
	struct entry *e;

	HASH_FIND_STR(p->database, path, e);
	free(path);
	return e;
}

static void on_get(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str family = field(a, "Family"), key = field(a, "Key");
	const struct entry *e = find(p, family, key);

	if (!e) {
		respond(s, a, "Error", "Message: Database entry not found\r\n");
		return;
	}
	begin_list(s, a);
	buf_addf(&s->out, "Event: DBGetResponse\r\nFamily: %.*s\r\nKey: %.*s\r\nVal: %s\r\n%s\r\n", SLICE(family), SLICE(key),
		 e->value, a->id_text);
	end_list(s, a, "DBGetComplete", 1);
}

static void on_get_tree(struct demo_pbx *p, struct session *s, const struct action *a)
{
	char *family = xasprintf("%.*s/", SLICE(field(a, "Family")));
	size_t items = 0;

	begin_list(s, a);
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
	struct str family = field(a, "Family"), key = field(a, "Key");
	struct entry *e = find(p, family, key);

	if (!e) {
		e = xcalloc(1, sizeof(*e));
		e->path = xasprintf("%.*s/%.*s", SLICE(family), SLICE(key));
		HASH_ADD_KEYPTR(hh, p->database, e->path, strlen(e->path), e);
	}
	free(e->value);
	e->value = str_dup(field(a, "Val"));
	respond(s, a, "Success", "Message: Updated database successfully\r\n");
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
	struct entry *e = find(p, field(a, "Family"), field(a, "Key"));

	if (e) {
		forget(p, e);
		respond(s, a, "Success", "Message: Key deleted successfully\r\n");
	} else {
		respond(s, a, "Error", "Message: Database entry could not be deleted\r\n");
	}
}

/* AST_SORCERY: what Asterisk reads from a client object of its database. */
static char *client_uri(const struct demo_pbx *p, struct str variable)
{
	const struct str before = STR("AST_SORCERY(res_websocket_client,websocket_client,");
	const struct entry *e = str_starts(variable, before) ?
		find(p, STR("ws/websocket_client"), str_field(variable, ',', 2)) : NULL;
	json_t *object = e ? json_loads(e->value, 0, NULL) : NULL;
	const char *uri = json_string_value(json_object_get(object, "uri"));
	char *copy = xstrdup(uri ? uri : "");

	json_decref(object);
	return copy;
}

/* The local time that the doctor asks for: STRFTIME(EPOCH,ZONE,%u %H%M %Y%m%d). Like Asterisk, UTC in an unknown zone. */
static bool local_time(struct str variable, char *to, size_t size)
{
	char *text = str_dup(variable), name[64] = "";
	struct zone_time t;
	struct zone *zone;
	int64_t epoch = 0;
	bool asked = sscanf(text, "STRFTIME(%" SCNd64 ",%63[^,],%%u %%H%%M %%Y%%m%%d)", &epoch, name) == 2;

	if (asked) {
		zone = zone_open(name);
		if (!zone)
			zone = zone_open("UTC");
		zone_local(zone, epoch * 1000000, &t);
		snprintf(to, size, "%d %02d%02d %04d%02d%02d", t.weekday + 1, t.hour, t.minute, t.year, t.month, t.day);
		zone_free(&zone);
	}
	free(text);
	return asked;
}

/* Getvar: the routes mode, local times, and the functions of endpoints. An endpoint, its AOR and its contact have one name. */
static void on_getvar(struct demo_pbx *p, struct session *s, const struct action *a)
{
	static const struct {
		const char *before, *after;
		const char *answers, *silent, *none;	/* the value; NULL = the name itself */
	} questions[] = {
		{ "DEVICE_STATE(PJSIP/", ")", "NOT_INUSE", "UNAVAILABLE", "INVALID" },
		{ "PJSIP_ENDPOINT(", ",aors)", NULL, NULL, "" },
		{ "PJSIP_AOR(", ",contact)", NULL, NULL, "" },
		{ "PJSIP_CONTACT(", ",status)", "Reachable", "Unreachable", "" },
		{ "PJSIP_CONTACT(", ",rtt)", DEMO_RTT_US, "N/A", "" },
	};
	struct str variable = field(a, "Variable"), value;
	char *uri = client_uri(p, variable), time[64];

	value = str_eq(variable, STR("TRUNKDECK_ROUTES")) ? STR("astdb") : str_of(uri);
	if (local_time(variable, time, sizeof(time)))
		value = str_of(time);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		size_t before = strlen(questions[i].before), after = strlen(questions[i].after);
		struct str name = { variable.p + before, variable.len - before - after };
		const char *text = questions[i].none;

		if (!str_starts(variable, str_of(questions[i].before)) || variable.len < before + after ||
		    memcmp(name.p + name.len, questions[i].after, after) != 0)
			continue;
		if (str_eq(name, str_of(p->endpoint)))
			text = questions[i].answers;
		else if (str_eq(name, str_of(p->silent_endpoint)))
			text = questions[i].silent;
		value = text ? str_of(text) : name;
		break;
	}
	respond(s, a, "Success", "Variable: %.*s\r\nValue: %.*s\r\n", SLICE(variable), SLICE(value));
	free(uri);
}

static void on_registrations(struct demo_pbx *p, struct session *s, const struct action *a)
{
	begin_list(s, a);
	if (*p->registrar)
		buf_addf(&s->out, "Event: OutboundRegistrationDetail\r\n%sObjectType: registration\r\nObjectName: %s\r\n"
			 "ServerUri: %s\r\nStatus: Registered\r\nNextReg: 3000\r\n\r\n", a->id_text, p->endpoint, p->registrar);
	end_list(s, a, "OutboundRegistrationDetailComplete", *p->registrar != '\0');
}

/* PJSIPShowEndpoints lists both endpoints; PJSIPShowEndpoint shows the one that it names. */
static void on_endpoints(struct demo_pbx *p, struct session *s, const struct action *a)
{
	const char *const names[] = { p->endpoint, p->silent_endpoint };
	struct str only = field(a, "Endpoint");
	size_t items = 0;

	if (only.len && !str_eq(only, str_of(p->endpoint)) && !str_eq(only, str_of(p->silent_endpoint))) {
		respond(s, a, "Error", "Message: Unable to retrieve endpoint\r\n");
		return;
	}
	begin_list(s, a);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!*names[i] || (only.len && !str_eq(only, str_of(names[i]))))
			continue;
		buf_addf(&s->out, "Event: %s\r\n%sObjectType: endpoint\r\nObjectName: %s\r\nContext: trunkdeck-in\r\n\r\n",
			 only.len ? "EndpointDetail" : "EndpointList", a->id_text, names[i]);
		items++;
	}
	end_list(s, a, only.len ? "EndpointDetailComplete" : "EndpointListComplete", items);
}

/* Only test calls are accepted: Local/NUMBER@trunkdeck-test/n. */
static void on_originate(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str channel = field(a, "Channel"), number;
	const char *at = memchr(channel.p, '@', channel.len), *begin = channel.p + strlen("Local/");
	const struct entry *route;
	char agent[72];

	if (!at || begin >= at) {
		respond(s, a, "Error", "Message: Invalid channel\r\n");
		return;
	}
	number = (struct str){ begin, (size_t)(at - begin) };
	route = find(p, STR("trunkdeck"), number);
	if (route)
		route_value_agent(route->value, agent, sizeof(agent));
	demo_calls_test(p->calls, number, field(a, "ChannelId"), field(a, "OtherChannelId"), route && *agent ? agent : NULL,
			clock_mono_ms(&clock_system));
	respond(s, a, "Success", "Message: Originate successfully queued\r\n");
}

/* Every context exists. */
static void on_dialplan(struct demo_pbx *p, struct session *s, const struct action *a)
{
	struct str context = field(a, "Context");
	bool version = str_eq(context, STR(DIALPLAN_VERSION_CONTEXT));
	char *extension = version ? xasprintf("%d", p->dialplan) : xstrdup("_X.");

	begin_list(s, a);
	buf_addf(&s->out, "Event: ListDialplan\r\n%sContext: %.*s\r\nExtension: %s\r\nPriority: 1\r\nApplication: NoOp\r\n\r\n",
		 a->id_text, SLICE(context), extension);
	free(extension);
	end_list(s, a, "ShowDialPlanComplete", 1);
}

/* An action has a function or a constant answer. */
static const struct {
	const char *name;
	bool before_login;
	void (*fn)(struct demo_pbx *p, struct session *s, const struct action *a);
	const char *lines;
} actions[] = {
	{ "Challenge", true, on_challenge, NULL },
	{ "Login", true, on_login, NULL },
	{ "Logoff", true, on_logoff, NULL },
	{ "Events", false, on_events, NULL },
	{ "Ping", false, on_ping, NULL },
	{ "CoreSettings", false, NULL, "AMIversion: 11.0.0\r\nAsteriskVersion: 22.11.0-demo\r\nSystemName: \r\nCoreMaxCalls: 0\r\n" },
	{ "CoreShowChannels", false, on_channels, NULL },
	{ "DBGet", false, on_get, NULL },
	{ "DBGetTree", false, on_get_tree, NULL },
	{ "DBPut", false, on_put, NULL },
	{ "DBDel", false, on_del, NULL },
	{ "Hangup", false, on_hangup, NULL },
	{ "Getvar", false, on_getvar, NULL },
	{ "PJSIPShowRegistrationsOutbound", false, on_registrations, NULL },
	{ "PJSIPShowEndpoints", false, on_endpoints, NULL },
	{ "PJSIPShowEndpoint", false, on_endpoints, NULL },
	{ "Originate", false, on_originate, NULL },
	{ "ShowDialPlan", false, on_dialplan, NULL },
	{ "GetConfig", false, NULL,
	  "Category-000000: general\r\nLine-000000-000000: timestampevents=yes\r\n"
	  "Category-000001: mappings\r\nLine-000001-000000: linkedid=Linkedid\r\n" },
	{ "ListCommands", false, NULL,
	  "CoreShowChannels: (Priv: all)\r\nDBGet: (Priv: all)\r\nDBPut: (Priv: all)\r\nGetvar: (Priv: all)\r\n"
	  "ShowDialPlan: (Priv: all)\r\nPJSIPShowEndpoint: (Priv: all)\r\nHangup: (Priv: all)\r\nOriginate: (Priv: all)\r\n" },
};

static void perform(struct demo_pbx *p, struct session *s, const struct action *a)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (!str_eq_nocase(field(a, "Action"), str_of(actions[i].name)))
			continue;
		if (!s->authenticated && !actions[i].before_login)
			respond(s, a, "Error", "Message: Permission denied\r\n");
		else if (actions[i].fn)
			actions[i].fn(p, s, a);
		else
			respond(s, a, "Success", "%s", actions[i].lines);
		return;
	}
	respond(s, a, "Error", "Message: Invalid/unknown command\r\n");
}

/* --- sessions --- */

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

/* Performs the actions that have arrived. Returns false when the session is over. */
static bool receive(struct demo_pbx *p, struct session *s)
{
	char block[16384];
	const char *end;
	size_t done = 0;
	ssize_t got = recv(s->fd, block, sizeof(block), 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_add(&s->in, block, (size_t)got);
	while (!s->closing && s->in.len > done && (end = memmem(s->in.p + done, s->in.len - done, "\r\n\r\n", 4))) {
		struct action a = { .lines = { s->in.p + done, (size_t)(end + 2 - s->in.p) - done } };
		struct str id = field(&a, "ActionID");

		if (id.len)
			snprintf(a.id_text, sizeof(a.id_text), "ActionID: %.*s\r\n", id.len < 128 ? (int)id.len : 128, id.p);
		perform(p, s, &a);
		done = (size_t)(end + 4 - s->in.p);
	}
	buf_consume(&s->in, done);
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

static bool turn(struct demo_pbx *p)
{
	struct pollfd fds[SESSIONS_MAX + 2] = {
		{ .fd = p->stop, .events = POLLIN }, { .fd = p->listener, .events = POLLIN },
	};
	size_t polled = p->session_count;
	int64_t at = demo_calls_next_at_ms(p->calls), left = at - clock_mono_ms(&clock_system);
	struct buf events;

	for (size_t i = 0; i < polled; i++) {
		fds[i + 2].fd = p->sessions[i].fd;
		fds[i + 2].events = p->sessions[i].out.len ? POLLIN | POLLOUT : POLLIN;
	}
	if (poll(fds, polled + 2, at < 0 ? -1 : left > 0 ? (int)left : 0) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
	buf_init(&events, OUT_MAX);
	demo_calls_turn(p->calls, clock_mono_ms(&clock_system), &events);
	for (size_t i = 0; i < p->session_count && events.len; i++)
		if (p->sessions[i].wants_events)
			buf_add(&p->sessions[i].out, events.p, events.len);
	buf_clear(&events);
	/* From the end, because the last session takes the place of a dropped one. */
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

/* The dial string in an agent's value; it is the last of five fields. */
static const char *dial_of(const char *value)
{
	for (int i = 0; str_starts(str_of(value), STR(ROUTE_VALUE_FORMAT)) && i < 4; i++)
		value += strcspn(value, ",") + 1;
	return value;
}

/* Gives the pick-th of the numbers that have routes in the database; false if it leads to no dial string. */
static bool pick_route(void *arg, uint64_t pick, struct demo_route *out)
{
	const struct demo_pbx *p = arg;
	const struct entry *e, *agent;
	uint64_t numbers = 0;
	char id[72];

	for (e = p->database; e; e = e->hh.next)
		numbers += str_starts(str_of(e->path), STR(NUMBER_FAMILY));
	if (!numbers)
		return false;
	pick %= numbers;
	for (e = p->database; !str_starts(str_of(e->path), STR(NUMBER_FAMILY)) || pick--; e = e->hh.next)
		continue;
	route_value_agent(e->value, id, sizeof(id));
	agent = find(p, STR("trunkdeckagent"), str_of(id));
	*out = (struct demo_route){ e->path + strlen(NUMBER_FAMILY), agent ? dial_of(agent->value) : "" };
	return *out->dial != '\0';
}

static void demo_pbx_free(struct demo_pbx **p)
{
	struct entry *e, *next;

	while ((*p)->session_count)
		drop_session(*p, 0);
	HASH_ITER(hh, (*p)->database, e, next)
		forget(*p, e);
	demo_calls_free(&(*p)->calls);
	close((*p)->listener);
	close((*p)->stop);
	free((*p)->user);
	free((*p)->secret);
	free((*p)->endpoint);
	free((*p)->silent_endpoint);
	free((*p)->registrar);
	FREE(p);
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
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	sigset_t all, before;
	int failure;

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&address, len) || listen(p->listener, 16) ||
	    getsockname(p->listener, (struct sockaddr *)&address, &len)) {
		err_set(e, ERR_SERVER_UNREACHABLE, "127.0.0.1: %s", strerror(errno));
		if (p->listener >= 0)
			close(p->listener);
		free(p);
		return NULL;
	}
	*port = ntohs(address.sin_port);
	p->began_ms = clock_mono_ms(&clock_system);
	p->clock_us = options->clock_us;
	p->dialplan = options->dialplan ? options->dialplan : dialplan_version();
	p->user = xstrdup(options->user);
	p->secret = xstrdup(options->secret);
	p->endpoint = xstrdup(options->endpoint ? options->endpoint : "twilio");
	p->silent_endpoint = xstrdup(options->silent_endpoint ? options->silent_endpoint : "");
	p->registrar = xstrdup(options->registrar ? options->registrar : "");
	p->calls = demo_calls_new(&calls, p->began_ms);
	p->stop = eventfd(0, EFD_CLOEXEC);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure) {
		err_set(e, ERR_SERVER_UNREACHABLE, "pthread_create: %s", strerror(failure));
		demo_pbx_free(&p);
	}
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
