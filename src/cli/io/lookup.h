/*
 * Finds records by the words of an operator. The directory is a snapshot without numbers: workspace, providers with
 * counts, agents.
 */
#ifndef CLI_IO_LOOKUP_H
#define CLI_IO_LOOKUP_H

#include <stdbool.h>

#include "command.h"
#include "trunkdeck/model/snapshot.h"

/* NULL and *e on failure. */
struct snapshot *cli_directory(const struct cli *c, struct err *e);
/* Finds the record that the command's first word names; for the workspace, the workspace. *r is always initialised. */
bool cli_find(const struct cli *c, struct snapshot *directory, struct record *r, struct err *e);
/* Replaces a provider's id or name by its id. */
bool cli_provider_id(struct snapshot *directory, const char **name, struct err *e);
/* Is it an agent's id? */
bool cli_agent_known(struct snapshot *directory, const char *id, struct err *e);
/* Returns the configured server of that name; NULL and *e when there is none. */
const struct server_config *cli_server(const struct config *config, const char *name, struct err *e);

#endif
