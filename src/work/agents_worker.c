/*
 * The thread's mailbox takes one message, stop. A request to the directory watches its descriptor, so that the end of
 * the program never waits for a server. A failure is reported once, and again only when it changes. If the store can't
 * be opened, the store worker reports that.
 */
#include "config.h"

#include "trunkdeck/work/agents_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/store/store.h"
#include "trunkdeck/work/agent_sync.h"

#define STORE_RETRY_S 30

struct agents_worker {
	pthread_t thread;
	const struct config *config;
	struct mailbox *stop;
	struct mailbox *to_main;
	mail_fn *handle;
	struct err told;		/* the last failure reported; ERR_NONE = none since the last success */
};

static void report(struct agents_worker *w, const struct agent_sync *s, const struct err *e)
{
	bool same = e->code == w->told.code && strcmp(e->message, w->told.message) == 0;
	struct agents_report *r;
	size_t changes = 0;

	for (int k = 0; k < AGENTS_CHANGE_KINDS; k++)
		changes += s->done[k];
	if (same && changes == 0)
		return;
	r = xcalloc(1, sizeof(*r));
	memcpy(r->done, s->done, sizeof(r->done));
	r->recovered = e->code == ERR_NONE && w->told.code != ERR_NONE;
	if (!same)
		r->err = *e;
	w->told = *e;
	if (e->code != ERR_NONE)
		log_msg(LOG_LEVEL_WARN, "agent directory: %s: %s", e->message, e->hint);
	mailbox_post(w->to_main, (struct mail){ .handle = w->handle, .value = r, .free_value = free }, MAIL_MUST);
}

/* Returns the seconds until the next sync. */
static int sync_once(struct agents_worker *w)
{
	const struct store_options options = { .actor = w->config->actor };
	const struct agent_sync_options how = { .stop = w->stop };
	struct store *store = NULL;
	struct agent_sync s;
	struct err e = { .code = ERR_NONE };
	int wait_s = w->config->agents.interval_s;

	if (!store_open(&store, w->config->store_url, &options, &e)) {
		log_msg(LOG_LEVEL_WARN, "agent directory: %s", e.message);
		return STORE_RETRY_S;
	}
	agent_sync_run(&s, store, &w->config->agents, &how, &e);
	if (mailbox_waiting(w->stop) == 0 && e.code != ERR_STORE_UNREACHABLE && e.code != ERR_STORE_FAILED)
		report(w, &s, &e);
	for (int r = 0; r < REGION_COUNT; r++)	/* longer if the directory sent Retry-After */
		wait_s = s.regions[r].retry_after_s > wait_s ? s.regions[r].retry_after_s : wait_s;
	agent_sync_clear(&s);
	store_close(&store);
	return wait_s;
}

/* Adds up to a tenth, so that many screens do not ask at the same moment. */
static int jittered_ms(int s)
{
	unsigned int random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = 0;
	return s * 1000 + (int)(random % (unsigned int)(s * 100 + 1));
}

static void *agents_main(void *arg)
{
	struct agents_worker *w = arg;
	struct mail m;

	while (!mailbox_wait(w->stop, jittered_ms(sync_once(w)), &m))
		continue;
	mail_discard(&m);
	return NULL;
}

struct agents_worker *agents_worker_start(const struct config *config, struct mailbox *to_main, mail_fn *handle)
{
	struct agents_worker *w;

	if (config->agents.source != AGENTS_FROM_API || config->agents.interval_s == 0 || config->read_only)
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->config = config;
	w->to_main = to_main;
	w->handle = handle;
	w->stop = mailbox_new(1);
	if (pthread_create(&w->thread, NULL, agents_main, w) != 0)
		die("can't start a thread");
	return w;
}

void agents_worker_stop(struct agents_worker **w)
{
	if (!*w)
		return;
	mailbox_post((*w)->stop, (struct mail){ 0 }, MAIL_MUST);
	pthread_join((*w)->thread, NULL);
	mailbox_free(&(*w)->stop);
	FREE(w);
}
