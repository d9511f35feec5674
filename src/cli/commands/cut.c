#include "config.h"

#include "cut.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
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

struct cutting {
	const struct cli_cut *cut;
	const struct server_config *server;
	struct ami_session *query;
	char **channels;
	size_t count;
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

static bool is_trunk(const struct server_config *server, struct str channel)
{
	const char *techs = *server->trunk_techs ? server->trunk_techs : "PJSIP";
	size_t len;

	for (; *techs; techs += len + (techs[len] == ',')) {
		len = strcspn(techs, ",");
		if (len > 0 && channel.len > len && channel.p[len] == '/' && strncasecmp(channel.p, techs, len) == 0)
			return true;
	}
	return false;
}

static void see_channel(void *arg, const struct ami_frame *f)
{
	struct cutting *k = arg;
	struct str channel = ami_get(f, AMI_KEY_CHANNEL), number = ami_get(f, AMI_KEY_EXTEN);

	if (f->reject || !is_trunk(k->server, channel))
		return;
	for (size_t i = 0; i < k->cut->count; i++) {
		if (!str_eq(number, str_of(k->cut->numbers[i])))
			continue;
		k->channels = xreallocarray(k->channels, k->count + 1, sizeof(*k->channels));
		k->channels[k->count++] = str_dup(channel);
		return;
	}
}

static bool hang_up(struct cutting *k, size_t *done, struct err *e)
{
	const struct ami_field none[] = { { NULL, NULL } };

	*done = 0;
	if (!ami_session_action(k->query, "CoreShowChannels", none, see_channel, k, e))
		return false;
	for (size_t i = 0; i < k->count; i++) {
		const struct ami_field fields[] = { { "Channel", k->channels[i] }, { "Cause", "16" }, { NULL, NULL } };

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
		for (size_t j = 0; j < k.count; j++)
			free(k.channels[j]);
		free(k.channels);
	}
	return ok;
}
