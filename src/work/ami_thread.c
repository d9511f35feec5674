/*
 * The thread, its loop, and the requests into it.
 *
 * One epoll holds the request mailbox and every link's descriptor. A turn: wait for input or the earliest deadline, take
 * all requests, let each link with input read a bounded number of blocks, then let each server do what has become
 * possible. Nothing in a turn waits, so that a stop request is heard at once.
 *
 * All signals are blocked in the thread: they are the main loop's.
 */
#include "config.h"

#include "trunkdeck/work/ami_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ami_server.h"
#include "trunkdeck/ami/transport.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define REQUESTS_MAX 1024		/* all are MAIL_MUST: bounded by what the operator does */
#define EVENTS_PER_TURN 64

enum request_kind {
	REQUEST_STOP, REQUEST_OWNER, REQUEST_WANT, REQUEST_UNWANT, REQUEST_COMPLETE, REQUEST_VERIFY, REQUEST_PREFIXES,
	REQUEST_DELETE_FOREIGN, REQUEST_TAKE_OVER, REQUEST_HANGUP, REQUEST_WATCH,
};

/* One block of memory, so that free() is all it takes. */
struct request {
	char server[40];		/* "" = all */
	char text[CALL_TEXT];		/* owner, number, channel, or linkedid */
	size_t count;
	_Alignas(max_align_t) char items[];	/* count of struct route, or of struct route_prefix */
};

struct ami {
	pthread_t thread;
	struct mailbox *requests;
	int epoll;
	char *buffer;
	struct ami_server **servers;
	size_t count;
	bool stop;			/* the thread's own */
};

static void want_all(struct ami_server *s, const struct request *r)
{
	const struct route *routes = (const void *)r->items;

	for (size_t i = 0; i < r->count; i++)
		ami_routes_want(s, &routes[i]);
}

static void answer_reconciler_request(struct ami_server *s, int kind, const struct request *r)
{
	int64_t now = clock_mono_ms(&clock_system);

	if (kind == REQUEST_OWNER)
		routes_set_owner(s->routes, r->text, now);
	else if (kind == REQUEST_COMPLETE)
		routes_complete(s->routes, now);
	else if (kind == REQUEST_VERIFY)
		routes_verify_all(s->routes, now);
	else if (kind == REQUEST_DELETE_FOREIGN)
		routes_delete_foreign(s->routes, r->text, now);
	else if (kind == REQUEST_TAKE_OVER)
		routes_take_over(s->routes, now);
}

static void answer_request(struct ami_server *s, int kind, const struct request *r)
{
	if (kind == REQUEST_WANT)
		want_all(s, r);
	else if (kind == REQUEST_UNWANT)
		ami_routes_unwant(s, r->text);
	else if (kind == REQUEST_PREFIXES)
		ami_routes_set_prefixes(s, (const void *)r->items, r->count);
	else if (kind == REQUEST_HANGUP)
		ami_hangup_channel(s, r->text);
	else if (kind == REQUEST_WATCH)
		ami_calls_watch(s, r->text);
	else if (s->routes)
		answer_reconciler_request(s, kind, r);
}

static void take_requests(struct ami *a)
{
	struct mail m;

	while (mailbox_take(a->requests, &m)) {
		const struct request *r = m.value;

		a->stop = a->stop || m.kind == REQUEST_STOP;
		for (size_t i = 0; i < a->count; i++)
			if (!*r->server || strcmp(r->server, a->servers[i]->config.name) == 0)
				answer_request(a->servers[i], m.kind, r);
		mail_discard(&m);
	}
}

static int wait_ms(const struct ami *a)
{
	int64_t now = clock_mono_ms(&clock_system);
	int64_t wait = -1;

	for (size_t i = 0; i < a->count; i++) {
		int64_t at = ami_server_next_at_ms(a->servers[i]);
		int64_t left = at > now ? at - now : 0;

		if (ami_server_has_more(a->servers[i]))
			return 0;
		if (at >= 0 && (wait < 0 || left < wait))
			wait = left;
	}
	return (int)wait;
}

/* TLS may hold bytes back that no descriptor tells of. */
static void read_more(struct ami *a)
{
	for (size_t i = 0; i < a->count; i++)
		ami_server_read_more(a->servers[i]);
}

static void turn(struct ami *a)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n = epoll_wait(a->epoll, events, EVENTS_PER_TURN, wait_ms(a));

	if (n < 0 && errno != EINTR)
		die("epoll_wait: %s", strerror(errno));
	read_more(a);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == a)
			take_requests(a);
		else
			ami_link_work(events[i].data.ptr);
	}
	for (size_t i = 0; i < a->count; i++)
		ami_server_turn(a->servers[i]);
}

static void *run(void *arg)
{
	struct ami *a = arg;

	while (!a->stop)
		turn(a);
	for (size_t i = 0; i < a->count; i++)
		ami_server_last_word(a->servers[i]);
	return NULL;
}

static bool link_is_fine(enum link_state s)
{
	return s == LINK_UP || s == LINK_UNUSED;
}

bool server_is_up(const struct server_status *s)
{
	return link_is_fine(s->tail) && link_is_fine(s->control);
}

static void add_servers(struct ami *a, const struct ami_options *o)
{
	struct ami_server_config config = {
		.timing = o->timing ? o->timing : &ami_timing_default,
		.to_main = o->to_main,
		.raw = o->raw,
		.epoll = a->epoll,
		.buffer = a->buffer,
		.owner = o->owner ? o->owner : "",
		.read_only = o->read_only,
		.take_over = o->take_over,
		.no_tail = o->no_tail,
		.endpoints = o->endpoints,
	};

	a->servers = xcalloc(o->count ? o->count : 1, sizeof(struct ami_server *));
	for (; a->count < o->count; a->count++) {
		config.server = &o->servers[a->count];
		config.raw_index = a->count;
		a->servers[a->count] = ami_server_new(&config);
	}
}

static void ami_free(struct ami **a)
{
	for (size_t i = 0; i < (*a)->count; i++)
		ami_server_free(&(*a)->servers[i]);
	free((*a)->servers);
	free((*a)->buffer);
	close((*a)->epoll);
	mailbox_free(&(*a)->requests);
	transport_global_cleanup();
	FREE(a);
}

static bool start_thread(struct ami *a, struct err *e)
{
	sigset_t all, before;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&a->thread, NULL, run, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure)
		return err_set(e, ERR_SERVER_UNREACHABLE, "pthread_create: %s", strerror(failure));
	return true;
}

bool ami_start(struct ami **out, const struct ami_options *options, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct ami *a;

	*out = NULL;
	if (!transport_global_init(e))
		return false;
	a = xcalloc(1, sizeof(*a));
	a->buffer = xmalloc(AMI_READ_SIZE);
	a->requests = mailbox_new(REQUESTS_MAX);
	a->epoll = epoll_create1(EPOLL_CLOEXEC);
	ev.data.ptr = a;
	if (a->epoll < 0 || epoll_ctl(a->epoll, EPOLL_CTL_ADD, mailbox_fd(a->requests), &ev))
		die("epoll: %s", strerror(errno));
	add_servers(a, options);
	if (!start_thread(a, e)) {
		ami_free(&a);
		return false;
	}
	*out = a;
	return true;
}

static void post_items(struct ami *a, int kind, const char *server, const char *text, const void *items, size_t n,
		       size_t size)
{
	struct request *r = xcalloc(1, sizeof(*r) + n * size);
	struct mail m = { .kind = kind, .value = r, .free_value = free };

	str_copy(r->server, sizeof(r->server), str_of(server));
	str_copy(r->text, sizeof(r->text), str_of(text));
	r->count = n;
	if (n)
		memcpy(r->items, items, n * size);
	mailbox_post(a->requests, m, MAIL_MUST);
}

static void post(struct ami *a, int kind, const char *server, const char *text)
{
	post_items(a, kind, server, text, NULL, 0, 0);
}

void ami_stop(struct ami **a)
{
	if (!*a)
		return;
	post(*a, REQUEST_STOP, NULL, NULL);
	pthread_join((*a)->thread, NULL);
	ami_free(a);
}

void ami_set_owner(struct ami *a, const char *owner)
{
	post(a, REQUEST_OWNER, NULL, owner);
}

void ami_want_routes(struct ami *a, const char *server, const struct route *routes, size_t n)
{
	post_items(a, REQUEST_WANT, server, NULL, routes, n, sizeof(*routes));
}

void ami_unwant_route(struct ami *a, const char *server, const char *number)
{
	post(a, REQUEST_UNWANT, server, number);
}

void ami_routes_complete(struct ami *a, const char *server)
{
	post(a, REQUEST_COMPLETE, server, NULL);
}

void ami_verify(struct ami *a, const char *server)
{
	post(a, REQUEST_VERIFY, server, NULL);
}

void ami_set_prefixes(struct ami *a, const struct route_prefix *prefixes, size_t n)
{
	post_items(a, REQUEST_PREFIXES, NULL, NULL, prefixes, n, sizeof(*prefixes));
}

void ami_hangup(struct ami *a, const char *server, const char *channel)
{
	post(a, REQUEST_HANGUP, server, channel);
}

void ami_watch_call(struct ami *a, const char *server, const char *linkedid)
{
	ami_unwatch_call(a);
	post(a, REQUEST_WATCH, server, linkedid);
}

void ami_unwatch_call(struct ami *a)
{
	post(a, REQUEST_WATCH, NULL, NULL);
}

void ami_delete_foreign(struct ami *a, const char *server, const char *number)
{
	post(a, REQUEST_DELETE_FOREIGN, server, number);
}

void ami_take_over(struct ami *a, const char *server)
{
	post(a, REQUEST_TAKE_OVER, server, NULL);
}
