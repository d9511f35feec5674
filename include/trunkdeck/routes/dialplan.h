/*
 * The version of the dialplan include (data/asterisk/extensions_trunkdeck.conf): the only extension of its context
 * trunkdeck-version. Asterisk returns it in the answer to ShowDialPlan, which needs write = reporting, in each routes mode. The
 * first includes did not have this context. Pure.
 */
#ifndef TRUNKDECK_ROUTES_DIALPLAN_H
#define TRUNKDECK_ROUTES_DIALPLAN_H

#include "trunkdeck/ami/parse.h"

#define DIALPLAN_VERSION_CONTEXT "trunkdeck-version"

/* The version of the file inside this program; 0 = it has none. */
int dialplan_version(void);
/* The version in an event of the answer to ShowDialPlan; 0 = there is none. */
int dialplan_version_told(const struct ami_frame *f);

#endif
