/*
 * One key of the server's database is brought to what is wanted.
 *
 *     wanted:    read -> equal ------------------------------------------------> rest (verified)
 *                     -> missing or other -> write -> read -> equal -> wait -> read again -> rest
 *     unwanted:  delete -> read -> absent -> wait -> read again -> gone
 *
 * The wait is needed because Asterisk commits its database about a second after it acknowledged a write. A number is called
 * verified after the first reading. The second reading only finds what a crash undid.
 *
 * With lookup there is nothing to write. What reads back different is read again twice, and then shown as it is.
 *
 * If an acknowledged write reads back different, somebody else writes too. After three of them the next try waits, longer each
 * time. A number is written only when its agent's dial string is there, and an agent's key is deleted only when no number can lead
 * to it, so that no caller meets half a route.
 */
#include "config.h"

#include "reconcile_int.h"

#include <string.h>

#include "trunkdeck/base/gettext.h"

#define PATIENCE 3			/* failed writes in a row before the next one waits */
#define RETRY_MAX_MS 30000
#define LOOKS 2				/* lookup: how often a difference is read again */
#define MUTE_RETRY_MS 5000

void key_init(struct key *k, enum key_kind kind, const char *key)
{
	*k = (struct key){ .kind = kind, .state = ROUTE_UNKNOWN, .reported = ROUTE_UNKNOWN };
	str_copy(k->name, sizeof(k->name), str_of(key));
}

const char *key_family(const struct routes *r, const struct key *k)
{
	static const char *const functions[KEY_KIND_COUNT] = {
		[KEY_OWNER] = "TRUNKDECK_STORE",
		[KEY_PREFIX] = "TRUNKDECK_PREFIX",
		[KEY_NUMBER] = "TRUNKDECK_ROUTE",
	};
	static const char *const families[KEY_KIND_COUNT] = {
		[KEY_OWNER] = "trunkdeckmeta",
		[KEY_PREFIX] = "trunkdecktrunk",
		[KEY_AGENT] = "trunkdeckagent",
		[KEY_NUMBER] = "trunkdeck",
	};

	return r->config.lookup ? functions[k->kind] : families[k->kind];
}

const char *key_wanted_value(const struct routes *r, const struct key *k)
{
	switch (k->kind) {
	case KEY_OWNER:
		return r->owner;
	case KEY_AGENT:
	case KEY_PREFIX:
		return k->dial;
	default:
		return k->agent->name;
	}
}

/* A number's lookup gives agent,dial. */
static bool value_is_wanted(const struct routes *r, const struct key *k, const char *value)
{
	size_t len;

	if (!r->config.lookup || k->kind != KEY_NUMBER)
		return strcmp(value, key_wanted_value(r, k)) == 0;
	len = strlen(k->agent->name);
	return strncmp(value, k->agent->name, len) == 0 && value[len] == ',' && strcmp(value + len + 1, k->agent->dial) == 0;
}

enum route_op key_op(const struct routes *r, const struct key *k)
{
	switch (k->phase) {
	case PHASE_WRITE:
		return ROUTE_OP_PUT;
	case PHASE_DELETE:
		return ROUTE_OP_DEL;
	default:
		return r->config.lookup ? ROUTE_OP_LOOKUP : ROUTE_OP_GET;
	}
}

/* While the content of a number on the server is unknown, no agent's key is deleted. */
static bool is_busy(const struct key *k)
{
	return k->kind == KEY_NUMBER && (k->place != PLACE_NONE || k->phase != PHASE_REST);
}

static struct key **list_of(struct routes *r, const struct key *k)
{
	switch (k->place) {
	case PLACE_READY:
		return &r->ready[k->kind];
	case PLACE_DELETIONS:
		return &r->deletions;
	case PLACE_SLEEPING:
		return &r->sleeping;
	default:
		return NULL;
	}
}

void key_move(struct routes *r, struct key *k, enum key_phase phase, enum key_place place)
{
	struct key **list = list_of(r, k), *before = NULL;

	r->busy_numbers -= is_busy(k);
	if (list)
		DL_DELETE(*list, k);
	k->phase = phase;
	k->place = place;
	list = list_of(r, k);
	/* Waits are mostly equally long, so the place is nearly always at the end. */
	if (list && *list)
		before = (*list)->prev;
	while (place == PLACE_SLEEPING && before && before->wake_ms > k->wake_ms)
		before = before == *list ? NULL : before->prev;
	if (before)
		DL_APPEND_ELEM(*list, before, k);
	else if (list)
		DL_PREPEND(*list, k);
	r->busy_numbers += is_busy(k);
}

void each_key(struct routes *r, void (*fn)(struct routes *r, struct key *k, int64_t now_ms), int64_t now_ms)
{
	struct key *k, *next;

	HASH_ITER(hh, r->prefixes, k, next)
		fn(r, k, now_ms);
	HASH_ITER(hh, r->agents, k, next)
		fn(r, k, now_ms);
	HASH_ITER(hh, r->numbers, k, next)
		fn(r, k, now_ms);
}

static void sleep_until(struct routes *r, struct key *k, enum key_phase phase, int64_t wake_ms)
{
	k->wake_ms = wake_ms;
	key_move(r, k, phase, PLACE_SLEEPING);
}

static void report(struct routes *r, const struct key *number, bool is_gone, int64_t now_ms)
{
	struct route_report out = {
		.state = number->reported, .gone = is_gone, .was_there = is_gone && number->held, .at_ms = now_ms,
		.written = number->wrote || (number->agent && number->agent->wrote),
	};

	str_copy(out.number, sizeof(out.number), str_of(number->name));
	if (number->reported == ROUTE_STALE || number->reported == ROUTE_FOREIGN)
		str_copy(out.found_agent, sizeof(out.found_agent),
			 (struct str){ number->found, strcspn(number->found, r->config.lookup ? "," : "") });
	if (r->config.report)
		r->config.report(r->config.arg, &out);
}

/* A number's row shows the states of the number's key and of its agent's key together. */
static void tell_number(struct routes *r, struct key *k, int64_t now_ms)
{
	enum route_state state = k->state;

	if (r->access == ACCESS_CLOSED || r->access == ACCESS_FOREIGN || r->access == ACCESS_MUTE)
		state = ROUTE_UNKNOWN;
	else if (r->access == ACCESS_REFUSED || (k->agent && k->agent->state == ROUTE_REFUSED))
		state = ROUTE_REFUSED;
	else if (state == ROUTE_VERIFIED && k->agent)
		state = k->agent->state;
	if (state == k->reported)
		return;
	r->by_state[k->reported]--;
	r->by_state[state]++;
	k->reported = state;
	report(r, k, false, now_ms);
}

/* Reports the numbers that a key concerns, where their state changed. */
static void tell(struct routes *r, struct key *k, int64_t now_ms)
{
	struct key *number;

	if (k->kind == KEY_NUMBER)
		tell_number(r, k, now_ms);
	if (k->kind == KEY_AGENT)
		DL_FOREACH2(k->numbers, number, agent_next)
			tell_number(r, number, now_ms);
}

/* Takes a key out and frees it. A number is reported gone. */
static void gone(struct routes *r, struct key *k, int64_t now_ms)
{
	key_move(r, k, PHASE_REST, PLACE_NONE);
	if (k->kind == KEY_NUMBER) {
		r->by_state[k->reported]--;
		k->reported = ROUTE_NONE;
		report(r, k, true, now_ms);
		HASH_DEL(r->numbers, k);
	} else if (k->kind == KEY_AGENT) {
		HASH_DEL(r->agents, k);
	} else {
		HASH_DEL(r->prefixes, k);
	}
	free(k->dial);
	free(k);
}

/* With lookup an agent has no key on the server: it only gives the wanted value of its numbers. */
static bool begin_looked_up_agent(struct routes *r, struct key *k, int64_t now_ms)
{
	if (!r->config.lookup || k->kind != KEY_AGENT)
		return false;
	k->state = ROUTE_VERIFIED;
	if (!k->wanted)
		gone(r, k, now_ms);
	return true;
}

void key_begin(struct routes *r, struct key *k, int64_t now_ms)
{
	bool may_act = r->access == ACCESS_CHECKING || r->access == ACCESS_OPEN;
	bool is_agent = k->kind == KEY_AGENT, writes = !r->config.read_only && !r->config.lookup;

	if (begin_looked_up_agent(r, k, now_ms))
		return;
	if (k->place == PLACE_FLYING) {
		k->restart = true;
		return;
	}
	k->restart = k->present = k->written = false;
	k->mismatches = 0;
	k->recheck_ms = 0;
	k->found[0] = '\0';
	k->state = may_act ? ROUTE_PENDING : ROUTE_UNKNOWN;
	key_move(r, k, PHASE_REST, PLACE_NONE);
	tell(r, k, now_ms);
	if (k->wanted && may_act) {
		key_move(r, k, PHASE_READ, PLACE_READY);
	} else if (!k->wanted && (r->access == ACCESS_FOREIGN || (may_act && is_agent && !writes))) {
		gone(r, k, now_ms);
	} else if (!k->wanted && may_act && is_agent) {
		key_move(r, k, PHASE_DELETE, PLACE_DELETIONS);
	} else if (!k->wanted && may_act) {
		/* Most providers have no prefix, and Asterisk would log each deletion of a missing key. */
		bool look_first = k->foreign || k->kind == KEY_PREFIX || !writes;

		key_move(r, k, look_first ? PHASE_READ : PHASE_DELETE, PLACE_READY);
	}
}

void key_reverify(struct routes *r, struct key *k, int64_t now_ms)
{
	if (begin_looked_up_agent(r, k, now_ms))
		return;
	if (r->config.lookup)
		k->mismatches = 0;
	if (k->phase == PHASE_REFUSED)
		key_begin(r, k, now_ms);
	else if (k->place == PLACE_SLEEPING || (k->place == PLACE_NONE && k->phase == PHASE_REST))
		key_move(r, k, PHASE_READ, PLACE_READY);
}

/* --- access: what the owner key says --- */

static void access_open(struct routes *r, int64_t now_ms)
{
	enum access before = r->access;

	r->access = ACCESS_OPEN;
	if (before == ACCESS_OPEN)
		return;
	if (!r->config.lookup && r->scan == SCAN_IDLE)
		r->scan = SCAN_DUE;
	if (before == ACCESS_MUTE) {
		r->refusal[0] = '\0';
		each_key(r, key_begin, now_ms);
	}
}

static void access_shut(struct routes *r, enum access access, int64_t now_ms)
{
	r->access = access;
	each_key(r, key_begin, now_ms);
}

/* --- answers --- */

/* The wanted value is there: numbers that waited for this agent's dial string can be written. */
static void became_present(struct routes *r, struct key *k)
{
	struct key *number;

	k->present = true;
	if (k->kind == KEY_AGENT)
		DL_FOREACH2(k->numbers, number, agent_next)
			if (number->phase == PHASE_NEEDS_AGENT)
				key_move(r, number, PHASE_WRITE, PLACE_READY);
}

static void verified(struct routes *r, struct key *k, int64_t now_ms)
{
	k->state = ROUTE_VERIFIED;
	k->written = false;
	k->mismatches = 0;
	k->found[0] = '\0';
	if (now_ms < k->recheck_ms) {
		sleep_until(r, k, PHASE_READ, k->recheck_ms);
	} else {
		k->recheck_ms = 0;
		key_move(r, k, PHASE_REST, PLACE_NONE);
	}
	became_present(r, k);
	if (k->kind == KEY_OWNER)
		access_open(r, now_ms);
	tell(r, k, now_ms);
}

/* With lookup the server may be a moment behind, or have lost the store: only a difference that stays is reported. If a value is
 * missing, the owner is asked for again before anything else. */
static void look_again(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	if (k->mismatches == 0 && !value && r->access == ACCESS_OPEN && r->owner_key.place == PLACE_NONE) {
		r->access = ACCESS_CHECKING;
		key_move(r, &r->owner_key, PHASE_READ, PLACE_READY);
	}
	if (k->mismatches < LOOKS)
		sleep_until(r, k, PHASE_READ, now_ms + (r->config.verify_wait_ms << k->mismatches++));
	else
		key_move(r, k, PHASE_REST, PLACE_NONE);
}

/* Repeats a write or a delete that did not hold: at once, or after a wait when it has happened often. */
static void try_again(struct routes *r, struct key *k, enum key_phase phase, int64_t now_ms)
{
	unsigned waits = k->mismatches > PATIENCE ? k->mismatches - PATIENCE : 0;
	int64_t delay = r->config.verify_wait_ms << (waits < 8 ? waits : 8);

	if (k->mismatches < PATIENCE)
		key_move(r, k, phase, PLACE_READY);
	else
		sleep_until(r, k, phase, now_ms + (delay < RETRY_MAX_MS ? delay : RETRY_MAX_MS));
}

static void differs(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	bool changed = strcmp(k->found, value ? value : "") != 0;
	/* A difference is reported only after the key was seen to be right or was written; before, it is work to do. */
	bool is_news = (r->config.read_only && !r->config.lookup) || k->mismatches || k->written || k->state == ROUTE_VERIFIED ||
		       k->state == ROUTE_MISSING || k->state == ROUTE_STALE;

	k->present = false;
	k->mismatches += k->written;
	k->state = !is_news ? ROUTE_PENDING : value ? ROUTE_STALE : ROUTE_MISSING;
	str_copy(k->found, sizeof(k->found), str_of(value));
	if (k->kind == KEY_NUMBER && k->state == ROUTE_STALE && k->reported == ROUTE_STALE && changed)
		report(r, k, false, now_ms);
	if (r->config.lookup)
		look_again(r, k, value, now_ms);
	else if (r->config.read_only)
		key_move(r, k, PHASE_REST, PLACE_NONE);
	else if (k->kind == KEY_NUMBER && !k->agent->present)
		key_move(r, k, PHASE_NEEDS_AGENT, PLACE_NONE);
	else
		try_again(r, k, PHASE_WRITE, now_ms);
	k->written = false;
	tell(r, k, now_ms);
}

static void owner_differs(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	if (!value && r->config.lookup) {
		/* There is no store id: func_odbc is not set up, or its database is away. */
		str_copy(r->refusal, sizeof(r->refusal), str_of(_("TRUNKDECK_STORE() is empty: check func_odbc and its database")));
		sleep_until(r, k, PHASE_READ, now_ms + MUTE_RETRY_MS);
		if (r->access != ACCESS_MUTE)
			access_shut(r, ACCESS_MUTE, now_ms);
	} else if (value && (!r->config.take_over || r->config.lookup)) {
		str_copy(r->foreign_owner, sizeof(r->foreign_owner), str_of(value));
		key_move(r, k, PHASE_REST, PLACE_NONE);
		access_shut(r, ACCESS_FOREIGN, now_ms);
	} else {
		differs(r, k, value, now_ms);
		if (r->config.read_only)
			access_open(r, now_ms);
	}
}

static void still_there(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	k->mismatches += k->written;
	k->written = false;
	k->state = r->config.lookup && !k->mismatches ? ROUTE_PENDING : ROUTE_FOREIGN;
	str_copy(k->found, sizeof(k->found), str_of(value));
	if (r->config.lookup)
		look_again(r, k, value, now_ms);
	else if (r->config.read_only || k->foreign)
		key_move(r, k, PHASE_REST, PLACE_NONE);
	else
		try_again(r, k, PHASE_DELETE, now_ms);
	tell(r, k, now_ms);
}

static void on_read(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	if (!k->wanted && !value && now_ms < k->recheck_ms)
		sleep_until(r, k, PHASE_READ, k->recheck_ms);
	else if (!k->wanted && !value)
		gone(r, k, now_ms);
	else if (!k->wanted)
		still_there(r, k, value, now_ms);
	else if (value && value_is_wanted(r, k, value))
		verified(r, k, now_ms);
	else if (k->kind == KEY_OWNER)
		owner_differs(r, k, value, now_ms);
	else
		differs(r, k, value, now_ms);
}

void key_answer(struct routes *r, struct key *k, enum route_op op, enum route_answer answer, const char *value, int64_t now_ms)
{
	bool is_read = op == ROUTE_OP_GET || op == ROUTE_OP_LOOKUP;

	key_move(r, k, k->phase, PLACE_NONE);
	k->held = k->held || answer == ROUTE_ANSWER_OK;
	if (k->restart) {
		key_begin(r, k, now_ms);
	} else if (answer == ROUTE_ANSWER_REFUSED || (op == ROUTE_OP_PUT && answer != ROUTE_ANSWER_OK)) {
		str_copy(r->refusal, sizeof(r->refusal), str_of(value));
		k->state = ROUTE_REFUSED;
		key_move(r, k, PHASE_REFUSED, PLACE_NONE);
		if (k->kind == KEY_OWNER)
			access_shut(r, ACCESS_REFUSED, now_ms);
		tell(r, k, now_ms);
	} else if (is_read) {
		on_read(r, k, answer == ROUTE_ANSWER_OK ? (value ? value : "") : NULL, now_ms);
	} else {
		/* A wanted deletion of a missing key counts as done. A reading shows whether it is missing. */
		k->written = k->wrote = true;
		r->written += k->kind == KEY_NUMBER && k->wanted;
		k->recheck_ms = now_ms + r->config.verify_wait_ms;
		key_move(r, k, PHASE_READ, PLACE_READY);
		if (k->wanted)
			became_present(r, k);
	}
}
