/*
 * The workspace of a replay: a private store in a temporary folder, with a copy of the configured store's records, so
 * that numbers, providers and agents have their names. The configured store is opened read-only and closed again. If it
 * can't be read, or there is none, the replay shows numbers without names. Calls that finish during the replay are
 * recorded in the private store, so that figures and history show only the replay. The folder is removed at the end.
 *
 * Records are copied unchanged with one exception: agents that can't take calls are copied as if they could, because
 * the rules would refuse their numbers.
 */
#ifndef TRUNKDECK_APP_REPLAY_WORKSPACE_H
#define TRUNKDECK_APP_REPLAY_WORKSPACE_H

#include <stdbool.h>

#include "trunkdeck/config/config.h"

struct replay_workspace;

/* The name of the server that stands for the recording. */
#define REPLAY_SERVER "replay"

/* file: the recording, shown as the server's address. */
bool replay_workspace_make(struct replay_workspace **out, const struct config *given, const char *file, struct err *e);
void replay_workspace_free(struct replay_workspace **w);
/* `given` with this store and this one server; it writes to no server and reads no agent directory. */
const struct config *replay_workspace_config(const struct replay_workspace *w);
/* Why there are no names; ERR_NONE = there are. */
const struct err *replay_workspace_trouble(const struct replay_workspace *w);

#endif
