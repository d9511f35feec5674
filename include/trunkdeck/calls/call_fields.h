/*
 * The fields of a call. The columns of the store, the members of JSON and the columns of CSV come from this one table: a new field
 * of struct call needs one row here and one column in data/sql. Pure; any thread.
 *
 * A row has the type, the member of struct call, and the key in JSON and CSV ("" = in neither). The rows are in the order of CSV,
 * so new ones go to the end. The key of the store comes first.
 *
 * TEXT is our own text or Asterisk's. FOREIGN is text that a caller or a carrier may have chosen. TIME is a moment, SPAN a duration
 * (its key is in ms). The words of STATE, OUTCOME, HUNG_UP, SERVED and REASON are in call.h. ATTEMPTS is text that JSON has as an
 * array of objects. PERMILLE (in JSON per cent), MILLISECONDS (stored as us) and SCORE (stored x 100) are int; -1 = not known, in
 * JSON null. MADE has no member: it is computed and not stored.
 */
#ifndef TRUNKDECK_CALLS_CALL_FIELDS_H
#define TRUNKDECK_CALLS_CALL_FIELDS_H

#include <jansson.h>
#include <stddef.h>

#include "trunkdeck/base/words.h"
#include "trunkdeck/calls/call.h"

#define CALL_FIELD_TABLE(X, MADE) \
	X(TEXT, server, "server") X(TEXT, linkedid, "linkedid") X(TEXT, channel, "") X(TEXT, endpoint, "") \
	X(FOREIGN, number, "number") X(FOREIGN, caller, "caller") MADE(COUNTRY, "country") X(TEXT, agent_leg, "") \
	X(TEXT, provider, "provider") X(TEXT, agent, "agent") X(TEXT, region, "region") X(TIME, started_us, "started") \
	X(TIME, agent_dialled_us, "") X(TIME, answered_us, "answered") X(TIME, first_audio_us, "first_audio") \
	X(TIME, ended_us, "ended") X(STATE, state, "state") X(OUTCOME, outcome, "outcome") X(SPAN, talk_us, "talk_ms") \
	MADE(RESPONSE, "response_ms") X(HUNG_UP, hung_up_by, "hung_up_by") X(INT, cause, "cause") \
	X(INT, sip_code, "sip_code") X(BOOL, is_test, "test") MADE(RESPONSE_SOURCE, "response_source") \
	X(BOOL, uncertain, "uncertain") X(BOOL, joined_late, "joined_late") \
	X(TEXT, uuid, "uuid") X(SERVED, served, "served") X(REASON, reason, "reason") X(FOREIGN, arrived, "arrived") \
	X(TEXT, gen, "gen") X(ATTEMPTS, attempts, "attempts") X(FOREIGN, sip_call_id, "sip_call_id") \
	X(FOREIGN, agent_sip_call_id, "agent_sip_call_id") X(PERMILLE, loss, "loss") X(MILLISECONDS, jitter_us, "jitter_ms") \
	X(SCORE, score, "score") X(PERMILLE, far_loss, "far_loss") X(MILLISECONDS, far_jitter_us, "far_jitter_ms") \
	X(SCORE, far_score, "far_score") X(MILLISECONDS, rtt_us, "rtt_ms") X(INT, cached_s, "cached_s")

enum call_field_type {
	CALL_TYPE_TEXT, CALL_TYPE_FOREIGN, CALL_TYPE_TIME, CALL_TYPE_SPAN, CALL_TYPE_INT, CALL_TYPE_BOOL,
	CALL_TYPE_STATE, CALL_TYPE_OUTCOME, CALL_TYPE_HUNG_UP, CALL_TYPE_SERVED, CALL_TYPE_REASON, CALL_TYPE_ATTEMPTS,
	CALL_TYPE_PERMILLE, CALL_TYPE_MILLISECONDS, CALL_TYPE_SCORE,
	CALL_TYPE_COUNTRY, CALL_TYPE_RESPONSE, CALL_TYPE_RESPONSE_SOURCE,
};

#define CALL_FIELD_ONE(type, member, key) + 1
#define CALL_FIELD_NONE(type, key)
enum {
	CALL_COLUMNS = 0 CALL_FIELD_TABLE(CALL_FIELD_ONE, CALL_FIELD_NONE),	/* stored */
	CALL_KEY_COLUMNS = 2,
#undef CALL_FIELD_NONE
#define CALL_FIELD_NONE(type, key) + 1
	CALL_FIELDS = 0 CALL_FIELD_TABLE(CALL_FIELD_ONE, CALL_FIELD_NONE),
};
#undef CALL_FIELD_ONE
#undef CALL_FIELD_NONE

struct call_field {
	enum call_field_type type;
	const char *column;		/* in the store; NULL = not stored */
	const char *key;		/* "" = in neither JSON nor CSV */
	size_t offset, size;		/* of the member */
	const struct words *words;	/* of the enumerations, stored by name */
};

extern const struct call_field call_fields[CALL_FIELDS];

/* Is the member a number of which -1 says that it is not known? */
static inline bool call_field_is_measure(const struct call_field *f)
{
	return f->type == CALL_TYPE_PERMILLE || f->type == CALL_TYPE_MILLISECONDS || f->type == CALL_TYPE_SCORE;
}

static inline bool call_field_is_text(const struct call_field *f)
{
	return f->type == CALL_TYPE_TEXT || f->type == CALL_TYPE_FOREIGN || f->type == CALL_TYPE_ATTEMPTS;
}

/* Returns the value in JSON: "" for text that is not UTF-8, null for a moment that did not come. Caller decrefs. */
json_t *call_field_to_json(const struct call *c, const struct call_field *f);

#endif
