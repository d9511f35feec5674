/* A week of finished calls for the demonstration. The same now_us gives the same calls. */
#ifndef DEMO_HISTORY_H
#define DEMO_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/store/store.h"

/* `numbers` is the list of data/demo/workspace.json. */
bool demo_history_fill(struct store *s, json_t *numbers, int64_t now_us, struct err *e);

#endif
