/*
 * One call in detail: the call, its legs, and its story in steps. A plain value without pointers. It is bounded: of the
 * steps the first half and the newest are kept, of the legs those still there; the rest is counted. Text from the
 * network is raw, as in struct call. The tracker keeps it while a call is live. The story of an unanswered call is
 * stored.
 */
#ifndef TRUNKDECK_CALLS_CALL_DETAIL_H
#define TRUNKDECK_CALLS_CALL_DETAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/calls/call.h"

/* id, name in JSON, text on the screen */
#define CALL_STEP_TABLE(X) \
	X(ARRIVED, "arrived", N_("arrived")) \
	X(JOINED_LATE, "joined_late", N_("already up when we connected")) \
	X(UNMAPPED, "unmapped", N_("no route for the number")) \
	X(CLOSED, "closed", N_("closed at this hour")) \
	X(BLOCKED, "blocked", N_("caller is blocked")) \
	X(OVER_NUMBER, "over_number_cap", N_("over the number's cap")) \
	X(OVER_PROVIDER, "over_provider_cap", N_("over the provider's cap")) \
	X(OVER_CALLER, "over_caller_cap", N_("over the cap per caller")) \
	X(DIALLED, "agent_dialled", N_("agent dialled")) \
	X(RINGING, "ringing", N_("agent rings")) \
	X(AGENT_BUSY, "agent_busy", N_("agent busy")) \
	X(AGENT_NO_ANSWER, "agent_no_answer", N_("agent did not answer")) \
	X(AGENT_UNREACHABLE, "agent_unreachable", N_("agent not reached")) \
	X(AGENT_SILENT, "agent_silent", N_("agent said nothing")) \
	X(AGENT_OVER_CAP, "agent_over_cap", N_("agent over its cap")) \
	X(AGENT_OFF, "agent_off", N_("agent can't take calls")) \
	X(AGENT_ANSWERED, "agent_answered", N_("agent answered")) \
	X(CALL_ANSWERED, "call_answered", N_("call answered")) \
	X(CONNECTED, "connected", N_("connected")) \
	X(FIRST_AUDIO, "first_audio", N_("first audio")) \
	X(HELD, "held", N_("on hold")) \
	X(RESUMED, "resumed", N_("off hold")) \
	X(TRANSFERRED, "transferred", N_("transferred")) \
	X(TRANSFER_FAILED, "transfer_failed", N_("transfer failed")) \
	X(PARTED, "parted", N_("left the caller")) \
	X(LEG_ENDED, "leg_ended", N_("leg ended")) \
	X(CALLER_HUNG_UP, "caller_hung_up", N_("caller hung up")) \
	X(AGENT_HUNG_UP, "agent_hung_up", N_("agent hung up")) \
	X(SYSTEM_HUNG_UP, "system_hung_up", N_("server hung up")) \
	X(GAP, "gap", N_("connection to the server lost")) \
	X(DOUBTED, "doubted", N_("forged event named this call")) \
	X(ENDED, "ended", N_("ended"))

enum call_step_kind {
#define STEP_ENUM(id, name, text) STEP_##id,
	CALL_STEP_TABLE(STEP_ENUM)
#undef STEP_ENUM
	STEP_COUNT
};

WORDS_DECLARE(call_step, enum call_step_kind)

/* id, name in JSON, text on the screen */
#define CALL_ROLE_TABLE(X) \
	X(OTHER, "other", N_("other")) \
	X(TRUNK, "trunk", N_("trunk")) \
	X(AGENT, "agent", N_("agent"))

enum call_role {
#define ROLE_ENUM(id, name, text) LEG_##id,
	CALL_ROLE_TABLE(ROLE_ENUM)
#undef ROLE_ENUM
	LEG_ROLE_COUNT
};

WORDS_DECLARE(call_role, enum call_role)

struct call_leg {
	char channel[CALL_TEXT];
	int64_t joined_us;		/* us since 1970 UTC by the server's clock, as in struct call; 0 = did not happen */
	int64_t up_us;
	int64_t left_us;
	enum call_role role;		/* LEG_AGENT: is, or was before a transfer, the agent's */
	bool held;			/* the leg has put the others on hold */
	bool connected;			/* in one bridge with the trunk leg */
};

const char *call_leg_state_text(const struct call_leg *l);	/* translated */

#define CALL_LEGS 8
#define CALL_STEPS 32
#define CALL_NO_LEG UINT8_MAX

struct call_step {
	int64_t at_us;
	uint8_t kind;			/* enum call_step_kind */
	uint8_t leg;			/* of legs[] below; CALL_NO_LEG = of no known leg */
};

struct call_story {
	struct call_leg legs[CALL_LEGS];	/* the trunk leg first */
	struct call_step steps[CALL_STEPS];	/* in order of their events */
	uint8_t leg_count;
	uint8_t step_count;
	uint16_t legs_lost;		/* UINT16_MAX = that many or more */
	uint16_t steps_lost;		/* from the middle: after steps[CALL_STEPS / 2 - 1] */
	char transferred_to[CALL_TEXT];	/* extension of the last transfer; "" = none, or not known */
};

struct call_detail {
	struct call call;
	struct call_story story;	/* leg_count 0: the call is not in the tracker */
};

#endif
