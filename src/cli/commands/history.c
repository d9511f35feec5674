#include "config.h"

#include "history.h"

#include <string.h>

#include "cli/io/lookup.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"

bool cli_history_moment(struct cli *c, const struct cli_history *h, const char *option, int64_t *out, struct err *e)
{
	const char *text = cli_args_value(&c->args, option);

	if (!text || zone_parse_moment(h->zone, text, clock_wall_us(&clock_system), out))
		return true;
	err_set_message(e, ERR_USAGE, _("--%s %s is not a time"), option, text);
	return err_hint(e,
		_("allowed: 2h, 7d, today, yesterday, 2026-11-22, 2026-11-22T10:30 (in %s), 2026-11-22T10:30:00Z"),
			h->zone_name);
}

bool cli_history_open(struct cli *c, struct cli_history *h, struct err *e)
{
	const char *zone;

	*h = (struct cli_history){ .zone_name = "UTC" };
	h->directory = snapshot_new();
	/* A filter searches the labels of numbers, so the numbers are needed. */
	if (!store_read_snapshot(c->store, h->directory, cli_args_has(&c->args, "where"), e))
		return false;
	zone = snapshot_workspace(h->directory)->time_zone;
	if (zone && zone[0] != '\0')
		h->zone_name = zone;
	h->zone = zone_open(h->zone_name);
	if (!h->zone) {
		cli_note(c, _("note: time zone %s is not known on this machine: hours are in UTC"), h->zone_name);
		h->zone_name = "UTC";
		h->zone = zone_open(h->zone_name);
	}
	return true;
}

bool cli_history_init(struct cli *c, struct cli_history *h, struct err *e)
{
	struct call_query *q = &h->query;
	enum call_outcome outcome;
	struct err ignored;

	if (!cli_history_open(c, h, e))
		return false;
	q->number = cli_args_value(&c->args, "number");
	q->agent = cli_args_value(&c->args, "agent");
	q->server = cli_args_value(&c->args, "server");
	q->outcome = cli_args_value(&c->args, "outcome");
	q->provider = cli_args_value(&c->args, "provider");
	/* A deleted provider still has calls, so an unknown name is taken as an id. */
	if (q->provider)
		cli_provider_id(h->directory, &q->provider, &ignored);
#define COMMA_NAME(id, name, text, help) ", " name
	if (q->outcome && !outcome_parse(q->outcome, &outcome))
		return cli_args_refuse(&c->args, "outcome", &(OUTCOME_TABLE(COMMA_NAME))[strlen(", ")], e);
#undef COMMA_NAME
	return cli_history_moment(c, h, "since", &q->since_us, e) && cli_history_moment(c, h, "until", &q->until_us, e);
}

static void add_told(void *arg, const char *gen, const char *label, const char *params)
{
	call_params_add(arg, gen, label, params);
}

bool cli_history_told(struct cli *c, struct call_params *params, struct err *e)
{
	return store_each_told(c->store, NULL, 0, add_told, params, e);
}

void cli_history_clear(struct cli_history *h)
{
	snapshot_free(&h->directory);
	zone_free(&h->zone);
}
