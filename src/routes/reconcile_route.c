/*
 * One key of the server's database, brought to what is wanted.
 *
 *     wanted:    read -> equal ------------------------------------------------> rest (verified)
 *                     -> missing or other -> write -> read -> equal -> wait -> read again -> rest
 *     unwanted:  delete -> read -> absent -> wait -> read again -> gone
 *
 * The wait is there because Asterisk commits its database about a second after it acknowledged a write. A number is
 * called verified after the first reading: the second can only find what a crash undid, and then says so.
 *
 * With lookup there is nothing to write: what reads back different is read again, twice, and then shown as it is.
 *
 * A write that was acknowledged and then reads back different means somebody else writes too: after three of them the
 * next try waits, longer each time. A number is written only when its agent's dial string is there, and an agent's key
 * is deleted only when no number may still lead to it, so that no caller meets half a route.
 */
#include "config.h"

#include "reconcile_int.h"

#include <string.h>

#include "trunkdeck/base/gettext.h"

#define PATIENCE 3			/* writes that may fail to hold before waiting */
#define RETRY_MAX_MS 30000
#define LOOKS 2				/* lookup: so often is a difference read again */
#define MUTE_RETRY_MS 5000

void cell_init(struct cell *c, enum cell_kind kind, const char *key)
{
	*c = (struct cell){ .kind = kind, .state = ROUTE_UNKNOWN, .reported = ROUTE_UNKNOWN };
	str_copy(c->key, sizeof(c->key), str_of(key));
}

const char *cell_family(const struct routes *r, const struct cell *c)
{
	static const char *const functions[CELL_KIND_COUNT] = {
		[CELL_OWNER] = "TRUNKDECK_STORE",
		[CELL_PREFIX] = "TRUNKDECK_PREFIX",
		[CELL_NUMBER] = "TRUNKDECK_ROUTE",
	};
	static const char *const families[CELL_KIND_COUNT] = {
		[CELL_OWNER] = "trunkdeckmeta",
		[CELL_PREFIX] = "trunkdecktrunk",
		[CELL_AGENT] = "trunkdeckagent",
		[CELL_NUMBER] = "trunkdeck",
	};

	return r->config.lookup ? functions[c->kind] : families[c->kind];
}

const char *cell_wanted_value(const struct routes *r, const struct cell *c)
{
	switch (c->kind) {
	case CELL_OWNER:
		return r->owner;
	case CELL_AGENT:
	case CELL_PREFIX:
		return c->dial;
	default:
		return c->agent->key;
	}
}

/* A number's lookup gives agent,dial. */
static bool value_is_wanted(const struct routes *r, const struct cell *c, const char *value)
{
	size_t len;

	if (!r->config.lookup || c->kind != CELL_NUMBER)
		return strcmp(value, cell_wanted_value(r, c)) == 0;
	len = strlen(c->agent->key);
	return strncmp(value, c->agent->key, len) == 0 && value[len] == ',' && strcmp(value + len + 1, c->agent->dial) == 0;
}

enum route_op cell_op(const struct routes *r, const struct cell *c)
{
	switch (c->phase) {
	case PHASE_WRITE:
		return ROUTE_OP_PUT;
	case PHASE_DELETE:
		return ROUTE_OP_DEL;
	default:
		return r->config.lookup ? ROUTE_OP_LOOKUP : ROUTE_OP_GET;
	}
}

/* A number that may still be on the server with a content we don't know keeps agent keys from being deleted. */
static bool busy(const struct cell *c)
{
	return c->kind == CELL_NUMBER && (c->place != PLACE_NONE || c->phase != PHASE_REST);
}

static struct cell **list_of(struct routes *r, const struct cell *c)
{
	switch (c->place) {
	case PLACE_READY:
		return &r->ready[c->kind];
	case PLACE_DOOMED:
		return &r->doomed;
	case PLACE_SLEEPING:
		return &r->sleeping;
	default:
		return NULL;
	}
}

/* Waits are mostly equally long, so the place is nearly always the end. */
static void insert_by_time(struct cell **list, struct cell *c)
{
	struct cell *before = *list ? (*list)->prev : NULL;

	while (before && before->wake_ms > c->wake_ms)
		before = before == *list ? NULL : before->prev;
	if (before)
		DL_APPEND_ELEM(*list, before, c);
	else
		DL_PREPEND(*list, c);
}

void cell_move(struct routes *r, struct cell *c, enum cell_phase phase, enum cell_place place)
{
	struct cell **list = list_of(r, c);

	r->busy_numbers -= busy(c);
	if (list)
		DL_DELETE(*list, c);
	c->phase = phase;
	c->place = place;
	list = list_of(r, c);
	if (place == PLACE_SLEEPING)
		insert_by_time(list, c);
	else if (list)
		DL_APPEND(*list, c);
	r->busy_numbers += busy(c);
}

static void sleep_until(struct routes *r, struct cell *c, enum cell_phase phase, int64_t wake_ms)
{
	c->wake_ms = wake_ms;
	cell_move(r, c, phase, PLACE_SLEEPING);
}

/* What a number's row shows: the number's key and its agent's together. */
static enum route_state number_state(const struct routes *r, const struct cell *c)
{
	if (r->gate == GATE_CLOSED || r->gate == GATE_FOREIGN || r->gate == GATE_MUTE)
		return ROUTE_UNKNOWN;
	if (r->gate == GATE_REFUSED)
		return ROUTE_REFUSED;
	if (c->agent && c->agent->state == ROUTE_REFUSED)
		return ROUTE_REFUSED;
	if (c->state != ROUTE_VERIFIED || !c->agent)
		return c->state;
	return c->agent->state;
}

void cell_report(struct routes *r, struct cell *number, bool gone, int64_t now_ms)
{
	struct route_report report = {
		.state = number->reported, .gone = gone, .was_there = gone && number->held, .at_ms = now_ms,
		.written = number->wrote || (number->agent && number->agent->wrote),
	};

	str_copy(report.number, sizeof(report.number), str_of(number->key));
	if (number->reported == ROUTE_STALE || number->reported == ROUTE_FOREIGN)
		str_copy(report.found_agent, sizeof(report.found_agent),
			 (struct str){ number->found, strcspn(number->found, r->config.lookup ? "," : "") });
	if (r->config.report)
		r->config.report(r->config.arg, &report);
}

static void tell_number(struct routes *r, struct cell *c, int64_t now_ms)
{
	enum route_state state = number_state(r, c);

	if (state == c->reported)
		return;
	r->by_state[c->reported]--;
	r->by_state[state]++;
	c->reported = state;
	cell_report(r, c, false, now_ms);
}

void cell_tell(struct routes *r, struct cell *c, int64_t now_ms)
{
	struct cell *number;

	if (c->kind == CELL_NUMBER)
		tell_number(r, c, now_ms);
	if (c->kind == CELL_AGENT)
		DL_FOREACH2(c->numbers, number, agent_next)
			tell_number(r, number, now_ms);
}

void cell_gone(struct routes *r, struct cell *c, int64_t now_ms)
{
	cell_move(r, c, PHASE_REST, PLACE_NONE);
	if (c->kind == CELL_NUMBER) {
		r->by_state[c->reported]--;
		c->reported = ROUTE_NONE;
		cell_report(r, c, true, now_ms);
		HASH_DEL(r->numbers, c);
	} else if (c->kind == CELL_AGENT) {
		HASH_DEL(r->agents, c);
	} else {
		HASH_DEL(r->prefixes, c);
	}
	free(c->dial);
	free(c);
}

static bool writes(const struct routes *r)
{
	return !r->config.read_only && !r->config.lookup;
}

static void begin_unwanted(struct routes *r, struct cell *c, int64_t now_ms)
{
	bool is_agent = c->kind == CELL_AGENT;
	/* Most providers have no prefix: Asterisk would log each key it was asked in vain to delete. */
	bool look_first = c->foreign || c->kind == CELL_PREFIX || !writes(r);

	if (r->gate == GATE_FOREIGN || (is_agent && !writes(r)))
		cell_gone(r, c, now_ms);
	else if (is_agent)
		cell_move(r, c, PHASE_DELETE, PLACE_DOOMED);
	else
		cell_move(r, c, look_first ? PHASE_READ : PHASE_DELETE, PLACE_READY);
}

/* With lookup an agent is no key of its own: it only says what its numbers shall lead to. */
static bool begin_looked_up_agent(struct routes *r, struct cell *c, int64_t now_ms)
{
	if (!r->config.lookup || c->kind != CELL_AGENT)
		return false;
	c->state = ROUTE_VERIFIED;
	if (!c->wanted)
		cell_gone(r, c, now_ms);
	return true;
}

void cell_begin(struct routes *r, struct cell *c, int64_t now_ms)
{
	bool may_act = r->gate == GATE_CHECKING || r->gate == GATE_OPEN;

	if (begin_looked_up_agent(r, c, now_ms))
		return;
	if (c->place == PLACE_FLYING) {
		c->restart = true;
		return;
	}
	c->restart = c->present = c->written = false;
	c->mismatches = 0;
	c->recheck_ms = 0;
	c->found[0] = '\0';
	c->state = may_act ? ROUTE_PENDING : ROUTE_UNKNOWN;
	cell_move(r, c, PHASE_REST, PLACE_NONE);
	cell_tell(r, c, now_ms);
	if (!c->wanted && (may_act || r->gate == GATE_FOREIGN))
		begin_unwanted(r, c, now_ms);
	else if (may_act)
		cell_move(r, c, PHASE_READ, PLACE_READY);
}

void cell_reverify(struct routes *r, struct cell *c, int64_t now_ms)
{
	if (begin_looked_up_agent(r, c, now_ms))
		return;
	if (r->config.lookup)
		c->mismatches = 0;
	if (c->phase == PHASE_REFUSED)
		cell_begin(r, c, now_ms);
	else if (c->place == PLACE_SLEEPING || (c->place == PLACE_NONE && c->phase == PHASE_REST))
		cell_move(r, c, PHASE_READ, PLACE_READY);
}

static void refused(struct routes *r, struct cell *c, const char *message, int64_t now_ms)
{
	str_copy(r->refusal, sizeof(r->refusal), str_of(message));
	c->state = ROUTE_REFUSED;
	cell_move(r, c, PHASE_REFUSED, PLACE_NONE);
	if (c->kind == CELL_OWNER)
		routes_gate_shut(r, GATE_REFUSED, now_ms);
	cell_tell(r, c, now_ms);
}

/* The numbers that waited for an agent's dial string. */
static void agent_present(struct routes *r, struct cell *agent)
{
	struct cell *number;

	DL_FOREACH2(agent->numbers, number, agent_next)
		if (number->phase == PHASE_NEEDS_AGENT)
			cell_move(r, number, PHASE_WRITE, PLACE_READY);
}

static void became_present(struct routes *r, struct cell *c)
{
	c->present = true;
	if (c->kind == CELL_AGENT)
		agent_present(r, c);
}

static void verified(struct routes *r, struct cell *c, int64_t now_ms)
{
	c->state = ROUTE_VERIFIED;
	c->written = false;
	c->mismatches = 0;
	c->found[0] = '\0';
	if (now_ms < c->recheck_ms) {
		sleep_until(r, c, PHASE_READ, c->recheck_ms);
	} else {
		c->recheck_ms = 0;
		cell_move(r, c, PHASE_REST, PLACE_NONE);
	}
	became_present(r, c);
	if (c->kind == CELL_OWNER)
		routes_gate_open(r, now_ms);
	cell_tell(r, c, now_ms);
}

/* With lookup the server may be a moment behind, or without the store: only a difference that stays is one. */
static void look_again(struct routes *r, struct cell *c, const char *value, int64_t now_ms)
{
	if (c->mismatches == 0 && !value)
		routes_doubt(r);
	if (c->mismatches < LOOKS)
		sleep_until(r, c, PHASE_READ, now_ms + (r->config.verify_wait_ms << c->mismatches++));
	else
		cell_move(r, c, PHASE_REST, PLACE_NONE);
}

/* A write or a delete that did not hold: now, or after a wait when it has happened often. */
static void try_again(struct routes *r, struct cell *c, enum cell_phase phase, int64_t now_ms)
{
	unsigned waits = c->mismatches > PATIENCE ? c->mismatches - PATIENCE : 0;
	int64_t delay = r->config.verify_wait_ms << (waits < 8 ? waits : 8);

	if (c->mismatches < PATIENCE)
		cell_move(r, c, phase, PLACE_READY);
	else
		sleep_until(r, c, phase, now_ms + (delay < RETRY_MAX_MS ? delay : RETRY_MAX_MS));
}

/* Once the operator was told that it is right, or that it is written, a difference is news; before it is only work. */
static bool is_news(const struct routes *r, const struct cell *c)
{
	return (r->config.read_only && !r->config.lookup) || c->mismatches || c->state == ROUTE_VERIFIED || c->state == ROUTE_MISSING ||
	       c->state == ROUTE_STALE;
}

static void differs(struct routes *r, struct cell *c, const char *value, int64_t now_ms)
{
	bool changed = strcmp(c->found, value ? value : "");

	c->present = false;
	c->mismatches += c->written;
	c->state = !is_news(r, c) ? ROUTE_PENDING : value ? ROUTE_STALE : ROUTE_MISSING;
	str_copy(c->found, sizeof(c->found), str_of(value));
	if (c->kind == CELL_NUMBER && c->state == ROUTE_STALE && c->reported == ROUTE_STALE && changed)
		cell_report(r, c, false, now_ms);
	if (r->config.lookup)
		look_again(r, c, value, now_ms);
	else if (r->config.read_only)
		cell_move(r, c, PHASE_REST, PLACE_NONE);
	else if (c->kind == CELL_NUMBER && !c->agent->present)
		cell_move(r, c, PHASE_NEEDS_AGENT, PLACE_NONE);
	else
		try_again(r, c, PHASE_WRITE, now_ms);
	c->written = false;
	cell_tell(r, c, now_ms);
}

/* Nothing at all where the store's id should be: func_odbc is not set up, or its database is away. */
static void mute(struct routes *r, struct cell *c, int64_t now_ms)
{
	str_copy(r->refusal, sizeof(r->refusal), str_of(_("TRUNKDECK_STORE() is empty: check func_odbc and its database")));
	sleep_until(r, c, PHASE_READ, now_ms + MUTE_RETRY_MS);
	if (r->gate != GATE_MUTE)
		routes_gate_shut(r, GATE_MUTE, now_ms);
}

static void owner_differs(struct routes *r, struct cell *c, const char *value, int64_t now_ms)
{
	if (!value && r->config.lookup) {
		mute(r, c, now_ms);
		return;
	}
	if (value && (!r->config.take_over || r->config.lookup)) {
		str_copy(r->foreign_owner, sizeof(r->foreign_owner), str_of(value));
		cell_move(r, c, PHASE_REST, PLACE_NONE);
		routes_gate_shut(r, GATE_FOREIGN, now_ms);
		return;
	}
	differs(r, c, value, now_ms);
	if (r->config.read_only)
		routes_gate_open(r, now_ms);
}

static void absent(struct routes *r, struct cell *c, int64_t now_ms)
{
	if (now_ms < c->recheck_ms)
		sleep_until(r, c, PHASE_READ, c->recheck_ms);
	else
		cell_gone(r, c, now_ms);
}

static void still_there(struct routes *r, struct cell *c, const char *value, int64_t now_ms)
{
	c->mismatches += c->written;
	c->written = false;
	c->state = r->config.lookup && !c->mismatches ? ROUTE_PENDING : ROUTE_FOREIGN;
	str_copy(c->found, sizeof(c->found), str_of(value));
	if (r->config.lookup)
		look_again(r, c, value, now_ms);
	else if (r->config.read_only || c->foreign)
		cell_move(r, c, PHASE_REST, PLACE_NONE);
	else
		try_again(r, c, PHASE_DELETE, now_ms);
	cell_tell(r, c, now_ms);
}

static void on_read(struct routes *r, struct cell *c, const char *value, int64_t now_ms)
{
	if (!c->wanted && !value)
		absent(r, c, now_ms);
	else if (!c->wanted)
		still_there(r, c, value, now_ms);
	else if (value && value_is_wanted(r, c, value))
		verified(r, c, now_ms);
	else if (c->kind == CELL_OWNER)
		owner_differs(r, c, value, now_ms);
	else
		differs(r, c, value, now_ms);
}

/* A missing key to delete is as good as a deleted one; whether it is missing, the reading tells. */
static void on_written(struct routes *r, struct cell *c, int64_t now_ms)
{
	c->written = c->wrote = true;
	r->written += c->kind == CELL_NUMBER && c->wanted;
	c->recheck_ms = now_ms + r->config.verify_wait_ms;
	cell_move(r, c, PHASE_READ, PLACE_READY);
	if (c->wanted)
		became_present(r, c);
}

void cell_answer(struct routes *r, struct cell *c, enum route_op op, enum route_answer answer, const char *value,
		 int64_t now_ms)
{
	cell_move(r, c, c->phase, PLACE_NONE);
	c->held = c->held || answer == ROUTE_ANSWER_OK;
	if (c->restart)
		cell_begin(r, c, now_ms);
	else if (answer == ROUTE_ANSWER_REFUSED || (op == ROUTE_OP_PUT && answer != ROUTE_ANSWER_OK))
		refused(r, c, value ? value : "", now_ms);
	else if (op == ROUTE_OP_GET || op == ROUTE_OP_LOOKUP)
		on_read(r, c, answer == ROUTE_ANSWER_OK ? (value ? value : "") : NULL, now_ms);
	else
		on_written(r, c, now_ms);
}
