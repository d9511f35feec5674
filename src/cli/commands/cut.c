#include "config.h"

#include "cut.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"
#include "trunkdeck/store/store.h"

#define ANSWER_MS 10000

json_t *cli_cut_prepare(struct cli *c, const struct record *r, struct err *e)
{
	json_t *numbers = json_object();
	const struct number *const *of;
	struct snapshot *s;
	size_t count;

	if (r->entity == ENTITY_NUMBER) {
		json_object_set_new(numbers, r->number.e164, json_true());
		return numbers;
	}
	s = snapshot_new();
	if (store_read_snapshot(c->store, s, true, e)) {
		of = snapshot_numbers_of(s, r->provider.id, &count);
		for (size_t i = 0; i < count; i++)
			json_object_set_new(numbers, of[i]->e164, json_true());
	} else {
		json_decref(numbers);
		numbers = NULL;
	}
	snapshot_free(&s);
	return numbers;
}

/* --- on a server --- */

struct cutting {
	json_t *numbers;
	const struct server_config *server;
	struct ami_session *query;
	json_t *legs;			/* by which calls came in: channel -> extension */
};

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

/* A key that was missing counts as deleted, because reading back decides. */
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

/* The oldest channel of a linked set is the leg that the call came in by. */
static void see_channel(void *arg, const struct ami_frame *f)
{
	struct cutting *k = arg;
	struct str channel = ami_get(f, AMI_KEY_CHANNEL), exten = ami_get(f, AMI_KEY_EXTEN);
	const char *techs = *k->server->trunk_techs ? k->server->trunk_techs : TRACKER_TRUNK_TECHS;
	char *name;

	if (f->reject || !tracker_is_trunk(techs, channel) || !str_eq(ami_get(f, AMI_KEY_UNIQUEID), ami_get(f, AMI_KEY_LINKEDID)))
		return;
	name = str_dup(channel);
	json_object_set_new_nocheck(k->legs, name,
				    exten.len > 0 ? json_stringn_nocheck(exten.p, exten.len) : json_string(""));
	free(name);
}

static bool hang_up(struct cutting *k, size_t *done, struct err *e)
{
	const struct ami_field none[] = { { NULL, NULL } };
	const char *channel;
	json_t *exten;

	*done = 0;
	if (!ami_session_action(k->query, "CoreShowChannels", none, see_channel, k, e))
		return false;
	json_object_foreach(k->legs, channel, exten) {
		const struct ami_field variable[] = { { "Channel", channel }, { "Variable", "DID" }, { NULL, NULL } };
		const struct ami_field fields[] = { { "Channel", channel }, { "Cause", "16" }, { NULL, NULL } };
		bool is_ours = json_object_get(k->numbers, json_string_value(exten));
		char *number = NULL;
		struct err why;

		/*
		 * A call that was transferred is at another extension now. Its leg keeps the variable in which our
		 * dialplan put the number. Asking fails when the call has ended, or our user has no right to ask.
		 */
		if (!is_ours && ami_session_value(k->query, "Getvar", variable, AMI_KEY_VALUE, &number, &why))
			is_ours = json_object_get(k->numbers, number);
		free(number);
		if (!is_ours)
			continue;
		/* "No such channel": the call has ended by itself. */
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
	const char *number;
	json_t *unused;
	bool ok;

	if (!ami_session_open(&k->query, &options, e))
		return false;
	ok = check_owner(k, owner, e);
	json_object_foreach(k->numbers, number, unused)
		ok = ok && (k->server->routes == ROUTES_NONE || remove_route(k, number, e));
	ok = ok && hang_up(k, done, e);
	ami_session_close(&k->query);
	return ok;
}

bool cli_cut_run(struct cli *c, json_t *numbers, const char *owner, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; json_object_size(numbers) > 0 && i < c->config->server_count; i++) {
		struct cutting k = { .numbers = numbers, .server = &c->config->servers[i], .legs = json_object() };
		struct err why = { .code = ERR_NONE };
		size_t done = 0;

		if (cut_on(&k, owner, &done, &why))
			cli_note(c, ngettext("%s: %zu call hung up", "%s: %zu calls hung up", done), k.server->name, done);
		else if (ok)
			ok = err_set_message(e, why.code, _("deleted, but on %s calls may go on: %.120s"), k.server->name, why.message);
		json_decref(k.legs);
	}
	return ok;
}
