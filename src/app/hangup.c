/* Asks a server to hang up a live call. The answer is matched to the call by server and channel. */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "trunkdeck/base/mem.h"

const char *app_why_no_hangup(const struct app *a, const struct call *c)
{
	const struct app_server *s = app_server(a, c->server);

	if (a->config->read_only)
		return _("read-only mode");
	if (!live_find(a->live, c->server, c->linkedid))
		return _("the call has ended");
	if (!s || !a->private->ami || s->status.control != LINK_UP)
		return _("its server is not connected");
	return NULL;
}

/* Uses the channel's present name: it may have been renamed since the caller's copy was made. */
void app_hangup(struct app *a, const struct call *wanted)
{
	const struct call *c = live_find(a->live, wanted->server, wanted->linkedid);
	const char *why = app_why_no_hangup(a, wanted);
	struct app_hangup *h;

	if (why) {
		messages_add(a->messages, MESSAGE_WARN, _("%s is not hung up: %s"), wanted->number, why);
		a->dirty |= APP_DIRTY_MESSAGES;
		return;
	}
	h = xcalloc(1, sizeof(*h));
	str_copy(h->server, sizeof(h->server), str_of(c->server));
	str_copy(h->channel, sizeof(h->channel), str_of(c->channel));
	str_copy(h->number, sizeof(h->number), str_of(c->number));
	str_copy(h->caller, sizeof(h->caller), str_of(c->caller));
	LL_APPEND(a->private->hangups, h);
	ami_hangup(a->private->ami, h->server, h->channel);
}

/* --- deletions that hang up calls --- */

void cut_mark(struct app *a, const struct record *r, bool cut)
{
	void (*mark)(struct deletions *d, const char *number) = cut ? deletions_cut : deletions_cancel;
	const struct number *const *numbers;
	size_t count;

	if (r->entity == ENTITY_NUMBER) {
		mark(a->deletions, r->number.e164);
		return;
	}
	numbers = snapshot_numbers_of(a->snapshot, r->provider.id, &count);
	for (size_t i = 0; i < count; i++)
		mark(a->deletions, numbers[i]->e164);
}

void cut_calls(struct app *a, const char *server, const char *number)
{
	size_t count;
	const struct call *const *calls = live_calls(a->live, &count);

	if (!deletions_cuts(a->deletions, number))
		return;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(calls[i]->server, server) == 0 && strcmp(calls[i]->number, number) == 0)
			app_hangup(a, calls[i]);
	}
}

/* --- results --- */

void on_hangup(void *taker, void *value)
{
	const struct ami_hangup_report *r = value;
	const struct err *e = &r->err;
	struct app *a = taker;
	struct app_hangup *h;

	LL_FOREACH(a->private->hangups, h)
		if (strcmp(h->server, r->server) == 0 && strcmp(h->channel, r->channel) == 0)
			break;
	if (!h)
		return;
	if (e->code == ERR_NONE)
		messages_add(a->messages, MESSAGE_INFO, _("%s: the call of %s is hung up"), h->number,
			     h->caller[0] ? h->caller : _("anonymous"));
	else if (e->hint[0])
		messages_add(a->messages, MESSAGE_ERROR, _("%s is not hung up: %s: %s"), h->number, e->message, e->hint);
	else
		messages_add(a->messages, MESSAGE_ERROR, _("%s is not hung up: %s"), h->number, e->message);
	a->dirty |= APP_DIRTY_MESSAGES;
	LL_DELETE(a->private->hangups, h);
	free(h);
}

void hangups_free(struct app *a)
{
	struct app_hangup *h, *next;

	LL_FOREACH_SAFE(a->private->hangups, h, next)
		free(h);
}
