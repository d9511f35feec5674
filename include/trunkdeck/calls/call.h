/*
 * A call, and its outcomes. A plain value without pointers: it is copied into mailboxes, lists and the store. Text from
 * the network is stored raw (bounded, NUL terminated) and cleaned where it is shown.
 */
#ifndef TRUNKDECK_CALLS_CALL_H
#define TRUNKDECK_CALLS_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/words.h"

/* id, name in JSON/SQL/CSV, text on the screen, what it means */
#define OUTCOME_TABLE(X) \
	X(ANSWERED, "answered", N_("answered"), N_("an agent leg answered")) \
	X(ABANDONED, "abandoned", N_("abandoned"), N_("the caller hung up before an answer")) \
	X(BUSY, "busy", N_("busy"), N_("the agent was busy")) \
	X(NO_ANSWER, "no_answer", N_("no answer"), N_("the agent did not answer in time")) \
	X(UNREACHABLE, "unreachable", N_("unreachable"), N_("the agent could not be dialled")) \
	X(UNMAPPED, "unmapped", N_("unmapped"), N_("the server has no route for the number")) \
	X(FAILED, "failed", N_("failed"), N_("anything else that went wrong")) \
	X(LOST, "lost", N_("lost"), N_("its end was not seen"))

enum call_outcome {
#define OUTCOME_ENUM(id, name, text, help) OUTCOME_##id,
	OUTCOME_TABLE(OUTCOME_ENUM)
#undef OUTCOME_ENUM
	OUTCOME_COUNT
};

WORDS_DECLARE(outcome, enum call_outcome)
bool outcome_parse(const char *name, enum call_outcome *out);

/* id, name in JSON, text on the screen */
#define CALL_STATE_TABLE(X) \
	X(RINGING, "ringing", N_("ringing")) \
	X(CONNECTING, "connecting", N_("connecting")) \
	X(TALKING, "talking", N_("talking")) \
	X(SILENT, "silent", N_("silent agent")) \
	X(HELD, "held", N_("on hold")) \
	X(ENDED, "ended", N_("ended"))

enum call_state {
#define STATE_ENUM(id, name, text) CALL_##id,
	CALL_STATE_TABLE(STATE_ENUM)
#undef STATE_ENUM
	CALL_STATE_COUNT
};

WORDS_DECLARE(call_state, enum call_state)

/* id, name in JSON, text on the screen */
#define HUNG_UP_TABLE(X) \
	X(UNKNOWN, "unknown", "") \
	X(CALLER, "caller", N_("caller")) \
	X(AGENT, "agent", N_("agent")) \
	X(SYSTEM, "system", N_("system"))

enum hung_up_by {
#define HUNG_UP_ENUM(id, name, text) HUNG_UP_##id,
	HUNG_UP_TABLE(HUNG_UP_ENUM)
#undef HUNG_UP_ENUM
};

WORDS_DECLARE(hung_up_by, enum hung_up_by)

/* Which way the call went to its agent (DESIGN.md 4.6); id, name in JSON, text on the screen */
#define SERVED_TABLE(X) \
	X(UNKNOWN, "", "") \
	X(AGENT, "agent", N_("agent")) \
	X(SPLIT, "split", N_("split")) \
	X(FALLBACK, "fallback", N_("fallback")) \
	X(CLOSED, "closed", N_("closed hours")) \
	X(DEFAULT, "default", N_("default agent")) \
	X(ROUTING, "routing", N_("own routing"))

enum call_served {
#define SERVED_ENUM(id, name, text) SERVED_##id,
	SERVED_TABLE(SERVED_ENUM)
#undef SERVED_ENUM
	SERVED_COUNT
};

WORDS_DECLARE(call_served, enum call_served)

/* Why the dialplan did not connect the call, beside its outcome; id, name in JSON, text on the screen, the outcome */
#define REASON_TABLE(X) \
	X(NONE, "", "", OUTCOME_COUNT) \
	X(CLOSED, "closed", N_("closed"), OUTCOME_NO_ANSWER) \
	X(OVER_CAP, "over_cap", N_("over the cap"), OUTCOME_BUSY) \
	X(BLOCKED, "blocked", N_("caller blocked"), OUTCOME_FAILED) \
	X(SILENT, "silent", N_("agent silent"), OUTCOME_UNREACHABLE)

enum call_reason {
#define REASON_ENUM(id, name, text, outcome) REASON_##id,
	REASON_TABLE(REASON_ENUM)
#undef REASON_ENUM
	REASON_COUNT
};

WORDS_DECLARE(call_reason, enum call_reason)

/* How one attempt to reach an agent ended; id, name in JSON, text on the screen */
#define ATTEMPT_TABLE(X) \
	X(ANSWER, "answer", N_("answered")) \
	X(BUSY, "busy", N_("busy")) \
	X(NO_ANSWER, "no_answer", N_("no answer")) \
	X(UNREACHABLE, "unreachable", N_("unreachable")) \
	X(SILENT, "silent", N_("silent")) \
	X(OVER_CAP, "over_cap", N_("over its cap")) \
	X(OFF, "off", N_("can't take calls"))

enum attempt_result {
#define ATTEMPT_ENUM(id, name, text) ATTEMPT_##id,
	ATTEMPT_TABLE(ATTEMPT_ENUM)
#undef ATTEMPT_ENUM
};

WORDS_DECLARE(attempt_result, enum attempt_result)

#define CALL_TEXT 80
#define CALL_ID_SIZE 65			/* of an id of the workspace, which has at most 64 bytes */
#define CALL_NO_TIME 1			/* an unknown moment: it happened, in a recording without time stamps */

struct call {
	char server[40];
	char linkedid[64];		/* with server: the primary key; the Uniqueid of the trunk leg that started it */
	char channel[CALL_TEXT];	/* the trunk leg's channel name */
	char endpoint[CALL_TEXT];	/* PJSIP endpoint it came in by: leads to the provider */
	char number[32];		/* the dialled number, E.164 when it could be normalised */
	char caller[48];		/* E.164 when it could be normalised, else as Asterisk gives it; "" = withheld */
	char agent_leg[CALL_TEXT];	/* channel name of the agent leg; "" = none was seen */
	char provider[CALL_ID_SIZE];		/* ids from the workspace, filled in by the owner of the snapshot; "" = unknown */
	char agent[CALL_ID_SIZE];
	char region[3];
	int64_t started_us;		/* us since 1970 UTC, by the server's clock; 0 = did not happen, or CALL_NO_TIME */
	int64_t agent_dialled_us;
	int64_t answered_us;		/* when an agent leg answered, or (no agent leg) the trunk leg went up */
	int64_t first_audio_us;		/* first audio of the agent */
	int64_t ended_us;
	int64_t talk_us;		/* trunk leg up to hang-up; 0 while live or unanswered */
	enum call_state state;
	enum call_outcome outcome;	/* meaningful when state is CALL_ENDED */
	enum hung_up_by hung_up_by;
	int cause;			/* Q.850 of the trunk leg's hang-up, 0 = none given */
	int sip_code;			/* 0 = unknown */
	bool joined_late;		/* was up before we connected: the server's list gave its start */
	bool uncertain;			/* the connection was lost while it was live, or an event about it was rejected */
	bool is_test;			/* a test call of ours: not counted in the metrics */
	/* What the dialplan told (version 3 and later); empty for calls of a former one. */
	char uuid[40];			/* the id that the agent was told */
	char arrived[32];		/* the number in the form in which it came: digits and '+' */
	char gen[20];			/* names the number's parameters as the agent was told them */
	enum call_served served;	/* way of the agent that answered, or of the last attempt */
	enum call_reason reason;
	int cached_s;			/* age of the route: the database did not answer; 0 = it did */
	char attempts[192];		/* "sales:agent:busy:120 reception:fallback:answer:610", see call_attempt_next() */
	char sip_call_id[96];		/* of the trunk leg, and of the agent's leg if it is a SIP call */
	char agent_sip_call_id[CALL_TEXT];
	/* How the trunk leg sounded, -1 = not known: what was received from the caller's side, what that side reported. */
	int loss;			/* per mille of the packets */
	int jitter_us;
	int score;			/* mean opinion score x 100: 100..500 */
	int far_loss;
	int far_jitter_us;
	int far_score;
	int rtt_us;			/* round trip */
};

/* Sets the members whose empty value is not 0: the quality is not known. */
void call_init_quality(struct call *c);

/* One attempt to reach an agent. */
struct call_attempt {
	char agent[CALL_ID_SIZE];
	enum call_served way;
	enum attempt_result result;
	int64_t ms;			/* how long it took */
};

/* Reads the attempt at `at`, first call.attempts; returns where the next one begins, NULL after the last one. */
const char *call_attempt_next(const char *at, struct call_attempt *out);
/* Adds an attempt. The same one as the last is not added again; one that has no room is left out. */
void call_attempt_add(struct call *c, const struct call_attempt *a);
/* Did the call go on to another agent after this attempt? `next`: what call_attempt_next() returned. */
bool call_attempt_fell_back(const struct call *c, const struct call_attempt *a, const char *next);
/* Was the call turned away as it is configured, by the hours or a block? Then no agent was to answer it. */
bool call_was_turned_away(const struct call *c);
/* Does the dialplan's report name the agent (or that there was none), so that nothing is to be guessed? */
bool call_is_told(const struct call *c);

enum call_change { CALL_CHANGE_STARTED, CALL_CHANGE_UPDATED, CALL_CHANGE_FINISHED };

/* Returns the us from one moment of a call to a later one; -1 when one of them did not happen or is not known. */
int64_t call_span_us(int64_t from_us, int64_t until_us);
/* Returns the ISO 3166 code of the caller's country; "" = not known. */
const char *call_country(const struct call *c);
/* Returns the us from arrival to first audio, else to the agent's answer; -1 = neither. *first_audio says which. */
int64_t call_response_us(const struct call *c, bool *first_audio);
/* Key for mailboxes and tables: hash of (server, linkedid), never 0. */
uint64_t call_key(const struct call *c);

#endif
