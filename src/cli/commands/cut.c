#include "config.h"

#include "cut.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"
#include "trunkdeck/store/store.h"

#define ANSWER_MS 10000

/* --- which numbers --- */

static void add_number(struct cli_cut *cut, const char *number)
{
	cut->numbers = xreallocarray(cut->numbers, cut->count + 1, sizeof(*cut->numbers));
	cut->numbers[cut->count++] = xstrdup(number);
}

bool cli_cut_prepare(struct cli *c, const struct record *r, struct cli_cut *cut, struct err *e)
{
	struct snapshot *s;
	const struct number *const *numbers;
	size_t count;
	bool ok;

	*cut = (struct cli_cut){ NULL, 0 };
	if (r->entity == ENTITY_NUMBER) {
		add_number(cut, r->number.e164);
		return true;
	}
	s = snapshot_new();
	ok = store_read_snapshot(c->store, s, true, e);
	numbers = snapshot_numbers_of(s, r->provider.id, &count);
	for (size_t i = 0; ok && i < count; i++)
		add_number(cut, numbers[i]->e164);
	snapshot_free(&s);
	return ok;
}

void cli_cut_clear(struct cli_cut *cut)
{
	for (size_t i = 0; i < cut->count; i++)
		free(cut->numbers[i]);
	FREE(&cut->numbers);
}

/* --- on a server --- */

struct channels {
	char **names;
	size_t count;
};

struct cutting {
	const struct cli_cut *cut;
	const struct server_config *server;
	struct ami_session *query;
	struct channels found, others;	/* legs that calls came in by: to hang up, and at other extensions */
};

static void channels_clear(struct channels *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->names[i]);
	free(c->names);
}

static bool check_owner(const struct cutting *k, const char *owner, struct err *e)
{
	char *theirs;
	bool ok;

	if (k->server->routes != ROUTES_ASTDB)
		return true;
	if (!ami_session_db_get(k->query, "trunkdeckmeta", "owner", &theirs, e))
		return false;
	ok = *theirs == '\0' || strcmp(theirs, owner) == 0;
	free(theirs);
	return ok || err_set(e, ERR_FOREIGN_SERVER, "%s", k->server->name);
}

/* A key that was not there is as good as one that is deleted: reading back decides. */
static bool remove_route(const struct cutting *k, const char *number, struct err *e)
{
	const struct ami_field fields[] = { { "Family", "trunkdeck" }, { "Key", number }, { NULL, NULL } };
	char *agent, *dial;
	bool gone;

	if (k->server->routes == ROUTES_ASTDB && !ami_session_action(k->query, "DBDel", fields, NULL, NULL, e) &&
	    e->code != ERR_SERVER_REFUSED)
		return false;
	if (!ami_session_route(k->query, k->server->routes, number, &agent, &dial, e))
		return false;
	gone = *agent == '\0';
	free(agent);
	free(dial);
	return gone || err_set_message(e, ERR_FOUND_WRONG, _("%s still has a route for %s"), k->server->name, number);
}

static bool is_asked_for(const struct cutting *k, struct str number)
{
	for (size_t i = 0; i < k->cut->count; i++)
		if (str_eq(number, str_of(k->cut->numbers[i])))
			return true;
	return false;
}

static void keep_channel(struct channels *c, struct str name)
{
	c->names = xreallocarray(c->names, c->count + 1, sizeof(*c->names));
	c->names[c->count++] = str_dup(name);
}

/* The leg that a call came in by is the oldest of its linked set. */
static void see_channel(void *arg, const struct ami_frame *f)
{
	struct cutting *k = arg;
	struct str channel = ami_get(f, AMI_KEY_CHANNEL);
	const char *techs = *k->server->trunk_techs ? k->server->trunk_techs : TRACKER_TRUNK_TECHS;

	if (f->reject || !tracker_is_trunk(techs, channel) || !str_eq(ami_get(f, AMI_KEY_UNIQUEID), ami_get(f, AMI_KEY_LINKEDID)))
		return;
	keep_channel(is_asked_for(k, ami_get(f, AMI_KEY_EXTEN)) ? &k->found : &k->others, channel);
}

/* A call that was transferred is at another extension by now. Its leg keeps the variable in which our dialplan put the number. */
static void find_transferred(struct cutting *k)
{
	for (size_t i = 0; i < k->others.count; i++) {
		const struct ami_field fields[] = { { "Channel", k->others.names[i] }, { "Variable", "DID" }, { NULL, NULL } };
		char *number;
		struct err e;

		if (!ami_session_value(k->query, "Getvar", fields, AMI_KEY_VALUE, &number, &e))
			continue;		/* it has ended, or our user may not ask */
		if (is_asked_for(k, str_of(number)))
			keep_channel(&k->found, str_of(k->others.names[i]));
		free(number);
	}
}

static bool hang_up(struct cutting *k, size_t *done, struct err *e)
{
	const struct ami_field none[] = { { NULL, NULL } };

	*done = 0;
	if (!ami_session_action(k->query, "CoreShowChannels", none, see_channel, k, e))
		return false;
	find_transferred(k);
	for (size_t i = 0; i < k->found.count; i++) {
		const struct ami_field fields[] = { { "Channel", k->found.names[i] }, { "Cause", "16" }, { NULL, NULL } };

		/* "No such channel": it ended by itself. */
		if (ami_session_action(k->query, "Hangup", fields, NULL, NULL, e))
			++*done;
		else if (strcmp(e->message, "No such channel") != 0)
			return false;
	}
	return true;
}

static bool cut_on(struct cutting *k, const char *owner, size_t *done, struct err *e)
{
	const struct ami_session_options options = {
		.server = k->server, .events = "off", .timeout_ms = ANSWER_MS,
	};
	bool ok;

	if (!ami_session_open(&k->query, &options, e))
		return false;
	ok = check_owner(k, owner, e);
	for (size_t i = 0; ok && k->server->routes != ROUTES_NONE && i < k->cut->count; i++)
		ok = remove_route(k, k->cut->numbers[i], e);
	ok = ok && hang_up(k, done, e);
	ami_session_close(&k->query);
	return ok;
}

bool cli_cut_run(struct cli *c, const struct cli_cut *cut, const char *owner, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; cut->count > 0 && i < c->config->server_count; i++) {
		struct cutting k = { .cut = cut, .server = &c->config->servers[i] };
		struct err why = { .code = ERR_NONE };
		size_t done = 0;

		if (cut_on(&k, owner, &done, &why))
			cli_note(c, ngettext("%s: %zu call hung up", "%s: %zu calls hung up", done), k.server->name, done);
		else if (ok)
			ok = err_set_message(e, why.code, _("deleted, but on %s calls may go on: %.120s"), k.server->name, why.message);
		channels_clear(&k.found);
		channels_clear(&k.others);
	}
	return ok;
}
