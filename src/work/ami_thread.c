/*
 * The thread, its loop, and the orders to it.
 *
 * One epoll holds the mailbox of orders and the descriptors of all links. A turn waits for input or the earliest
 * deadline, takes all orders, lets each link with input read a bounded number of blocks, and then lets each server do
 * what has become possible. Nothing in a turn waits, so a stop order is handled at once.
 *
 * All signals are blocked in the thread; the main loop handles them.
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

#define ORDERS_MAX 1024		/* all are MAIL_MUST: the operator's actions bound their number */
#define EVENTS_PER_TURN 64

struct ami_order;
typedef void order_fn(struct ami_server *s, const struct ami_order *r);

/* An order of a function below to the thread. It is one block of memory, so free() is enough. */
struct ami_order {
	order_fn *fn;			/* called for each server of the order */
	char server[40];		/* "" = all */
	char text[CALL_TEXT];		/* owner, number, channel, or linkedid */
	enum route_family family;
	size_t count;
	_Alignas(max_align_t) char items[];	/* count of struct route_prefix, or bytes of packed keys */
};

struct ami {
	pthread_t thread;
	struct mailbox *orders;
	int epoll;
	char *buffer;
	struct ami_server **servers;
	size_t count;
	bool stop;			/* the thread's own */
};

/* --- the thread --- */

static void on_order(void *taker, void *value)
{
	const struct ami_order *r = value;
	struct ami *a = taker;

	for (size_t i = 0; i < a->count; i++)
		if (!*r->server || strcmp(r->server, a->servers[i]->config.name) == 0)
			r->fn(a->servers[i], r);
}

static void on_stop(void *taker, void *value)
{
	(void)value;
	((struct ami *)taker)->stop = true;
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

static void turn(struct ami *a)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n = epoll_wait(a->epoll, events, EVENTS_PER_TURN, wait_ms(a));
	struct mail m;

	if (n < 0 && errno != EINTR)
		die("epoll_wait: %s", strerror(errno));
	for (size_t i = 0; i < a->count; i++)
		ami_server_read_more(a->servers[i]);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr != a)
			ami_link_work(events[i].data.ptr);
		else
			while (mailbox_take(a->orders, &m))
				mail_deliver(&m, a);
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

bool server_is_up(const struct server_status *s)
{
	return (s->tail == LINK_UP || s->tail == LINK_UNUSED) && (s->control == LINK_UP || s->control == LINK_UNUSED);
}

/* --- start and stop --- */

static void ami_free(struct ami **a)
{
	for (size_t i = 0; i < (*a)->count; i++)
		ami_server_free(&(*a)->servers[i]);
	free((*a)->servers);
	free((*a)->buffer);
	close((*a)->epoll);
	mailbox_free(&(*a)->orders);
	transport_global_cleanup();
	FREE(a);
}

bool ami_start(struct ami **out, const struct ami_options *options, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN };
	sigset_t all, before;
	struct ami *a;
	int failure;

	*out = NULL;
	if (!transport_global_init(e))
		return false;
	a = xcalloc(1, sizeof(*a));
	a->buffer = xmalloc(AMI_READ_SIZE);
	a->orders = mailbox_new(ORDERS_MAX);
	a->epoll = epoll_create1(EPOLL_CLOEXEC);
	ev.data.ptr = a;
	if (a->epoll < 0 || epoll_ctl(a->epoll, EPOLL_CTL_ADD, mailbox_fd(a->orders), &ev))
		die("epoll: %s", strerror(errno));
	a->servers = xcalloc(options->count + 1, sizeof(struct ami_server *));
	for (; a->count < options->count; a->count++)
		a->servers[a->count] = ami_server_new(options, a->count, a->epoll, a->buffer);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&a->thread, NULL, run, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failure) {
		ami_free(&a);
		return err_set(e, ERR_SERVER_UNREACHABLE, "pthread_create: %s", strerror(failure));
	}
	*out = a;
	return true;
}

void ami_stop(struct ami **a)
{
	if (!*a)
		return;
	mailbox_post((*a)->orders, (struct mail){ .handle = on_stop }, MAIL_MUST);
	pthread_join((*a)->thread, NULL);
	ami_free(a);
}

/* --- orders --- */

static void post_items(struct ami *a, order_fn *fn, enum route_family family, const char *server, const char *text,
		       const void *items, size_t n, size_t size)
{
	struct ami_order *r = xcalloc(1, sizeof(*r) + n * size);

	r->fn = fn;
	r->family = family;
	str_copy(r->server, sizeof(r->server), str_of(server));
	str_copy(r->text, sizeof(r->text), str_of(text));
	r->count = n;
	if (n)
		memcpy(r->items, items, n * size);
	mailbox_post(a->orders, (struct mail){ .handle = on_order, .value = r, .free_value = free }, MAIL_MUST);
}

static void post(struct ami *a, order_fn *fn, const char *server, const char *text)
{
	post_items(a, fn, ROUTE_FAMILY_COUNT, server, text, NULL, 0, 0);
}

/* Defines an order to the reconciler, for servers that have one. */
#define ROUTES_REQUEST(name, call) \
	static void name(struct ami_server *s, const struct ami_order *r) \
	{ \
		int64_t now = clock_mono_ms(&clock_system); \
\
		(void)r; \
		if (s->routes) \
			call; \
	}

ROUTES_REQUEST(set_owner, routes_set_owner(s->routes, r->text, now))
ROUTES_REQUEST(complete, routes_complete(s->routes, now))
ROUTES_REQUEST(delete_foreign, routes_delete_foreign(s->routes, r->text, now))
ROUTES_REQUEST(take_over, routes_take_over(s->routes, now))

static void verify(struct ami_server *s, const struct ami_order *r)
{
	(void)r;
	ami_routes_verify(s);
}

void ami_set_owner(struct ami *a, const char *owner)
{
	post(a, set_owner, NULL, owner);
}

static void tell_keys(struct ami_server *s, const struct ami_order *r)
{
	ami_routes_tell(s, r->items, r->count);
}

void ami_tell_keys(struct ami *a, const char *server, const struct buf *packed)
{
	post_items(a, tell_keys, ROUTE_FAMILY_COUNT, server, NULL, packed->p, packed->len, 1);
}

static void tell_standing(struct ami_server *s, const struct ami_order *r)
{
	if (s->routes)
		routes_tell_standing(s->routes, r->items, r->count, clock_mono_ms(&clock_system));
}

void ami_tell_standing(struct ami *a, const char *server, const struct buf *packed)
{
	post_items(a, tell_standing, ROUTE_FAMILY_COUNT, server, NULL, packed->p, packed->len, 1);
}

static void untell_key(struct ami_server *s, const struct ami_order *r)
{
	ami_routes_untell(s, r->family, r->text);
}

void ami_untell_key(struct ami *a, const char *server, enum route_family family, const char *name)
{
	post_items(a, untell_key, family, server, name, NULL, 0, 0);
}

void ami_routes_complete(struct ami *a, const char *server)
{
	post(a, complete, server, NULL);
}

void ami_verify(struct ami *a, const char *server)
{
	post(a, verify, server, NULL);
}

static void set_prefixes(struct ami_server *s, const struct ami_order *r)
{
	ami_routes_set_prefixes(s, (const void *)r->items, r->count);
}

void ami_set_prefixes(struct ami *a, const struct route_prefix *prefixes, size_t n)
{
	post_items(a, set_prefixes, ROUTE_FAMILY_COUNT, NULL, NULL, prefixes, n, sizeof(*prefixes));
}

static void hangup(struct ami_server *s, const struct ami_order *r)
{
	ami_hangup_channel(s, r->text);
}

void ami_hangup(struct ami *a, const char *server, const char *channel)
{
	post(a, hangup, server, channel);
}

static void watch(struct ami_server *s, const struct ami_order *r)
{
	ami_calls_watch(s, r->text);
}

void ami_watch_call(struct ami *a, const char *server, const char *linkedid)
{
	ami_unwatch_call(a);
	post(a, watch, server, linkedid);
}

void ami_unwatch_call(struct ami *a)
{
	post(a, watch, NULL, NULL);
}

void ami_delete_foreign(struct ami *a, const char *server, const char *number)
{
	post(a, delete_foreign, server, number);
}

void ami_take_over(struct ami *a, const char *server)
{
	post(a, take_over, server, NULL);
}
