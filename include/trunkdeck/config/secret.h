/*
 * Secrets that are kept outside the configuration: in a file, or behind a command such as `pass show pbx`.
 *
 * A file is trusted as ssh trusts its own: it and every folder above it belong to root or to the user who runs the program, and
 * nobody else may write to them. A folder with the sticky bit, such as /tmp, is accepted above them, because others can't
 * replace the user's files there.
 *
 * All functions block and may be called from any thread. On failure *e is ERR_CONFIG: the message names the reason, the hint
 * says what to do.
 */
#ifndef TRUNKDECK_CONFIG_SECRET_H
#define TRUNKDECK_CONFIG_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"

#define SECRET_COMMAND_TIMEOUT_MS 10000

/* fd: the file, open. A device such as /dev/null is trusted; of a pipe only its owner and permissions are checked. */
bool secret_trusts(const char *path, int fd, struct err *e);

/* The first line of the file, which must be trusted. Caller frees and wipes *secret. */
bool secret_from_file(const char *path, char **secret, struct err *e);

/*
 * The first line that `sh -c COMMAND` prints. The command runs in a process group of its own, which is killed when it has not
 * ended in time, without a standard input, and with the environment of secret_environment(). It must end with status 0.
 */
bool secret_from_command(const char *command, int64_t timeout_ms, char **secret, struct err *e);

/* The environment for a child: ours without TRUNKDECK_* and PGPASSWORD, which may hold secrets. Caller frees the array, not
 * the texts in it. */
char **secret_environment(void);

#endif
