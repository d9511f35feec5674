#include "config.h"

#include "trunkdeck/app/replay_workspace.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/scratch.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/store/store.h"

#define COPY_AT_ONCE 1000

struct replay_workspace {
	struct scratch scratch;
	struct config config;
	struct server_config server;
	struct err trouble;
};

/* Records that are copied from one store to the other. */
struct copying {
	struct store *to;
	struct mutation batch[COPY_AT_ONCE];
	size_t count;
	bool failed;
	struct err *err;
};

static void flush(struct copying *c)
{
	if (c->count > 0 && !c->failed)
		c->failed = !store_mutate(c->to, c->batch, c->count, MUTATE_PARTIAL, NULL, c->err);
	for (size_t i = 0; i < c->count; i++)
		record_clear(&c->batch[i].record);
	c->count = 0;
}

/* Returns the next record for the caller to fill in. */
static struct record *next(struct copying *c, enum mutation_kind kind, enum entity entity)
{
	struct mutation *m;

	if (c->count == COPY_AT_ONCE)
		flush(c);
	m = &c->batch[c->count++];
	*m = (struct mutation){ .kind = kind, .record.entity = entity };
	return &m->record;
}

/* Every agent is copied as able to take calls: the recording shows what became of them. */
static void take_record(void *arg, const struct record *r, int64_t numbers)
{
	struct record *to = next(arg, r->entity == ENTITY_WORKSPACE ? MUTATION_EDIT : MUTATION_ADD, r->entity);

	(void)numbers;
	record_copy(to, r);
	if (r->entity == ENTITY_PROVIDER) {
		/* The agent that it names is copied later, and a recording needs none. */
		to->provider.default_agent[0] = '\0';
	} else if (r->entity == ENTITY_AGENT) {
		to->agent.voice_enabled = true;
		to->agent.disabled = false;
	}
}

/* Copies from the configured store; *why = it can't be read. */
static void copy_records(const struct config *given, struct store *to, struct err *why)
{
	const struct store_options options = { .actor = given->actor, .read_only = true };
	struct copying *c = xcalloc(1, sizeof(*c));
	const struct store_reader reader = { .arg = c, .entities = ENTITIES_ALL, .record = take_record };
	struct store *from;
	int64_t change;

	c->to = to;
	c->err = why;
	if (store_open(&from, given->store_url, &options, why)) {
		store_read(from, &reader, &change, why);
		flush(c);
		store_close(&from);
	}
	free(c);
}

bool replay_workspace_make(struct replay_workspace **out, const struct config *given, const char *file, struct err *e)
{
	const struct store_options options = { .actor = given->actor };
	struct replay_workspace *w = xcalloc(1, sizeof(*w));
	const char *slash = strrchr(file, '/');
	struct store *to = NULL;

	*out = w;
	w->server = (struct server_config){
		.name = xstrdup(REPLAY_SERVER),
		.host = xstrdup(slash ? slash + 1 : file),
		.routes = ROUTES_NONE,
	};
	if (!scratch_make(&w->scratch, e) || !store_open(&to, w->scratch.url, &options, e)) {
		replay_workspace_free(out);
		return false;
	}
	copy_records(given, to, &w->trouble);
	store_close(&to);
	w->config = *given;
	w->config.store_url = w->scratch.url;
	w->config.servers = &w->server;
	w->config.server_count = 1;
	w->config.read_only = false;		/* the private store takes records; the app refuses other changes */
	w->config.agents.source = AGENTS_FROM_STORE;
	w->config.keep_days = 0;
	w->config.screen_live = LIVE_FROM_AMI;	/* no recorder publishes the recording's calls */
	return true;
}

void replay_workspace_free(struct replay_workspace **workspace)
{
	struct replay_workspace *w = *workspace;

	if (!w)
		return;
	scratch_remove(&w->scratch);
	free(w->server.name);
	free(w->server.host);
	FREE(workspace);
}

const struct config *replay_workspace_config(const struct replay_workspace *w)
{
	return &w->config;
}

const struct err *replay_workspace_trouble(const struct replay_workspace *w)
{
	return &w->trouble;
}
