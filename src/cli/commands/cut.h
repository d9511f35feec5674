/*
 * Hanging up the calls of numbers that were just deleted. On each server first the routes are taken away and read back, and
 * only where they are gone the calls are hung up, so that no new one slips in: found among the server's channels by technology
 * and exact number, hung up one by one with cause 16.
 */
#ifndef CLI_COMMANDS_CUT_H
#define CLI_COMMANDS_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/io/command.h"
#include "trunkdeck/model/snapshot.h"

struct cli_cut {
	char **numbers;
	size_t count;
};

/* The numbers a deletion of the record takes away, before it does. */
bool cli_cut_prepare(struct cli *c, const struct record *r, struct cli_cut *cut, struct err *e);
/* After it. `owner` is the workspace's id. Says how many calls were hung up where; false when a server could not be asked. */
bool cli_cut_run(struct cli *c, const struct cli_cut *cut, const char *owner, struct err *e);
void cli_cut_clear(struct cli_cut *cut);

#endif
