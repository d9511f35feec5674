/*
 * The version of the dialplan include (data/asterisk/extensions_trunkdeck.conf): the one extension of its context
 * trunkdeck-version. Asterisk tells it in the answer to ShowDialPlan, to whom may only read (write = reporting), in each
 * routes mode. An include older than that has no such context. Pure.
 */
#ifndef TRUNKDECK_ROUTES_DIALPLAN_H
#define TRUNKDECK_ROUTES_DIALPLAN_H

#include "trunkdeck/ami/parse.h"

#define DIALPLAN_VERSION_CONTEXT "trunkdeck-version"

/* Of the file inside this program; 0 = it has none. */
int dialplan_version(void);
/* What an event in the answer to ShowDialPlan of the context says; 0 = nothing. */
int dialplan_version_told(const struct ami_frame *f);

#endif
