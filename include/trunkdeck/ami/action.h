/*
 * Writes actions. No other code does. A value with CR or LF is refused (ami.md 1.7), and so is a line or an action
 * above Asterisk's own limits (1024 bytes a line, 128 headers). An action is written whole or not at all.
 */
#ifndef TRUNKDECK_AMI_ACTION_H
#define TRUNKDECK_AMI_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"

#define AMI_MAX_LINE 1024
#define AMI_MAX_ACTION_HEADERS 128

struct ami_field {
	const char *key;
	const char *value;
};

/* Appends one action with its ActionID (0 = none) to out; fields end with a NULL key. On failure out is unchanged and
 * *e is SERVER_REFUSED with the reason. The value itself is not repeated, because it may be a secret. */
bool ami_action_write(struct buf *out, const char *action, uint64_t action_id, const struct ami_field *fields,
		      struct err *e);

#endif
