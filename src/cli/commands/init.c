/* init, store migrate: opening the store creates or migrates it; then init sets the fields that were given. */
#include "config.h"

#include <inttypes.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/store/store.h"

bool cli_init_workspace(struct cli *c, struct err *e)
{
	struct snapshot *directory;
	const struct workspace *w;
	bool edits = false;
	int64_t limit, used;

	for (size_t i = 0; i < c->args.given_count; i++)
		edits |= c->args.given[i].option->field != NULL;
	if (edits && !cli_record_edit(c, e))
		return false;
	if (edits && c->out.format != OUTPUT_TABLE)
		return true;
	if (c->out.format != OUTPUT_TABLE)
		return cli_record_show(c, e);
	directory = cli_directory(c, e);
	if (!directory)
		return false;
	w = snapshot_workspace(directory);
	limit = workspace_limit(w);
	used = snapshot_used(directory);
	cli_output_line(&c->out, _("store      %s"), store_name(c->store));
	cli_output_line(&c->out, _("workspace  %s (%s)"), w->name[0] != '\0' ? w->name : _("without a name"), w->id);
	cli_output_line(&c->out, _("plan       %s"), plan_name(w->plan));
	if (limit == LIMIT_NONE)
		cli_output_line(&c->out, _("numbers    %" PRId64 " used, no limit"), used);
	else
		cli_output_line(&c->out, _("numbers    %" PRId64 " of %" PRId64 " used"), used, limit);
	cli_output_line(&c->out, _("time zone  %s"), w->time_zone);
	snapshot_free(&directory);
	return true;
}
