/*
 * The part of the store worker for live calls: writes a recorder's batches, and reads recorders' calls for a screen.
 *
 * For each server the calls of one recorder are shown: the present one while it is alive and listens, otherwise the
 * first that does. So no call is shown twice, and states of two recorders are never compared. A recorder is alive while
 * its beat changes, measured by our own clock. After a silent minute without another recorder its calls are dropped.
 */
#include "config.h"

#include "store_worker_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uthash.h>

#include "trunkdeck/base/mem.h"

#define DROP_MS 60000
/* More than the clocks of two machines may differ. */
#define SILENT_SINCE_BEFORE_US INT64_C(30000000)
#define POLL_MS 250

struct followed {
	char recorder[33];
	char *servers;
	int64_t beat, beat_ms;
	int64_t seq;			/* last value read */
	int64_t read_seq;		/* its calls have been read up to here */
	bool there;			/* still in the store */
	bool wanted;			/* some server's calls are read from this recorder */
	UT_hash_handle hh;
};

/* --- a recorder --- */

static void batch_free(void *value)
{
	struct worker_batch *b = value;

	free(b->servers);
	free(b);
}

/* 32 hex digits. */
static void random_name(char name[33])
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		die("no random numbers");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(name + 2 * i, 3, "%02x", bytes[i]);
}

/* anew: begins under a new name, so that followers see the old recorder end. */
static bool begin(struct worker *w, bool anew, struct err *e)
{
	if (!anew && w->beat.recorder[0])
		return true;
	if (w->beat.recorder[0] && !store_live_leave(w->store, w->beat.recorder, e))
		return false;
	w->beat = (struct live_beat){ 0 };
	w->tidied_seq = 0;
	random_name(w->beat.recorder);
	return true;
}

static void write_live(void *taker, void *value)
{
	const struct worker_batch *b = value;
	struct worker *w = taker;
	bool *ok = xmalloc(sizeof(*ok));

	*ok = w->store && begin(w, b->anew, &w->err);
	if (*ok) {
		w->beat.beat++;
		w->beat.seq += b->count > 0;
		w->beat.tidy = b->tidy;
		w->beat.old_seq = w->tidied_seq;
		if (b->tidy)
			w->tidied_seq = w->beat.seq;
		w->beat.servers = b->servers;
		*ok = store_live_publish(w->store, &w->beat, b->calls, b->count, &w->err);
	}
	w->ok = *ok || !w->store;
	worker_post(w, w->handlers->published, ok, free);
}

void worker_publish(struct worker *w, struct worker_batch *b)
{
	mailbox_post(w->jobs, (struct mail){ .handle = write_live, .value = b, .free_value = batch_free }, MAIL_MUST);
}

/* --- a screen --- */

void worker_live_init(struct worker *w)
{
	size_t n = w->config->server_count;

	random_name(w->recorder);
	w->sources = xcalloc(n + 1, sizeof(*w->sources));
	w->chosen = xcalloc(n + 1, sizeof(*w->chosen));
	for (size_t i = 0; i < n; i++)
		str_copy(w->sources[i].server, sizeof(w->sources[i].server), str_of(w->config->servers[i].name));
}

static void forget(struct worker *w, struct followed *f)
{
	for (size_t i = 0; i < w->config->server_count; i++) {
		if (w->chosen[i] == f)
			w->chosen[i] = NULL;
	}
	HASH_DEL(w->followed, f);
	free(f->servers);
	free(f);
}

void worker_live_end(struct worker *w)
{
	struct followed *f, *next;
	struct err ignored;

	if (w->store && w->beat.recorder[0])
		store_live_leave(w->store, w->beat.recorder, &ignored);
	HASH_ITER(hh, w->followed, f, next)
		forget(w, f);
	free(w->sources);
	free(w->chosen);
}

int worker_live_poll_ms(const struct worker *w)
{
	return w->options.follow_live && !store_notifies(w->store) ? POLL_MS : STORE_POLL_MS;
}

static void read_beat(void *arg, const struct live_beat *b, int64_t seen_us)
{
	struct worker *w = arg;
	int64_t now = clock_mono_ms(&clock_system);
	struct followed *f;

	HASH_FIND_STR(w->followed, b->recorder, f);
	if (!f) {
		f = xcalloc(1, sizeof(*f));
		str_copy(f->recorder, sizeof(f->recorder), str_of(b->recorder));
		f->beat_ms = clock_wall_us(&clock_system) - seen_us > SILENT_SINCE_BEFORE_US ? now - DROP_MS : now;
		HASH_ADD_STR(w->followed, recorder, f);
	} else if (f->beat != b->beat) {
		f->beat_ms = now;
	}
	f->beat = b->beat;
	f->seq = b->seq;
	f->there = true;
	free(f->servers);
	f->servers = xstrdup(b->servers);
}

static bool listens(const struct followed *f, const char *server)
{
	size_t len = strlen(server);

	for (const char *p = f->servers; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && strncmp(p, server, n) == 0)
			return true;
		p += n;
	}
	return false;
}

static bool is_recent(int64_t at_ms, int64_t for_ms)
{
	return clock_mono_ms(&clock_system) - at_ms < for_ms;
}

static bool is_good(const struct followed *f, const char *server)
{
	return listens(f, server) && is_recent(f->beat_ms, LIVE_STALE_MS);
}

/* A recorder that has lost the server is kept for a while, in case it comes back. */
static struct followed *choose(const struct worker *w, struct followed *now, const struct worker_live_server *s)
{
	struct followed *f, *next;

	if (now && is_good(now, s->server))
		return now;
	HASH_ITER(hh, w->followed, f, next) {
		if (is_good(f, s->server))
			return f;
	}
	return now && is_recent(s->beat_ms, DROP_MS) ? now : NULL;
}

/* When a server changes its recorder, all calls of the new one are read. */
static bool choose_all(struct worker *w)
{
	bool told = false;

	for (size_t i = 0; i < w->config->server_count; i++) {
		struct worker_live_server *s = &w->sources[i];
		struct followed *f = choose(w, w->chosen[i], s);
		/* A recorder's life sign counts for a server only while it listens to it. */
		int64_t heard = !f ? 0 : listens(f, s->server) ? f->beat_ms : s->beat_ms;

		s->reset = f != w->chosen[i] || (!f && s->known);
		if (s->reset && f)
			f->read_seq = 0;
		told = told || s->reset || s->beat_ms != heard;
		s->known = f != NULL;
		s->beat_ms = heard;
		w->chosen[i] = f;
		if (f)
			f->wanted = true;
	}
	return told;
}

/* --- reading --- */

struct live_reading {
	struct worker *w;
	const struct followed *of;
	struct worker_live *to;
};

static void read_call(void *arg, const struct call *c)
{
	struct live_reading *r = arg;
	struct worker_live *to = r->to;
	bool shown = false;

	for (size_t i = 0; i < r->w->config->server_count; i++)
		shown = shown || (r->w->chosen[i] == r->of && strcmp(r->w->sources[i].server, c->server) == 0);
	if (!shown)
		return;
	ARRAY_GROW(to->calls, to->count, to->size);
	to->calls[to->count++] = *c;
}

static void live_free(void *value)
{
	struct worker_live *l = value;

	free(l->servers);
	free(l->calls);
	free(l);
}

static bool read_calls(struct worker *w, struct worker_live *l, struct err *e)
{
	struct followed *f, *next;

	HASH_ITER(hh, w->followed, f, next) {
		struct live_reading r = { w, f, l };

		if (!f->wanted || f->seq <= f->read_seq)
			continue;
		if (!store_live_calls(w->store, f->recorder, f->read_seq, read_call, &r, e))
			return false;
		f->read_seq = f->seq;
	}
	return true;
}

bool worker_follow_live(struct worker *w, struct err *e)
{
	size_t count = w->config->server_count;
	struct followed *f, *next;
	struct worker_live *l;
	bool told;

	if (!store_live_beats(w->store, read_beat, w, e))
		return false;
	HASH_ITER(hh, w->followed, f, next) {
		if (!f->there)
			forget(w, f);
		else
			f->there = f->wanted = false;
	}
	told = choose_all(w);
	l = xcalloc(1, sizeof(*l));
	l->server_count = count;
	l->servers = xcalloc(count + 1, sizeof(*l->servers));
	memcpy(l->servers, w->sources, count * sizeof(*l->servers));
	if (!read_calls(w, l, e)) {
		memset(w->chosen, 0, count * sizeof(*w->chosen));	/* everything is read again */
		live_free(l);
		return false;
	}
	if (told || l->count > 0)
		worker_post(w, w->handlers->live, l, live_free);
	else
		live_free(l);
	return true;
}
