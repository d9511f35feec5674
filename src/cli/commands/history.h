/* Shared by `calls`, `metrics` and `changes`: the workspace's time zone, and the query for calls. */
#ifndef CLI_COMMANDS_HISTORY_H
#define CLI_COMMANDS_HISTORY_H

#include "cli/io/command.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/calls/call_params.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

struct cli_history {
	struct snapshot *directory;
	struct zone *zone;		/* the workspace's */
	const char *zone_name;
	struct call_query query;	/* its texts live as long as this and the command's words */
};

/* Reads the workspace and its time zone. */
bool cli_history_open(struct cli *c, struct cli_history *h, struct err *e);
/* Reads a time option in the workspace's time zone; leaves *out unchanged when the option was not given. */
bool cli_history_moment(struct cli *c, const struct cli_history *h, const char *option, int64_t *out, struct err *e);
/* Opens *h; reads --number, --agent, --provider, --server, --outcome, --since, --until, if the command has them. */
bool cli_history_init(struct cli *c, struct cli_history *h, struct err *e);
/* Reads what agents were told of all calls into *params. */
bool cli_history_told(struct cli *c, struct call_params *params, struct err *e);
void cli_history_clear(struct cli_history *h);

#endif
