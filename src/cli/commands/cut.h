/*
 * Hangs up the calls of numbers that were just deleted. On each server the routes are deleted and read back first. Only
 * servers without the routes go on, so that no new call can arrive: calls are found among the server's channels by
 * technology and exact number, and hung up one by one with cause 16.
 */
#ifndef CLI_COMMANDS_CUT_H
#define CLI_COMMANDS_CUT_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/io/command.h"
#include "trunkdeck/model/snapshot.h"

/* Call before the deletion. Returns the numbers that go with the record, as keys of an object, or NULL and *e. */
json_t *cli_cut_prepare(struct cli *c, const struct record *r, struct err *e);
/* Call after the deletion. `owner` is the workspace's id. Notes how many calls each server ended; false when one could
 * not be asked. */
bool cli_cut_run(struct cli *c, json_t *numbers, const char *owner, struct err *e);

#endif
