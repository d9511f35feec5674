/* Reports in a hash keyed by number and server. */
#include "config.h"

#include "trunkdeck/app/route_states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "trunkdeck/base/mem.h"

#define KEY_SIZE (40 + E164_SIZE)

struct entry {
	char key[KEY_SIZE];		/* number, NUL, server: zero-filled */
	struct route_report report;
	bool alarm;			/* it is in the list of alarms */
	struct entry *prev, *next;
	UT_hash_handle hh;
};

struct route_states {
	struct entry *by_key;
	struct entry *alarms;
};

struct route_states *route_states_new(void)
{
	return xcalloc(1, sizeof(struct route_states));
}

void route_states_free(struct route_states **t)
{
	struct entry *e, *next;

	if (!*t)
		return;
	HASH_ITER(hh, (*t)->by_key, e, next) {
		HASH_DEL((*t)->by_key, e);
		free(e);
	}
	FREE(t);
}

static void make_key(char key[KEY_SIZE], const char *server, const char *number)
{
	memset(key, 0, KEY_SIZE);
	str_copy(key, E164_SIZE, str_of(number));
	str_copy(key + E164_SIZE, KEY_SIZE - E164_SIZE, str_of(server));
}

static struct entry *find(const struct route_states *t, const char *server, const char *number)
{
	char key[KEY_SIZE];
	struct entry *e;

	make_key(key, server, number);
	HASH_FIND(hh, t->by_key, key, KEY_SIZE, e);
	return e;
}

static void set_alarm(struct route_states *t, struct entry *e, bool alarm)
{
	if (alarm && !e->alarm)
		DL_APPEND(t->alarms, e);
	else if (!alarm && e->alarm)
		DL_DELETE(t->alarms, e);
	e->alarm = alarm;
}

void route_states_report(struct route_states *t, const struct ami_route_report *r)
{
	struct entry *e = find(t, r->server, r->route.number);

	if (r->route.gone) {
		if (e) {
			set_alarm(t, e, false);
			HASH_DEL(t->by_key, e);
			free(e);
		}
		return;
	}
	if (!e) {
		e = xcalloc(1, sizeof(*e));
		make_key(e->key, r->server, r->route.number);
		HASH_ADD(hh, t->by_key, key, KEY_SIZE, e);
	}
	e->report = r->route;
	set_alarm(t, e, route_state_needs_person(r->route.state));
}

void route_states_server_down(struct route_states *t, const char *server)
{
	struct entry *e, *next;

	HASH_ITER(hh, t->by_key, e, next) {
		if (strcmp(e->key + E164_SIZE, server) != 0)
			continue;
		e->report.state = ROUTE_UNKNOWN;
		set_alarm(t, e, false);
	}
}

enum route_state route_states_get(const struct route_states *t, const char *server, const char *number,
				 const struct route_report **report)
{
	struct entry *e = find(t, server, number);

	if (report)
		*report = e ? &e->report : NULL;
	return e ? e->report.state : ROUTE_UNKNOWN;
}

void route_states_each_alarm(const struct route_states *t,
			    void (*fn)(void *arg, const char *server, const struct route_report *r), void *arg)
{
	for (const struct entry *e = t->alarms; e; e = e->next)
		fn(arg, e->key + E164_SIZE, &e->report);
}

void route_states_each(const struct route_states *t, void (*fn)(void *arg, const char *server, const struct route_report *r),
		      void *arg)
{
	for (const struct entry *e = t->by_key; e; e = e->hh.next)
		fn(arg, e->key + E164_SIZE, &e->report);
}
