/*
 * Routes on the Servers view: their text, and `s`. Reading back and repairing this store's routes needs no question.
 * Deleting routes that the store does not know, and taking a server from another store, need one: both may take calls
 * away from operators of the other store.
 */
#include "config.h"

#include "servers.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define NAMED 5				/* routes named in the question */

bool servers_routes_text(const struct app *a, const struct app_server *s, struct buf *text)
{
	const struct routes_stats *r = &s->status.routes;
	bool needs_new = r->former && r->want_new > 0 && s->status.control == LINK_UP;
	bool alarm = r->foreign_owner || r->refusal[0] != '\0' || needs_new;
	size_t waiting = deletions_waiting(a->deletions, s->config->name);

	buf_addf(text, "%s", routes_mode_name(s->config->routes));
	for (int i = 0; i < ROUTE_STATE_COUNT; i++) {
		if (r->by_state[i] == 0)
			continue;
		alarm = alarm || route_state_needs_person((enum route_state)i);
		buf_addf(text, "  %zu %s", r->by_state[i], route_state_text((enum route_state)i));
	}
	if (waiting > 0)
		buf_addf(text, ngettext("  %zu deletion not verified", "  %zu deletions not verified", waiting), waiting);
	if (waiting > 0 && s->status.control != LINK_UP)
		buf_adds(text, _(": server away"));
	if (r->prefixes_verified < r->prefixes)
		buf_addf(text, _("  %zu of %zu carrier forms"), r->prefixes_verified, r->prefixes);
	if (r->others_verified < r->others)
		buf_addf(text, _("  %zu of %zu keys of blocked callers"), r->others_verified, r->others);
	if (r->foreign_keys > 0)
		buf_addf(text, ngettext("  %zu foreign key of another kind", "  %zu foreign keys of other kinds", r->foreign_keys),
			 r->foreign_keys);
	if (needs_new)
		buf_addf(text, ngettext("  %zu record needs the new dialplan", "  %zu records need the new dialplan", r->want_new),
			 r->want_new);
	if (r->foreign_owner)
		buf_addf(text, _("  owned by another store (%s): nothing is written"), r->owner);
	if (r->scan_failed)
		buf_adds(text, _("  keys left behind: not listed"));
	if (r->refusal[0] != '\0')
		buf_addf(text, r->mute ? "  %s" : _("  refused: %s"), r->refusal);
	return !alarm;
}

/* --- asking --- */

/* A question that is open. */
struct question {
	struct app *app;
	char *server;			/* to be taken over; NULL = the question is about routes */
	struct app_foreign *routes;	/* the routes that the question is about */
	size_t count;
};

static void question_free(void *arg)
{
	struct question *q = arg;

	free(q->server);
	free(q->routes);
	free(q);
}

static void delete_confirmed(void *arg)
{
	const struct question *q = arg;

	app_delete_foreign(q->app, q->routes, q->count);
}

static void take_over_confirmed(void *arg)
{
	const struct question *q = arg;

	app_take_over(q->app, q->server);
}

static void ask(struct ui *ui, struct dialog_options *o, struct question question)
{
	struct question *q = xmalloc(sizeof(*q));

	*q = question;
	q->app = ui_app(ui);
	o->closed = question_free;
	o->arg = q;
	dialog_ask(ui, o);
}

static void ask_delete(struct ui *ui)
{
	struct app *a = ui_app(ui);
	struct question q = { .server = NULL };
	struct buf text;

	q.routes = app_list_foreign(a, &q.count);
	if (q.count == 0)
		return;
	buf_init(&text, 2000);
	for (size_t i = 0; i < q.count && i < NAMED; i++) {
		const struct route_report *r;

		route_states_get(a->routes, q.routes[i].server, q.routes[i].number, &r);
		buf_addf(&text, _("%s on %s leads to %s\n"), q.routes[i].number, q.routes[i].server, r->found_agent);
	}
	if (q.count > NAMED)
		buf_addf(&text, _("and %zu more\n"), q.count - NAMED);
	buf_adds(&text, _("They work now. The store has no such numbers: calls to them will get \"not found\"."));
	ask(ui, &(struct dialog_options){ .title = _("Delete routes the store does not know?"), .text = text.p,
		.yes = _("Delete"), .no = _("Keep"), .confirmed = delete_confirmed }, q);
	buf_clear(&text);
}

static void ask_take_over(struct ui *ui, const struct app_server *s)
{
	char *title = xasprintf(_("Take %s over?"), s->config->name);
	char *text = xasprintf(_("It belongs to another store (%s).\nUsers of that store lose the server, because "
				 "only one store can write to it."), s->status.routes.owner);

	ask(ui, &(struct dialog_options){ .title = title, .text = text, .yes = _("Take over"), .no = _("Leave it"),
		.typed = s->config->name, .confirmed = take_over_confirmed },
	    (struct question){ .server = xstrdup(s->config->name) });
	free(title);
	free(text);
}

void servers_sync(struct ui *ui, const struct app_server *selected)
{
	struct app *a = ui_app(ui);

	app_sync(a, NULL);
	messages_add(a->messages, MESSAGE_INFO, _("reading all routes back"));
	a->dirty |= APP_DIRTY_MESSAGES;
	if (a->config->read_only)
		return;
	if (selected && selected->status.routes.foreign_owner && selected->config->routes == ROUTES_ASTDB)
		ask_take_over(ui, selected);
	else
		ask_delete(ui);
}
