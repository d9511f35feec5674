/* A week of finished calls for the demonstration: the same ones for the same moment, so that screens can be compared. */
#ifndef DEMO_HISTORY_H
#define DEMO_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/store/store.h"

/* `numbers` as in data/demo/workspace.json. */
bool demo_history_fill(struct store *s, json_t *numbers, int64_t now_us, struct err *e);

#endif
