/*
 * What the servers hold of each number, read once and changing nothing, as `sync --dry-run` does; for `number list --routes`.
 * One owner, the command's thread.
 */
#ifndef CLI_COMMANDS_ROUTES_H
#define CLI_COMMANDS_ROUTES_H

#include <jansson.h>

#include "cli/io/command.h"

struct cli_routes;

/* Asks every configured server and waits until each has answered, or is taken to be away. False: no server is configured, or the
 * store can't be read. */
bool cli_routes_read(struct cli_routes **out, struct cli *c, struct err *e);
void cli_routes_free(struct cli_routes **r);
/* {"na-1": {"state": "stale", "found": "sales"}}: the servers it belongs on, and those that hold it all the same. */
json_t *cli_routes_json(const struct cli_routes *r, const char *number);
/* "na-1 stale (sales), na-2 verified"; caller frees. */
char *cli_routes_text(const struct cli_routes *r, const char *number);
/* False when a server was away: *e says how many. */
bool cli_routes_complete(const struct cli_routes *r, struct err *e);

#endif
