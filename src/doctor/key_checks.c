/*
 * The checks that compare what a server holds with what the store wants, key by key: all that a call to the number reads, and
 * what the server holds for all calls. routes/desired.h makes the keys.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/routes/desired.h"
#include "trunkdeck/routes/dialplan.h"
#include "trunkdeck/routes/route.h"

#define BLOCKS_MAX 200			/* keys of blocked callers that are compared */

static void see_version(void *arg, const struct ami_frame *f)
{
	int told = dialplan_version_told(f);

	if (told > 0)
		*(int *)arg = told;
}

void probe_dialplan(struct probe *p)
{
	const struct ami_field fields[] = { { "Context", DIALPLAN_VERSION_CONTEXT }, { NULL, NULL } };
	struct err e = { .code = ERR_NONE };

	/* Asterisk refuses if the include has no version. */
	if (!ami_session_action(p->session, "ShowDialPlan", fields, see_version, &p->dialplan, &e) &&
	    (e.code != ERR_SERVER_REFUSED || ami_is_denied(str_of(e.message))))
		p->dialplan_err = e;
}

static bool read_key(const struct subject *s, const struct route_key *k, char **value, struct err *e)
{
	return ami_session_key(s->probe->session, s->probe->config->routes, route_family_name(k->family), k->name, value, e);
}

/* Compares one key. Returns false if it differs, and the finding says how; the value is not shown, as it may hold a
 * credential. *e is set if the server can't be asked. */
static bool compare_key(const struct subject *s, const struct route_key *k, struct finding *f, struct err *e)
{
	char *name, *value;
	struct err failed = { .code = ERR_NONE };
	bool same;

	if (!read_key(s, k, &value, &failed)) {
		*e = failed;
		return false;
	}
	name = utf8_clean_dup(str_of(k->name));
	same = strcmp(value, k->value) == 0;
	if (!same && k->spare && strcmp(value, k->spare) == 0)
		finding_set(f, VERDICT_FAIL, _("the agent %s is off there, because Asterisk does not use its URL: see the check wizard"), name);
	else if (!same)
		finding_set(f, VERDICT_FAIL, *value ? _("%s/%s has another value") : _("%s/%s is not there"), route_family_name(k->family), name);
	free(name);
	free(value);
	return same;
}

static void compare_keys(const struct subject *s, const struct buf *packed, struct finding *f)
{
	const char *at = packed->p, *end = packed->p + packed->len;
	struct err e = { .code = ERR_NONE };
	struct route_need *needs = NULL;
	struct route_key k;
	size_t count = 0, blocks = 0;

	if (s->probe->dialplan_err.code != ERR_NONE) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &s->probe->dialplan_err, "reporting");
		return;
	}
	if (s->probe->dialplan < ROUTES_NEW_DIALPLAN) {
		finding_set(f, VERDICT_PASS, "%s", _("its dialplan is of a former version: see the check dialplan"));
		return;
	}
	while (f->verdict == VERDICT_PASS && e.code == ERR_NONE && route_unpack(&at, end, &k, &needs)) {
		if (!k.value || (k.family == ROUTE_FAMILY_BLOCK && blocks++ >= BLOCKS_MAX))
			continue;
		count += compare_key(s, &k, f, &e);
	}
	free(needs);
	if (e.code != ERR_NONE) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
	} else if (f->verdict == VERDICT_PASS) {
		finding_set(f, VERDICT_PASS, _("%zu keys"), count);
	} else {
		finding_todo(f, "%s", _("'trunkdeck sync' reads the routes back and repairs them"));
		finding_remedy(f, REMEDY_SYNC, ENTITY_NUMBER, s->e164 ? s->e164 : "", "");
	}
}

void check_keys(const struct subject *s, struct finding *f)
{
	struct snapshot *snapshot = s->options->snapshot;
	const struct schedule *schedule = snapshot_schedule(snapshot, s->number->schedule);
	const struct route_key number = { .family = ROUTE_FAMILY_NUMBER, .name = s->e164 };
	struct err e = { .code = ERR_NONE };
	struct number_ways ways;
	struct buf packed;
	char *value;

	if (!s->probe->session) {
		finding_set(f, VERDICT_UNKNOWN, _("%s was not reached"), s->probe->config->name);
		return;
	}
	if (read_key(s, &number, &value, &e) && !*value) {
		finding_set(f, VERDICT_UNKNOWN, "%s", _("without its route there is nothing to compare"));
		free(value);
		return;
	}
	free(e.code == ERR_NONE ? value : NULL);
	buf_init(&packed, BUF_UNBOUNDED);
	number_ways(snapshot, s->number, &ways);
	for (size_t i = 0; i < ways.count; i++)
		if (ways.list[i].agent)
			desired_agent(&packed, ways.list[i].agent, server_agent_ca_file(s->probe->config));
	if (schedule)
		desired_schedule(&packed, schedule);
	desired_number(&packed, snapshot, s->number);
	compare_keys(s, &packed, f);
	buf_clear(&packed);
}

void check_standing(const struct subject *s, struct finding *f)
{
	struct buf packed;

	if (s->probe->config->routes == ROUTES_NONE) {
		finding_set(f, VERDICT_PASS, "%s", _("routes = none: the server has no routes"));
		return;
	}
	buf_init(&packed, BUF_UNBOUNDED);
	desired_standing(&packed, s->options->snapshot);
	compare_keys(s, &packed, f);
	buf_clear(&packed);
}
