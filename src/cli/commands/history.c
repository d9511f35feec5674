#include "config.h"

#include "history.h"

#include <string.h>

#include "cli/io/lookup.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"

static void take_zone(struct cli *c, struct cli_history *h)
{
	const char *name = snapshot_workspace(h->directory)->time_zone;

	h->zone_name = name && name[0] ? name : "UTC";
	h->zone = zone_open(h->zone_name);
	if (h->zone)
		return;
	cli_note(c, _("time zone %s is not known on this machine: hours are in UTC"), h->zone_name);
	h->zone_name = "UTC";
	h->zone = zone_open(h->zone_name);
}

static bool take_moment(struct cli *c, const struct cli_history *h, const char *option, int64_t *out, struct err *e)
{
	const char *text = cli_args_value(&c->args, option);

	if (!text || zone_parse_moment(h->zone, text, clock_wall_us(&clock_system), out))
		return true;
	err_set_message(e, ERR_USAGE, _("--%s %s is no moment"), option, text);
	err_hint(e, _("allowed: 2h, 7d, today, yesterday, 2026-11-22, 2026-11-22T10:30 (in %s), 2026-11-22T10:30:00Z"),
		 h->zone_name);
	return false;
}

static bool take_outcome(struct cli *c, struct cli_history *h, struct err *e)
{
	enum call_outcome o;

	h->query.outcome = cli_args_value(&c->args, "outcome");
	if (!h->query.outcome || outcome_parse(h->query.outcome, &o))
		return true;
	err_set_message(e, ERR_USAGE, _("--outcome %s is not allowed"), h->query.outcome);
	err_hint(e, _("allowed: answered, abandoned, busy, no_answer, unreachable, unmapped, failed, lost"));
	return false;
}

/* A provider that was deleted since has calls still: its id is taken as it is. */
static void take_provider(struct cli *c, struct cli_history *h)
{
	struct err ignored;

	h->query.provider = cli_args_value(&c->args, "provider");
	if (h->query.provider)
		cli_provider_id(h->directory, &h->query.provider, &ignored);
}

bool cli_history_init(struct cli *c, struct cli_history *h, struct err *e)
{
	*h = (struct cli_history){ .zone_name = "UTC" };
	h->directory = cli_directory(c, e);
	if (!h->directory)
		return false;
	take_zone(c, h);
	take_provider(c, h);
	h->query.number = cli_args_value(&c->args, "number");
	h->query.agent = cli_args_value(&c->args, "agent");
	h->query.server = cli_args_value(&c->args, "server");
	return take_outcome(c, h, e) && take_moment(c, h, "since", &h->query.since_us, e)
		&& take_moment(c, h, "until", &h->query.until_us, e);
}

void cli_history_clear(struct cli_history *h)
{
	snapshot_free(&h->directory);
	zone_free(&h->zone);
}
