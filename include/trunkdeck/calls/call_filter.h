/*
 * The fields of a call for the filter grammar (model/filter_words.h), shared by the Calls view and `calls --where`. A
 * field has the text on the screen, and also the name in JSON and the id of the record. Pure; any thread.
 */
#ifndef TRUNKDECK_CALLS_CALL_FILTER_H
#define TRUNKDECK_CALLS_CALL_FILTER_H

#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/call_params.h"
#include "trunkdeck/model/filter_words.h"
#include "trunkdeck/model/snapshot.h"

enum call_filter_field {
	CALL_FIELD_NUMBER, CALL_FIELD_LABEL, CALL_FIELD_AGENT, CALL_FIELD_CALLER, CALL_FIELD_COUNTRY, CALL_FIELD_STATE,
	CALL_FIELD_OUTCOME, CALL_FIELD_PROVIDER, CALL_FIELD_SERVER, CALL_FIELD_REGION, CALL_FIELD_BY, CALL_FIELD_CAUSE,
	CALL_FIELD_DAY,			/* "monday": day of the arrival, in the workspace's time zone */
	CALL_FIELD_HOUR,		/* "09" */
	CALL_FIELD_SERVED,		/* "fallback" */
	CALL_FIELD_REASON,		/* "over_cap", and its text */
	CALL_FIELD_FALLBACK,		/* "yes", "no": was the fallback agent the last one? */
	CALL_FIELD_LOSS,		/* per cent of the packets from the caller */
	CALL_FIELD_SCORE,		/* 1 to 5 */
	CALL_FIELD_UUID,
};

extern const struct filter_rows call_filter_rows;

/* `state` is the state on the screen, where a live call may be a silent agent. `params` is for the fields params.NAME. */
bool call_filter_match(const struct filter_words *q, const struct call *c, enum call_state state, const struct snapshot *s,
		       const struct zone *zone, struct call_params *params);
/* Writes why the call ended: "busy (17, SIP 486)". */
#define CALL_CAUSE_SIZE 160
void call_cause_text(char to[CALL_CAUSE_SIZE], int cause, int sip_code);

#endif
