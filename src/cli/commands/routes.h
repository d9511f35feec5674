/*
 * The routes that servers hold, read once without changes, for `number list --routes`. One owner, the command's thread.
 */
#ifndef CLI_COMMANDS_ROUTES_H
#define CLI_COMMANDS_ROUTES_H

#include <jansson.h>

#include "cli/io/command.h"

struct cli_routes;

/* Asks all configured servers; waits until each has answered or is away. False: no servers, or no store to read. */
bool cli_routes_read(struct cli_routes **out, struct cli *c, struct err *e);
void cli_routes_free(struct cli_routes **r);
/* {"na-1": {"state": "stale", "found": "sales"}}: the servers that must hold the route, and others that do. */
json_t *cli_routes_json(const struct cli_routes *r, const char *number);
/* "na-1 stale (sales), na-2 verified"; caller frees. */
char *cli_routes_text(const struct cli_routes *r, const char *number);
/* Returns false when a server was away; *e says how many were. */
bool cli_routes_complete(const struct cli_routes *r, struct err *e);

#endif
