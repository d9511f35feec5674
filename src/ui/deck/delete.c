/*
 * Deleting. The question says what stops working and how many calls are live at that moment. It stores the key and the
 * version of the record, so that only the version that was shown is deleted.
 */
#include "config.h"

#include "deck.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

/* A question that is open. */
struct pending {
	struct app *app;
	struct mutation mutation;
};

static void pending_free(void *arg)
{
	struct pending *p = arg;

	record_clear(&p->mutation.record);
	free(p);
}

static void confirmed(void *arg)
{
	struct pending *p = arg;

	app_mutate(p->app, &p->mutation, NULL, NULL);
}

static void cut_confirmed(void *arg)
{
	struct pending *p = arg;

	app_delete_and_cut(p->app, &p->mutation);
}

static void ask(struct deck *d, const struct mutation *m, const char *title, const char *text, const char *typed, size_t live)
{
	struct pending *p = xcalloc(1, sizeof(*p));
	char *also = live > 0 ? xasprintf(ngettext("Delete and hang up %zu call", "Delete and hang up %zu calls", live), live) : NULL;
	const struct dialog_options options = {
		.title = title,
		.text = text,
		.yes = _("Delete"),
		.no = _("Keep"),
		.also = also,
		.typed = typed,
		.confirmed = confirmed,
		.also_confirmed = cut_confirmed,
		.closed = pending_free,
		.arg = p,
	};

	p->app = d->view.app;
	p->mutation = *m;
	dialog_ask(d->view.ui, &options);
	free(also);
}

static void say_live(struct buf *text, size_t live)
{
	if (live > 0)
		buf_addf(text, ngettext("%zu call is live: it goes on until it ends, or is hung up.\n",
					"%zu calls are live: they go on until they end, or are hung up.\n", live), live);
}

/* Names the servers that hold routes of a region. */
static void say_servers(struct buf *text, const struct app *a, enum region region)
{
	size_t n = 0;

	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_config *s = a->servers[i].config;

		if (s->region == region && s->routes != ROUTES_NONE)
			buf_addf(text, "%s%s", n++ == 0 ? _("Its route is removed from ") : ", ", s->name);
	}
	if (n > 0)
		buf_adds(text, ".\n");
}

/* Names the servers that may still answer a deleted number, because nobody tells them to forget it. */
static void say_kept(struct buf *text, const struct app *a, enum region region)
{
	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_config *s = a->servers[i].config;
		int hours = s->cache_hours;

		if (s->region == region && s->routes == ROUTES_ODBC && hours > 0 && a->servers[i].status.routes.keeps_rows)
			buf_addf(text, ngettext("If the store goes away before the next call to it, %s may answer it for up to %d hour more.\n",
						"If the store goes away before the next call to it, %s may answer it for up to %d hours more.\n",
						(unsigned long)hours), s->name, hours);
	}
}

void deck_delete_number(struct deck *d, const struct number *n)
{
	const struct agent *agent = snapshot_agent(d->view.app->snapshot, n->agent);
	const struct provider *p = snapshot_provider(d->view.app->snapshot, n->provider);
	const struct agent *heir = p ? snapshot_agent(d->view.app->snapshot, p->default_agent) : NULL;
	struct mutation m = { .kind = MUTATION_DELETE, .version = n->version };
	struct buf text;
	char *title = xasprintf(_("Delete %s?"), n->e164);

	buf_init(&text, 2000);
	if (heir)
		buf_addf(&text, _("Calls to it will be answered by %s, the default agent of %s.\n"), heir->title, p->name);
	else
		buf_addf(&text, _("Calls to it will no longer reach %s; callers get \"not found\".\n"),
			 agent ? agent->title : n->agent);
	say_live(&text, live_count_number(d->view.app->live, n->e164));
	say_servers(&text, d->view.app, n->region);
	say_kept(&text, d->view.app, n->region);
	buf_adds(&text, _("The number itself stays with your SIP provider."));
	m.record.entity = ENTITY_NUMBER;
	number_copy(&m.record.number, n);
	ask(d, &m, title, text.p, NULL, live_count_number(d->view.app->live, n->e164));
	buf_clear(&text);
	free(title);
}

void deck_delete_provider(struct deck *d, const struct provider *p)
{
	int64_t numbers = snapshot_badge(d->view.app->snapshot, p->id);
	struct mutation m = { .kind = MUTATION_DELETE, .version = p->version, .cascade = numbers > 0 };
	struct buf text;
	char *title = xasprintf(_("Delete provider %s?"), p->name);

	buf_init(&text, 2000);
	if (numbers > 0)
		buf_addf(&text, ngettext("Its %lld number is deleted too and calls to it fail.\n",
					 "Its %lld numbers are deleted too and calls to them fail.\n",
					 (unsigned long)numbers), (long long)numbers);
	else
		buf_adds(&text, _("It has no numbers.\n"));
	say_live(&text, live_count_provider(d->view.app->live, p->id));
	m.record.entity = ENTITY_PROVIDER;
	provider_copy(&m.record.provider, p);
	ask(d, &m, title, text.p, numbers > 0 ? p->name : NULL, numbers > 0 ? live_count_provider(d->view.app->live, p->id) : 0);
	buf_clear(&text);
	free(title);
}
