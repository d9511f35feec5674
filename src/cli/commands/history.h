/* What `calls`, `metrics` and `changes` share: the workspace's clock, and which calls are meant. */
#ifndef CLI_COMMANDS_HISTORY_H
#define CLI_COMMANDS_HISTORY_H

#include "cli/io/command.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

struct cli_history {
	struct snapshot *directory;
	struct zone *zone;		/* the workspace's */
	const char *zone_name;
	struct call_query query;	/* its texts live as long as this and the command's words */
};

/* The workspace and its clock. */
bool cli_history_open(struct cli *c, struct cli_history *h, struct err *e);
/* Reads a moment of an option in the workspace's time zone; leaves *out when the option was not given. */
bool cli_history_moment(struct cli *c, const struct cli_history *h, const char *option, int64_t *out, struct err *e);
/* Opens it, and takes --number, --agent, --provider, --server, --outcome, --since, --until as far as the command has them. */
bool cli_history_init(struct cli *c, struct cli_history *h, struct err *e);
void cli_history_clear(struct cli_history *h);

#endif
