/*
 * Why a call ended: Q.850 causes as in Asterisk's causes.h, and SIP codes. Each table has the text, and the outcome of
 * a call for which nothing else is known. Pure; any thread.
 */
#ifndef TRUNKDECK_CALLS_CAUSE_H
#define TRUNKDECK_CALLS_CAUSE_H

#include "trunkdeck/calls/call.h"

const char *cause_text(int cause);			/* translated */
const char *sip_code_text(int code);			/* translated */
/* Return OUTCOME_FAILED when the cause or code gives no better outcome. */
enum call_outcome cause_outcome(int cause);
enum call_outcome sip_code_outcome(int code);

#endif
