/*
 * The time spans in which recorders listened to servers, and the gaps between them. Each recorder writes its own rows,
 * so recorders never wait for each other, and writing a row twice is harmless. The reader joins all rows. An open row
 * that was written recently still goes on: its recorder renews it every few seconds, and shortens it when in doubt.
 */
#include "config.h"

#include <stdlib.h>

#include "private.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/clock.h"

/* Three times the interval at which a recorder renews its row. */
#define FRESH_US ((int64_t)3 * STORE_LISTENED_EVERY_MS * 1000)

static bool record_one(struct store *s, const char *recorder, const struct covered_span *l, struct err *e)
{
	struct db_params p = { 0 };

	db_param_text(&p, l->server);
	db_param_int(&p, l->span.from_us);
	db_param_text(&p, recorder);
	db_param_int(&p, l->span.until_us);
	db_param_int(&p, clock_wall_us(s->clock));
	db_param_bool(&p, l->open);
	return db_post(s->db, "INSERT INTO td.listened (server, from_us, recorder, until_us, seen_us, is_open) "
		       "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (server, from_us, recorder) DO UPDATE SET "
		       "until_us = excluded.until_us, seen_us = excluded.seen_us, is_open = excluded.is_open",
		       p.values, p.n, e);
}

bool store_record_coverage(struct store *s, const char *recorder, const struct covered_span *spans, size_t n, struct err *e)
{
	bool ok = true;

	if (!store_begin_write(s, e))
		return false;
	for (size_t i = 0; ok && i < n; i++)
		ok = record_one(s, recorder, &spans[i], e);
	return store_end_write(s, ok, e);
}

/* --- gaps --- */

struct span_reading {
	struct coverage *coverage;
	int64_t now_us;
};

static bool read_span(void *arg, const char *const *values)
{
	const struct span_reading *r = arg;
	struct span span = { db_int(values[0]), db_int(values[1]) };

	if (db_bool(values[3]) && db_int(values[2]) >= time_minus(r->now_us, FRESH_US) && span.until_us < r->now_us)
		span.until_us = r->now_us;
	coverage_span(r->coverage, span);
	return true;
}

static bool coverage_of_server(struct store *s, const char *server, struct coverage *g, struct err *e)
{
	struct span_reading r = { g, clock_wall_us(s->clock) };
	struct db_params p = { 0 };
	int64_t first;

	db_param_text(&p, server);
	if (!db_query_int(s->db, "SELECT min(from_us) FROM td.listened WHERE server = $1", p.values, p.n, 0, &first, e))
		return false;
	coverage_server(g, first);
	db_param_int(&p, g->window.from_us);
	db_param_int(&p, g->window.until_us);
	if (!db_query(s->db, "SELECT from_us, until_us, seen_us, is_open FROM td.listened WHERE server = $1 "
		      "AND (until_us > $2 OR is_open) AND from_us < $3 ORDER BY from_us", p.values, p.n,
		      read_span, &r, e))
		return false;
	coverage_server_end(g);
	return true;
}

struct names {
	char **of;
	size_t count;
};

static bool read_name(void *arg, const char *const *values)
{
	struct names *names = arg;

	names->of = xreallocarray(names->of, names->count + 1, sizeof(*names->of));
	names->of[names->count++] = xstrdup(db_text(values[0]));
	return true;
}

/* Fills in the gaps of all servers that were ever listened to. */
static bool coverage_of_all(struct store *s, struct coverage *g, struct err *e)
{
	struct names names = { 0 };
	bool ok = db_query(s->db, "SELECT DISTINCT server FROM td.listened", NULL, 0, read_name, &names, e);

	for (size_t i = 0; i < names.count; i++) {
		ok = ok && coverage_of_server(s, names.of[i], g, e);
		free(names.of[i]);
	}
	free(names.of);
	return ok;
}

bool store_find_coverage(struct store *s, const char *const *servers, size_t n, struct coverage *g, struct err *e)
{
	bool ok = store_connect(s, e);

	for (size_t i = 0; ok && i < n; i++)
		ok = coverage_of_server(s, servers[i], g, e);
	if (n == 0)
		ok = ok && coverage_of_all(s, g, e);
	coverage_finish(g);
	return ok;
}
