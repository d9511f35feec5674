/*
 * The demonstration workspace: a store in a temporary folder with a few providers, agents and numbers
 * (data/demo/workspace.json), and two demonstration servers at the loopback that answer like Asterisk. It changes
 * nothing else. `trunkdeck --demo` and the screen tests use it.
 */
#ifndef TRUNKDECK_DEMO_DEMO_H
#define TRUNKDECK_DEMO_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/config/config.h"

struct demo;

/* Makes the workspace, a week of calls before now_us, the servers, and flags to configure them. `calls` = inbound
 * calls. */
bool demo_start(struct demo **out, bool calls, int64_t now_us, struct err *e);
/* Ends the servers and removes the folder. */
void demo_stop(struct demo **d);
/* Returns flags for config_load(); owned by the demo. */
const struct config_flag *demo_flags(const struct demo *d, size_t *count);

#endif
