/*
 * Hanging up the calls of numbers that were just deleted. On each server first the routes are taken away and read back, and
 * only where they are gone the calls are hung up, so that no new one slips in: found among the server's channels by technology
 * and exact number, hung up one by one with cause 16.
 */
#ifndef CLI_COMMANDS_CUT_H
#define CLI_COMMANDS_CUT_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/io/command.h"
#include "trunkdeck/model/snapshot.h"

/* The numbers that a deletion of the record takes away, as the keys of an object; before it does. NULL and *e on failure. */
json_t *cli_cut_prepare(struct cli *c, const struct record *r, struct err *e);
/* After it. `owner` is the workspace's id. Notes how many calls were hung up where; false when a server could not be asked. */
bool cli_cut_run(struct cli *c, json_t *numbers, const char *owner, struct err *e);

#endif
