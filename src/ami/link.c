/*
 * A small state machine around a transport and a parser:
 *
 *     RETRY -(time)-> CONNECTING -(open)-> LOGIN: banner, Challenge without TLS, Login -(accepted)-> UP
 *       ^---------------- any failure, from anywhere ------------------------------'
 *
 * Failures inside parser callbacks are only noted (`broken`), because the parser is at work on our buffers then; the
 * connection is taken down when it has returned. Everything that can take long has a deadline: connecting, login, the
 * answer to a Ping, the answer to a request.
 *
 * Login carries the event mask, so that no event is missed and none unwanted comes between login and a later Events
 * action (ami.md 1.1).
 */
#include "config.h"

#include "trunkdeck/ami/link.h"

#include <md5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/ami/transport.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

#define READS_PER_WORK 4		/* a busy server must not delay the others */
#define OUT_MAX ((size_t)16 * 1024 * 1024)
#define ANSWER_DEADLINE_MS 30000

struct awaited {
	uint64_t id;
	int64_t sent_ms;
	ami_answer_fn *fn;
	void *arg;
	uint64_t tag;
	UT_hash_handle hh;
};

struct ami_link {
	struct ami_link_config config;
	struct ami_link_info info;
	enum link_state state;
	struct transport *transport;
	struct ami_parser *parser;
	struct buf out;
	struct awaited *awaited;	/* oldest first */
	uint64_t next_id;
	bool broken;			/* info.err has the reason; the connection must be taken down */
	bool refused;			/* the server refused the login */
	bool has_more;
	unsigned failures;		/* in a row */
	int64_t login_by_ms;		/* connecting and login must be done by then */
	int64_t idle_at_ms;		/* 0 = the parser holds no event back */
	int64_t heard_ms;		/* last bytes */
	int64_t ping_at_ms;		/* next one */
	int64_t ping_sent_us;		/* 0 = no Ping is under way */
	size_t after_login;		/* bytes of the current block after the login's answer */
};

static int64_t now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static void on_frame(void *arg, const struct ami_frame *f);

struct ami_link *ami_link_new(const struct ami_link_config *config)
{
	struct ami_link *l = xcalloc(1, sizeof(*l));

	l->config = *config;
	l->info.rtt_us = -1;
	l->parser = ami_parser_new(true, on_frame, l);
	buf_init(&l->out, OUT_MAX);
	return l;
}

static void forget_awaited(struct ami_link *l)
{
	struct awaited *r, *next;

	HASH_ITER(hh, l->awaited, r, next) {
		HASH_DEL(l->awaited, r);
		free(r);
	}
}

void ami_link_free(struct ami_link **l)
{
	if (!*l)
		return;
	forget_awaited(*l);
	transport_close(&(*l)->transport);
	ami_parser_free(&(*l)->parser);
	buf_clear(&(*l)->out);
	FREE(l);
}

/* The wait doubles with every failure up to the cap. Up to a quarter is subtracted at random, to spread the links'
 * tries. */
static int64_t retry_delay(const struct ami_link *l)
{
	const struct ami_timing *t = l->config.timing;
	int64_t delay = t->retry_min;
	uint32_t random = 0;

	for (unsigned i = 1; i < l->failures && delay < t->retry_max; i++)
		delay *= 2;
	if (l->refused && delay < t->retry_refused)
		delay = t->retry_refused;
	if (delay > t->retry_max)
		delay = t->retry_max;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = (uint32_t)clock_mono_us(&clock_system);
	return delay - delay * (int64_t)(random % 256) / 1024;
}

static void take_down(struct ami_link *l)
{
	bool was_up = l->state == LINK_UP;

	l->broken = false;
	/* The held event is real, because nothing headless followed. */
	if (was_up)
		ami_parser_idle(l->parser);
	l->failures++;
	l->state = LINK_RETRY;
	l->info.retry_at_ms = now_ms() + retry_delay(l);
	log_msg(LOG_LEVEL_WARN, "%s %s: %s", l->config.server->name, l->config.name, l->info.err.message);
	transport_close(&l->transport);
	ami_parser_restart(l->parser, true);
	forget_awaited(l);
	buf_reset(&l->out);
	l->broken = l->refused = l->has_more = l->info.has_offset = false;
	l->idle_at_ms = l->ping_sent_us = 0;
	l->info.rtt_us = -1;
	if (was_up)
		l->config.on_down(l->config.arg);
}

static void break_link(struct ami_link *l, enum err_code code, const char *why)
{
	if (l->broken)
		return;
	l->broken = true;
	err_set_message(&l->info.err, code, "%s:%d: %s", l->config.server->host, l->config.server->port, why);
}

bool ami_response_ok(const struct ami_frame *f)
{
	return str_eq_nocase(ami_get(f, AMI_KEY_RESPONSE), STR("Success"));
}

bool ami_link_request(struct ami_link *l, const char *action, const struct ami_field *fields, ami_answer_fn *fn,
		      void *arg, uint64_t tag, struct err *e)
{
	struct awaited *r;
	uint64_t id = ++l->next_id;

	if (!ami_action_write(&l->out, action, id, fields, e))
		return false;
	r = xcalloc(1, sizeof(*r));
	*r = (struct awaited){ .id = id, .sent_ms = now_ms(), .fn = fn, .arg = arg, .tag = tag };
	HASH_ADD(hh, l->awaited, id, sizeof(r->id), r);
	return true;
}

/*
 * Returns how many bytes to pass to the transport at once. Asterisk reads into a buffer of 1024 bytes and then waits
 * for the *socket*: the rest of a TLS record lies decrypted in its memory until something else arrives (main/manager.c,
 * get_input()). So a record must fit that buffer, and end with a line, after which the buffer is empty.
 */
static size_t piece(const struct ami_link *l, size_t from)
{
	const char *start = l->out.p + from;
	size_t len = l->out.len - from;
	const char *end;

	if (!l->config.server->tls || len <= AMI_MAX_LINE)
		return len;
	end = memrchr(start, '\n', AMI_MAX_LINE);
	return end ? (size_t)(end + 1 - start) : AMI_MAX_LINE;
}

void ami_link_flush(struct ami_link *l)
{
	enum transport_io io = TRANSPORT_IO_OK;
	size_t sent = 0, taken;

	if (l->state < LINK_LOGIN || l->state == LINK_RETRY || l->broken)
		return;
	do {
		io = transport_write(l->transport, l->out.p + sent, piece(l, sent), &taken, &l->info.err);
		sent += taken;
	} while (io == TRANSPORT_IO_OK && sent < l->out.len);
	buf_consume(&l->out, sent);
	if (io == TRANSPORT_IO_FAILED)
		l->broken = true;
}

static void on_login(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_link *l = arg;
	struct ami_parser_stats stats;

	(void)tag;
	(void)last;
	if (!ami_response_ok(f)) {
		char *why = str_dup(ami_get(f, AMI_KEY_MESSAGE));

		break_link(l, ERR_SERVER_LOGIN, why);
		err_hint(&l->info.err, _("check user and secret of [server %s], and permit/deny in manager.conf"),
			 l->config.server->name);
		l->refused = true;
		free(why);
		return;
	}
	l->state = LINK_UP;
	ami_parser_get_stats(l->parser, &stats);
	l->after_login = (size_t)(stats.bytes - ami_parser_offset(l->parser));
	l->ping_at_ms = now_ms();
	log_msg(LOG_LEVEL_INFO, "%s %s: up", l->config.server->name, l->config.name);
	l->config.on_up(l->config.arg);
}

static void request_login(struct ami_link *l, const char *action, const struct ami_field *fields, ami_answer_fn *fn)
{
	struct err e = { 0 };

	if (ami_link_request(l, action, fields, fn, l, 0, &e))
		return;
	break_link(l, e.code, e.message);
	err_hint(&l->info.err, "%s", e.hint);
}

/* The answer is the MD5 sum of challenge and secret. A server that gives no challenge does not get the plain secret,
 * because an attacker on the network could obtain it in that way. */
static void on_challenge(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_link *l = arg;
	const struct server_config *s = l->config.server;
	struct str challenge = ami_get(f, AMI_KEY_CHALLENGE);
	char key[MD5_DIGEST_STRING_LENGTH];
	const struct ami_field fields[] = {
		{ "AuthType", "MD5" }, { "Username", s->user }, { "Key", key }, { "Events", l->config.events }, { NULL, NULL },
	};
	MD5_CTX md5;

	(void)tag;
	(void)last;
	if (!ami_response_ok(f) || challenge.len == 0) {
		break_link(l, ERR_SERVER_LOGIN, _("the server offers no MD5 challenge"));
		err_hint(&l->info.err, _("set tls = yes in [server %s]: the secret is not sent without encryption"), s->name);
		l->refused = true;
		return;
	}
	MD5Init(&md5);
	MD5Update(&md5, (const uint8_t *)challenge.p, challenge.len);
	MD5Update(&md5, (const uint8_t *)s->secret, strlen(s->secret));
	MD5End(&md5, key);
	explicit_bzero(&md5, sizeof(md5));
	request_login(l, "Login", fields, on_login);
}

static void on_banner(struct ami_link *l, const struct ami_frame *f)
{
	const struct server_config *s = l->config.server;
	const struct ami_field plain[] = {
		{ "Username", s->user }, { "Secret", s->secret }, { "Events", l->config.events }, { NULL, NULL },
	};
	const struct ami_field md5[] = { { "AuthType", "MD5" }, { NULL, NULL } };

	if (!str_starts(f->bytes, STR("Asterisk Call Manager/"))) {
		break_link(l, ERR_SERVER_UNREACHABLE, _("this is not an Asterisk manager interface"));
		err_hint(&l->info.err, _("check port of [server %s]: 5038, or 5039 with tls = yes"), s->name);
		return;
	}
	str_copy(l->info.banner, sizeof(l->info.banner), f->bytes);
	if (s->tls)
		request_login(l, "Login", plain, on_login);
	else
		request_login(l, "Challenge", md5, on_challenge);
}

/* Passes an answer to its request; false when the frame answers no request of ours. */
static bool answers(struct ami_link *l, const struct ami_frame *f)
{
	struct str more = ami_get(f, AMI_KEY_EVENTLIST);
	bool last = f->kind == AMI_RESPONSE ? !str_eq_nocase(more, STR("start")) : str_eq_nocase(more, STR("Complete"));
	struct awaited *r = NULL;
	int64_t number;
	uint64_t id;

	if (f->async || !str_to_i64(ami_get(f, AMI_KEY_ACTIONID), &number))
		return false;
	id = (uint64_t)number;
	HASH_FIND(hh, l->awaited, &id, sizeof(id), r);
	if (!r)
		return false;
	if (last)
		HASH_DEL(l->awaited, r);
	r->fn(r->arg, r->tag, f, last);
	if (last)
		free(r);
	return true;
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct ami_link *l = arg;

	if (l->broken)
		return;
	if (f->kind == AMI_BANNER)
		on_banner(l, f);
	else if (l->state != LINK_UP && !l->awaited)
		break_link(l, ERR_SERVER_UNREACHABLE, _("this is not an Asterisk manager interface"));
	else if (!f->reject && answers(l, f))
		return;
	else if (l->state == LINK_UP)
		l->config.on_frame(l->config.arg, f);
}

static void on_pong(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_link *l = arg;
	int64_t stamp_us = ami_event_time(ami_get(f, AMI_KEY_TIMESTAMP));

	(void)tag;
	(void)last;
	l->info.rtt_us = clock_mono_us(&clock_system) - l->ping_sent_us;
	l->ping_sent_us = 0;
	l->ping_at_ms = now_ms() + l->config.timing->ping_every;
	l->failures = 0;
	if (stamp_us < 0)
		return;
	l->info.has_offset = true;
	l->info.offset_us = stamp_us - (clock_wall_us(&clock_system) - l->info.rtt_us / 2);
}

static void receive(struct ami_link *l)
{
	enum transport_io io = TRANSPORT_IO_OK;
	size_t got = 0;

	for (int i = 0; i < READS_PER_WORK && io == TRANSPORT_IO_OK && !l->broken; i++) {
		bool was_up = l->state == LINK_UP;
		struct err e = { 0 };

		io = transport_read(l->transport, l->config.buffer, AMI_READ_SIZE, &got, &e);
		if (io == TRANSPORT_IO_OK) {
			l->after_login = 0;
			l->heard_ms = now_ms();
			l->info.heard_us = clock_wall_us(&clock_system);
			l->idle_at_ms = l->heard_ms + AMI_IDLE_MS;
			ami_parser_feed(l->parser, l->config.buffer, got);
			if (!was_up)
				memmove(l->config.buffer, l->config.buffer + got - l->after_login, l->after_login);
			if (l->config.on_bytes && (was_up ? got : l->after_login) > 0)
				l->config.on_bytes(l->config.arg, l->config.buffer, was_up ? got : l->after_login);
		} else if (io != TRANSPORT_IO_AGAIN && !l->broken) {
			l->broken = true;
			l->info.err = e;
		}
	}
	l->has_more = io == TRANSPORT_IO_OK;
}

void ami_link_work(struct ami_link *l)
{
	if (l->state == LINK_CONNECTING) {
		enum transport_state state = transport_drive(l->transport, &l->info.err);

		if (state == TRANSPORT_OPEN) {
			l->state = LINK_LOGIN;
			l->login_by_ms = now_ms() + l->config.timing->login;
		}
		l->broken = state == TRANSPORT_FAILED;
	}
	if (l->state == LINK_LOGIN || l->state == LINK_UP) {
		receive(l);
		ami_link_flush(l);
	}
	if (l->broken)
		take_down(l);
}

bool ami_link_has_more(const struct ami_link *l)
{
	return l->has_more;
}

static void begin_connecting(struct ami_link *l)
{
	const struct server_config *s = l->config.server;
	const struct transport_options options = {
		.host = s->host,
		.port = s->port,
		.tls = s->tls,
		.ca_file = s->ca_file,
		.connect_timeout_ms = (long)l->config.timing->connect,
		.receive_buffer = l->config.receive_buffer,
	};
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = l };

	l->state = LINK_CONNECTING;
	l->info.retry_at_ms = 0;
	l->login_by_ms = now_ms() + l->config.timing->connect + l->config.timing->login;
	l->transport = transport_open(&options, &l->info.err);
	if (!l->transport)
		take_down(l);
	else if (epoll_ctl(l->config.epoll, EPOLL_CTL_ADD, transport_fd(l->transport), &ev))
		die("epoll_ctl failed");
}

/* Returns the time by which an answer to the Ping, or any other byte, must have come. */
static int64_t ping_deadline_ms(const struct ami_link *l)
{
	const int64_t sent = l->ping_sent_us / 1000;

	return (sent > l->heard_ms ? sent : l->heard_ms) + l->config.timing->ping_deadline;
}

void ami_link_tick(struct ami_link *l, int64_t now)
{
	static const struct ami_field none[] = { { NULL, NULL } };
	struct err e;

	if (l->config.unused)
		return;
	if (l->state == LINK_OFF || (l->state == LINK_RETRY && now >= l->info.retry_at_ms))
		begin_connecting(l);
	if (l->state == LINK_CONNECTING && !transport_timeout_ms(l->transport))
		ami_link_work(l);
	if (l->idle_at_ms && now >= l->idle_at_ms) {
		l->idle_at_ms = 0;
		ami_parser_idle(l->parser);
	}
	if ((l->state == LINK_CONNECTING || l->state == LINK_LOGIN) && now >= l->login_by_ms) {
		break_link(l, ERR_SERVER_UNREACHABLE, _("no answer"));
		err_hint(&l->info.err, _("a program listens there, but it does not answer as Asterisk does"));
	}
	if (l->state == LINK_UP) {
		if (l->ping_sent_us && now >= ping_deadline_ms(l)) {
			break_link(l, ERR_SERVER_UNREACHABLE, _("the server sends nothing any more"));
		} else if (l->awaited && now >= l->awaited->sent_ms + ANSWER_DEADLINE_MS) {
			break_link(l, ERR_SERVER_UNREACHABLE, _("the server did not answer an action"));
		} else if (l->ping_at_ms >= 0 && now >= l->ping_at_ms) {
			if (ami_link_request(l, "Ping", none, on_pong, l, 0, &e)) {
				l->ping_sent_us = clock_mono_us(&clock_system);
				l->ping_at_ms = -1;
			}
			ami_link_flush(l);
		}
	}
	if (l->broken)
		take_down(l);
}

int64_t ami_link_next_at_ms(const struct ami_link *l)
{
	int64_t at = l->ping_at_ms;
	int wait;

	if (l->config.unused)
		return -1;
	switch (l->state) {
	case LINK_OFF:
		return 0;
	case LINK_RETRY:
		return l->info.retry_at_ms;
	case LINK_UP:
		if (l->ping_sent_us)
			at = clock_earlier(at, ping_deadline_ms(l));
		return l->idle_at_ms ? clock_earlier(at, l->idle_at_ms) : at;
	case LINK_CONNECTING:
		wait = transport_timeout_ms(l->transport);
		return clock_earlier(l->login_by_ms, wait < 0 ? -1 : now_ms() + wait);
	default:
		return l->idle_at_ms ? clock_earlier(l->login_by_ms, l->idle_at_ms) : l->login_by_ms;
	}
}

enum link_state ami_link_state(const struct ami_link *l)
{
	return l->config.unused ? LINK_UNUSED : l->state;
}

const struct ami_link_info *ami_link_info(const struct ami_link *l)
{
	return &l->info;
}
