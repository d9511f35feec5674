/*
 * Makes a folder below the temporary directory with a SQLite store, filled from data/demo/workspace.json like an
 * operator's store. Each region has one demonstration server. The flags replace a configuration.
 */
#include "config.h"

#include "history.h"
#include "trunkdeck/base/scratch.h"
#include "trunkdeck/demo/demo.h"

#include <jansson.h>
#include <stdlib.h>

#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/demo/pbx.h"
#include "trunkdeck/store/store.h"

#define DEMO_FLAGS 16

static const struct {
	const char *name;
	enum region region;
	const char *endpoint, *silent_endpoint, *registrar;
	double calls_per_minute;
} demo_servers[] = {
	{ "na-1", REGION_NA, "twilio", "telnyx", NULL, 9 },
	{ "eu-1", REGION_EU, "peoplefone", NULL, "sip:sip.peoplefone.ch", 5 },
};

#define DEMO_SECRET "demo"

struct demo {
	struct scratch scratch;
	struct demo_pbx *pbx[ARRAY_LEN(demo_servers)];
	struct config_flag flags[DEMO_FLAGS];
	size_t flag_count;
};

/* --- the store --- */

/* Adds a record for each object of the list. */
static bool fill_list(struct store *s, enum entity entity, json_t *list, struct err *e)
{
	size_t i, n = json_array_size(list);
	struct mutation *m = xcalloc(n + 1, sizeof(*m));
	json_t *object;
	bool ok = true;

	json_array_foreach(list, i, object) {
		m[i].kind = MUTATION_ADD;
		record_init(&m[i].record, entity);
		ok = ok && record_from_json(&m[i].record, object, e);
	}
	ok = ok && store_mutate(s, m, n, MUTATE_ALL_OR_NOTHING, NULL, e);
	for (i = 0; i < n; i++)
		record_clear(&m[i].record);
	free(m);
	return ok;
}

static bool fill_store(const struct demo *d, int64_t now_us, struct err *e)
{
	static const struct { enum entity entity; const char *key; } lists[] = {
		{ ENTITY_AGENT, "agents" }, { ENTITY_PROVIDER, "providers" }, { ENTITY_SCHEDULE, "schedules" },
		{ ENTITY_BLOCK, "blocks" }, { ENTITY_NUMBER, "numbers" },
	};
	const struct store_options options = { .actor = "demo" };
	const struct embed_file *file = embed_find("demo/workspace.json");
	json_t *all = json_loadb(file->text, file->len, 0, NULL);
	struct mutation m = { .kind = MUTATION_EDIT };
	struct store *s;
	bool found, ok;

	if (!all)
		die("data/demo/workspace.json can't be read");
	ok = store_open(&s, d->scratch.url, &options, e);
	if (ok) {
		ok = store_get(s, ENTITY_WORKSPACE, "", &m.record, &found, e) &&
		     record_from_json(&m.record, json_object_get(all, "workspace"), e) &&
		     store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, e);
		record_clear(&m.record);
		for (size_t i = 0; ok && i < ARRAY_LEN(lists); i++)
			ok = fill_list(s, lists[i].entity, json_object_get(all, lists[i].key), e);
		ok = ok && demo_history_fill(s, json_object_get(all, "numbers"), now_us, e);
		store_close(&s);
	}
	json_decref(all);
	return ok;
}

/* --- the flags --- */

static void add_flag(struct demo *d, char *name, char *value)
{
	if (d->flag_count == DEMO_FLAGS)
		die("too many flags for the demonstration");
	d->flags[d->flag_count++] = (struct config_flag){ .name = name, .flag = "--demo", .value = value };
}

static bool start_server(struct demo *d, size_t i, bool calls, struct err *e)
{
	const struct demo_pbx_options options = {
		.seed = i + 1,
		.calls_per_minute = calls ? demo_servers[i].calls_per_minute : 0,
		.endpoint = demo_servers[i].endpoint,
		.silent_endpoint = demo_servers[i].silent_endpoint,
		.registrar = demo_servers[i].registrar,
		.user = "trunkdeck",
		.secret = DEMO_SECRET,
	};
	const char *name = demo_servers[i].name;
	int port;

	d->pbx[i] = demo_pbx_start(&options, &port, e);
	if (!d->pbx[i])
		return false;
	add_flag(d, xasprintf("server %s.host", name), xstrdup("127.0.0.1"));
	add_flag(d, xasprintf("server %s.port", name), xasprintf("%d", port));
	add_flag(d, xasprintf("server %s.region", name), xstrdup(region_name(demo_servers[i].region)));
	add_flag(d, xasprintf("server %s.secret", name), xstrdup(DEMO_SECRET));
	return true;
}

bool demo_start(struct demo **out, bool calls, int64_t now_us, struct err *e)
{
	struct demo *d = xcalloc(1, sizeof(*d));
	bool ok = scratch_make(&d->scratch, e) && fill_store(d, now_us, e);

	if (ok)
		add_flag(d, xstrdup("store.url"), xstrdup(d->scratch.url));
	for (size_t i = 0; ok && i < ARRAY_LEN(demo_servers); i++)
		ok = start_server(d, i, calls, e);
	*out = d;
	if (!ok)
		demo_stop(out);
	return ok;
}

void demo_stop(struct demo **demo)
{
	struct demo *d = *demo;

	if (!d)
		return;
	for (size_t i = 0; i < ARRAY_LEN(d->pbx); i++)
		demo_pbx_stop(&d->pbx[i]);
	for (size_t i = 0; i < d->flag_count; i++) {
		free((char *)d->flags[i].name);
		free((char *)d->flags[i].value);
	}
	scratch_remove(&d->scratch);
	FREE(demo);
}

const struct config_flag *demo_flags(const struct demo *d, size_t *count)
{
	*count = d->flag_count;
	return d->flags;
}
