/*
 * The rights that an AMI user needs: for each action the program uses, the lowest class of `write` that permits it
 * (main/manager.c and the modules that register the actions; ami.md 1.6).
 */
#ifndef TRUNKDECK_AMI_RIGHTS_H
#define TRUNKDECK_AMI_RIGHTS_H

#include <stdbool.h>

#include "trunkdeck/base/str.h"

/* Returns the class, "reporting"; NULL for an action the program does not use. */
const char *ami_right_of(const char *action);
/* Returns the change that manager.conf needs, translated; caller frees. `rights`: comma-separated. */
char *ami_right_line(const char *user, const char *rights);
/* Is the message Asterisk's refusal of an action that our user may not use? */
bool ami_is_denied(struct str message);

#endif
