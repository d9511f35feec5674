/*
 * Finished calls, read from the store a found at a time as the cursor comes near the end, at most PAST_MAX. Calls that
 * finish while the view is open are added on top.
 *
 * The store applies only a whole number and a period of the filter; the rest is matched here, so that a filter means
 * the same for live and finished calls. A new filter reads from the top again. Calls that match it stay in view; the
 * first found removes those that a gap would separate from it.
 */
#include "config.h"

#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_filter.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

#define PAST_MAX 5000
#define PAGE 200

struct past_call {
	uint64_t key;
	struct call call;
	UT_hash_handle hh;
};

/* --- the order --- */

/* Newest end first, in the order of the store. */
static int compare(int64_t ended_us, const char *server, const char *linkedid, const struct call *c)
{
	int order;

	if (ended_us != c->ended_us)
		return ended_us > c->ended_us ? -1 : 1;
	order = strcmp(server, c->server);
	return order ? order : strcmp(linkedid, c->linkedid);
}

/* Returns the index of the call or, if it is missing, of the first call after it. */
static size_t place_of(const struct calls_past *p, int64_t ended_us, const char *server, const char *linkedid)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(ended_us, server, linkedid, p->rows[middle].call) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop(struct calls_past *p, struct past_call *k)
{
	size_t at = place_of(p, k->call.ended_us, k->call.server, k->call.linkedid);

	memmove(&p->rows[at], &p->rows[at + 1], (p->count - at - 1) * sizeof(*p->rows));
	p->count--;
	HASH_DEL(p->by_key, k);
	free(k);
}

static struct past_call *find(const struct calls_past *p, uint64_t key)
{
	struct past_call *k;

	HASH_FIND(hh, p->by_key, &key, sizeof(key), k);
	return k;
}

/* Adds a call, or replaces it: the store's version is preferred to the reported one. */
static void put(struct calls_past *p, const struct call *c)
{
	struct past_call *k = find(p, call_key(c));
	size_t at;

	if (k)
		drop(p, k);
	ARRAY_GROW(p->rows, p->count, p->size);
	k = xcalloc(1, sizeof(*k));
	k->key = call_key(c);
	k->call = *c;
	HASH_ADD(hh, p->by_key, key, sizeof(k->key), k);
	at = place_of(p, c->ended_us, c->server, c->linkedid);
	memmove(&p->rows[at + 1], &p->rows[at], (p->count - at) * sizeof(*p->rows));
	p->rows[at] = (struct past_row){ k->key, &k->call };
	p->count++;
}

static void cut(struct calls_past *p, size_t count)
{
	while (p->count > count)
		drop(p, find(p, p->rows[p->count - 1].key));
}

void past_free(struct calls *v)
{
	cut(&v->past, 0);
	free(v->past.rows);
}

/* --- calls that finish while the view is open --- */

/* Is the call below the mark? A later answer brings it. */
static bool is_behind(const struct calls_past *p, const struct call *c)
{
	return p->mark.at_us && !p->complete && compare(p->mark.at_us, p->mark.server, p->mark.linkedid, c) < 0;
}

static void start_over(struct calls *v)
{
	struct calls_past *p = &v->past;
	uint64_t count = finished_count(v->view.app->finished);

	p->mark = (struct call_mark){ 0 };
	p->complete = false;
	p->unproven = true;
	p->token = 0;
	p->seen = count > FINISHED_MAX ? count - FINISHED_MAX : 0;
	err_clear(&p->err);
}

/* Drops the oldest calls above the bound. They are read again when they are needed. */
static void keep_bound(struct calls_past *p)
{
	if (p->count <= PAST_MAX)
		return;
	cut(p, PAST_MAX);
	p->mark = call_mark_of(p->rows[p->count - 1].call, true);
	p->complete = false;
}

static bool take_finished(struct calls *v)
{
	struct calls_past *p = &v->past;
	uint64_t count = finished_count(v->view.app->finished);
	bool news = p->seen < count;

	if (count - p->seen > FINISHED_MAX)
		start_over(v);
	for (; p->seen < count; p->seen++) {
		const struct call *c = finished_get(v->view.app->finished, p->seen);

		if (!c->is_test && !is_behind(p, c) && !find(p, call_key(c)) && calls_match(v, c))
			put(p, c);
	}
	keep_bound(p);
	return news;
}

/* --- pages --- */

static void take_found(struct calls *v, const struct found_calls *found)
{
	struct calls_past *p = &v->past;

	for (size_t i = 0; i < found->count; i++) {
		const struct call *c = &found->calls[i];

		/* While rows are held, this call is among the live ones. It is added when they are released. */
		if (!c->is_test && !(v->held && c->ended_us > v->held_at_us) && calls_match(v, c))
			put(p, c);
	}
	p->complete = !found->more;
	if (found->count > 0)
		p->mark = call_mark_of(&found->calls[found->count - 1], true);
	if (p->unproven && !p->complete)
		cut(p, place_of(p, p->mark.at_us, p->mark.server, p->mark.linkedid) + 1);
	p->unproven = false;
}

static bool take_answer(struct calls *v)
{
	const struct found_calls *found = &v->view.app->found[CALL_ASKER_LIST];
	struct calls_past *p = &v->past;

	if (!p->token || found->token != p->token || found->waiting)
		return false;
	p->token = 0;
	p->err = found->err;
	if (!found->err.code)
		take_found(v, found);
	return true;
}

bool past_take(struct calls *v)
{
	bool answered = take_answer(v);

	/* A question that failed is asked again when the store is back. */
	if (v->past.err.code && v->view.app->store_state == STORE_STATE_OK)
		err_clear(&v->past.err);
	return (!v->held && take_finished(v)) || answered;
}

void past_filter(struct calls *v)
{
	struct calls_past *p = &v->past;

	start_over(v);
	for (size_t i = p->count; i-- > 0;)
		if (!calls_match(v, p->rows[i].call))
			drop(p, find(p, p->rows[i].key));
}

/* --- asking --- */

/* Lets the store look up a number of the workspace that the filter gives whole, and a period. */
void past_want(struct calls *v)
{
	const struct list *l = &v->view.list;
	struct calls_past *p = &v->past;
	struct call_question q = { .max = PAGE, .after = p->mark };
	const char *number;

	if (p->token || p->complete || p->err.code || p->count >= PAST_MAX || !list_near_end(l))
		return;
	if (list_filtering(l)) {
		number = filter_words_field(l->query, CALL_FIELD_NUMBER);
		if (number && snapshot_number(v->view.app->snapshot, number))
			str_copy(q.number, sizeof(q.number), str_of(number));
		filter_words_period(l->query, &q.since_us, &q.until_us);
	}
	p->token = app_ask_calls(v->view.app, CALL_ASKER_LIST, &q);
}

const char *past_end_text(const struct calls *v)
{
	const struct calls_past *p = &v->past;

	if (p->err.code)
		return _("Earlier calls can't be read: the store is away.");
	if (p->count >= PAST_MAX)
		return _("For earlier calls narrow the filter, or use 'trunkdeck calls'.");
	if (p->complete || !list_filtering(&v->view.list))
		return NULL;
	return _("Reading earlier calls...");
}
