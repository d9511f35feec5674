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
 * time. A key is written only when those that it needs are there, so that no caller meets half a route.
 *
 * A client object of WebSocket agents is right when Asterisk itself reads our URI from it. On a server without the astdb wizard,
 * or where a section of websocket_client.conf hides it, the agent's key is written with its spare value: it takes no calls.
 */
#include "config.h"

#include "reconcile_int.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"

#define PATIENCE 3			/* failed writes in a row before the next one waits */
#define RETRY_MAX_MS 30000
#define LOOKS 2				/* lookup: how often a difference is read again */
#define MUTE_RETRY_MS 5000

const char *key_value(const struct routes *r, const struct key *k)
{
	const struct need *n;

	if (k->family == ROUTE_FAMILY_OWNER)
		return r->owner;
	if (r->former)
		return k->former || !key_lingers(k) ? k->former : k->value;
	LL_FOREACH(k->needs, n)
		if (n->told && n->to->family == ROUTE_FAMILY_OBJECT && !n->to->in_force && k->spare)
			return k->spare;
	return k->value;
}

/* The agent that a number leads to on a former server. */
static const struct key *former_agent(const struct key *number)
{
	const struct need *n;

	LL_FOREACH(number->needs, n)
		if (n->told && n->former)
			return n->to;
	return NULL;
}

/* On a former server a number's lookup gives agent,dial. */
static bool value_is_wanted(const struct routes *r, const struct key *k, const char *value)
{
	const char *wanted = key_value(r, k);
	const struct key *agent;
	size_t len;

	if (!r->config.lookup || !r->former || k->family != ROUTE_FAMILY_NUMBER)
		return strcmp(value, wanted) == 0;
	agent = former_agent(k);
	len = strlen(wanted);
	return agent && strncmp(value, wanted, len) == 0 && value[len] == ',' && strcmp(value + len + 1, agent->former) == 0;
}

/* A lookup asks a function: of the former dialplan one for each family, else one for all keys. */
static void lookup_action(const struct routes *r, const struct key *k, struct route_action *out)
{
#define ROUTE_FAMILY_FUNCTION(id, family, function) function,
	static const char *const functions[] = { ROUTE_FAMILY_TABLE(ROUTE_FAMILY_FUNCTION) };
#undef ROUTE_FAMILY_FUNCTION

	out->op = ROUTE_OP_LOOKUP;
	if (k->phase == PHASE_CHECK) {
		str_copy(out->family, sizeof(out->family), STR("AST_SORCERY"));
		snprintf(out->key, sizeof(out->key), "res_websocket_client,websocket_client,%s,uri", k->name);
	} else if (k->family == ROUTE_FAMILY_OWNER) {
		str_copy(out->family, sizeof(out->family), str_of(functions[k->family]));
	} else if (r->former) {
		str_copy(out->family, sizeof(out->family), str_of(functions[k->family]));
		str_copy(out->key, sizeof(out->key), str_of(k->name));
	} else {
		str_copy(out->family, sizeof(out->family), STR(ROUTES_KEY_FUNCTION));
		snprintf(out->key, sizeof(out->key), "%s,%s", route_family_name(k->family), k->name);
	}
}

void key_action(const struct routes *r, const struct key *k, struct route_action *out)
{
	out->family[0] = out->key[0] = out->value[0] = '\0';
	if (k->phase == PHASE_CHECK || (r->config.lookup && k->phase == PHASE_READ)) {
		lookup_action(r, k, out);
		return;
	}
	if (k->phase == PHASE_FORGET_SEEN || k->phase == PHASE_FORGET_ROW) {
		out->op = ROUTE_OP_DEL;
		str_copy(out->family, sizeof(out->family), STR("trunkdeckcache"));
		snprintf(out->key, sizeof(out->key), "%s/%s", k->phase == PHASE_FORGET_SEEN ? "seen" : "trunkdeck", k->name);
		return;
	}
	out->op = k->phase == PHASE_WRITE ? ROUTE_OP_PUT : k->phase == PHASE_DELETE ? ROUTE_OP_DEL : ROUTE_OP_GET;
	if (k->phase == PHASE_ASK) {
		/* The name of a chunk begins with its number. */
		str_copy(out->family, sizeof(out->family), str_of(route_family_name(ROUTE_FAMILY_NUMBER)));
		str_copy(out->key, sizeof(out->key), (struct str){ k->name, strcspn(k->name, ".") });
		return;
	}
	str_copy(out->family, sizeof(out->family), str_of(route_family_name(k->family)));
	str_copy(out->key, sizeof(out->key), str_of(k->name));
	if (out->op == ROUTE_OP_PUT)
		str_copy(out->value, sizeof(out->value), str_of(key_value(r, k)));
}

static struct key **list_of(struct routes *r, const struct key *k)
{
	switch (k->place) {
	case PLACE_READY:
		return &r->ready[k->family];
	case PLACE_SLEEPING:
	case PLACE_GRACE:
		return &r->sleeping;
	default:
		return NULL;
	}
}

void key_move(struct routes *r, struct key *k, enum key_phase phase, enum key_place place)
{
	struct key **list = list_of(r, k), *before = NULL;

	r->sleepers -= k->place == PLACE_SLEEPING;
	r->leavers -= k->place == PLACE_GRACE;
	if (list)
		DL_DELETE(*list, k);
	k->phase = phase;
	k->place = place;
	list = list_of(r, k);
	/* Waits are mostly equally long, so the place is nearly always at the end. */
	if (list && *list)
		before = (*list)->prev;
	while (list == &r->sleeping && before && before->wake_ms > k->wake_ms)
		before = before == *list ? NULL : before->prev;
	if (before)
		DL_APPEND_ELEM(*list, before, k);
	else if (list)
		DL_PREPEND(*list, k);
	r->sleepers += k->place == PLACE_SLEEPING;
	r->leavers += k->place == PLACE_GRACE;
}

static void sleep_until(struct routes *r, struct key *k, enum key_phase phase, int64_t wake_ms)
{
	k->wake_ms = wake_ms;
	key_move(r, k, phase, PLACE_SLEEPING);
}

static void set_reported(struct routes *r, struct key *number, enum route_state state)
{
	r->by_state[number->reported] -= number->reported != ROUTE_NONE;
	r->by_state[state] += state != ROUTE_NONE;
	number->reported = state;
}

/* Has this program written the number, or a key that it needs? */
static bool was_written(const struct routes *r, const struct key *number)
{
	bool wrote = number->wrote;
	const struct need *n;

	LL_FOREACH(number->needs, n)
		wrote = wrote || (need_counts(r, n) && n->to->family != ROUTE_FAMILY_TRUNK && n->to->wrote);
	return wrote;
}

static void report(struct routes *r, const struct key *number, const struct key *fault, bool is_gone, int64_t now_ms)
{
	struct route_report out = {
		.state = number->reported, .gone = is_gone, .was_there = is_gone && number->held, .at_ms = now_ms,
		.written = was_written(r, number),
	};

	str_copy(out.number, sizeof(out.number), str_of(number->name));
	if (fault && fault != number && route_state_needs_person(out.state))
		snprintf(out.fault, sizeof(out.fault), "%s/%s", route_family_name(fault->family), fault->name);
	if ((number->reported == ROUTE_STALE || number->reported == ROUTE_FOREIGN) && number->found)
		route_value_agent(number->found, out.found_agent, sizeof(out.found_agent));
	if (r->config.lookup && r->former)
		out.found_agent[strcspn(out.found_agent, ",")] = '\0';
	if (r->config.report)
		r->config.report(r->config.arg, &out);
}

/* The state that the blocks and the key that says what there is give to every number. */
static enum route_state common_state(const struct routes *r)
{
	static const enum route_state worse_first[] = {
		ROUTE_REFUSED, ROUTE_MISSING, ROUTE_STALE, ROUTE_FOREIGN, ROUTE_PENDING, ROUTE_UNKNOWN,
	};

	for (size_t i = 0; i < ARRAY_LEN(worse_first); i++)
		if (r->count[ROUTE_FAMILY_HAS][worse_first[i]] || r->count[ROUTE_FAMILY_BLOCK][worse_first[i]])
			return worse_first[i];
	return ROUTE_VERIFIED;
}

/* A number's row shows the states of the number's key and of all keys that it needs together. */
static void tell_number(struct routes *r, struct key *k, int64_t now_ms)
{
	const struct key *fault = NULL;
	enum route_state state = key_whole_state(r, k, &fault);

	if (r->access == ACCESS_CLOSED || r->access == ACCESS_FOREIGN || r->access == ACCESS_MUTE)
		state = ROUTE_UNKNOWN;
	else if (r->access == ACCESS_REFUSED)
		state = ROUTE_REFUSED;
	else if (state == ROUTE_VERIFIED)
		state = common_state(r);
	/* The key of a number that is off has been read back for good: it leads nowhere. */
	if (k->off && k->wanted && !r->former && state == ROUTE_VERIFIED)
		state = k->place == PLACE_NONE ? ROUTE_NONE : ROUTE_PENDING;
	if ((!k->wanted && !k->leaving && !k->foreign) || state == k->reported)
		return;
	set_reported(r, k, state);
	report(r, k, fault, state == ROUTE_NONE, now_ms);
	if (state == ROUTE_NONE)
		k->held = false;
}

static enum route_state counted_state(const struct key *k)
{
	return k->wanted || k->leaving ? k->state : ROUTE_STATE_COUNT;
}

void key_count(struct routes *r, struct key *k, int64_t now_ms)
{
	enum route_state state = counted_state(k), before = common_state(r);
	struct key *number, *next;

	if (state == k->counted)
		return;
	if (k->counted < ROUTE_STATE_COUNT)
		r->count[k->family][k->counted]--;
	if (state < ROUTE_STATE_COUNT)
		r->count[k->family][state]++;
	k->counted = state;
	if (before != common_state(r))
		HASH_ITER(hh, r->keys[ROUTE_FAMILY_NUMBER], number, next)
			tell_number(r, number, now_ms);
}

/* Reports the numbers that a key concerns, where their state changed. */
static void tell(struct routes *r, struct key *k, int64_t now_ms)
{
	struct need *n;

	key_count(r, k, now_ms);
	if (k->family == ROUTE_FAMILY_NUMBER)
		tell_number(r, k, now_ms);
	DL_FOREACH2(k->users, n, user_next)
		if (need_counts(r, n))
			tell(r, n->from, now_ms);
}

/* The key is not on the server and not wanted. A number is reported gone. May free the key. */
static void gone(struct routes *r, struct key *k, int64_t now_ms)
{
	struct need *n;

	key_move(r, k, PHASE_REST, PLACE_NONE);
	if (k->family == ROUTE_FAMILY_NUMBER) {
		set_reported(r, k, ROUTE_NONE);
		report(r, k, NULL, true, now_ms);
	}
	k->leaving = k->foreign = k->present = k->held = k->written = k->wrote = false;
	k->state = ROUTE_UNKNOWN;
	key_count(r, k, now_ms);
	LL_FOREACH(k->needs, n)
		n->told = n->told && k->told;
	key_release(r, k, now_ms);
	key_try_free(r, k);
}

/* On a former server that looks up, an agent has no key: it only gives the wanted value of its numbers. */
static bool begin_looked_up_agent(struct routes *r, struct key *k, int64_t now_ms)
{
	if (!r->config.lookup || !r->former || k->family != ROUTE_FAMILY_AGENT)
		return false;
	if (k->place == PLACE_FLYING) {
		k->restart = true;
		return true;
	}
	key_move(r, k, PHASE_REST, PLACE_NONE);
	k->state = ROUTE_VERIFIED;
	k->present = true;
	if (!k->wanted && k->leaving)
		gone(r, k, now_ms);
	else
		key_count(r, k, now_ms);
	return true;
}

/* Nobody needs the key any more. It is deleted when no call can be about to read it; the day of an exception that was removed is
 * deleted at once, because calls would still get its hours. */
static void leave(struct routes *r, struct key *k, int64_t now_ms)
{
	enum key_phase phase = k->family == ROUTE_FAMILY_TELL ? PHASE_ASK : PHASE_DELETE;

	k->wake_ms = now_ms + ROUTES_GRACE_MS;
	key_move(r, k, phase, r->former || k->family == ROUTE_FAMILY_DAY ? PLACE_READY : PLACE_GRACE);
}

void key_begin(struct routes *r, struct key *k, int64_t now_ms)
{
	bool may_act = r->access == ACCESS_CHECKING || r->access == ACCESS_OPEN;
	bool is_needed = family_is_needed(k->family), writes = !r->config.read_only && !r->config.lookup;
	bool may_forget = may_act || (r->access == ACCESS_MUTE && r->seen_ours);

	if (begin_looked_up_agent(r, k, now_ms))
		return;
	if (k->place == PLACE_FLYING) {
		k->restart = true;
		return;
	}
	k->restart = k->present = k->written = false;
	k->mismatches = 0;
	k->recheck_ms = 0;
	FREE(&k->found);
	k->state = may_act ? ROUTE_PENDING : ROUTE_UNKNOWN;
	key_move(r, k, PHASE_REST, PLACE_NONE);
	tell(r, k, now_ms);
	if (!k->wanted && !k->leaving && !k->foreign)
		return;
	if (k->kept && may_forget) {
		key_move(r, k, PHASE_FORGET_SEEN, PLACE_READY);
	} else if (k->wanted && may_act) {
		key_move(r, k, PHASE_READ, PLACE_READY);
	} else if (!k->wanted && (r->access == ACCESS_FOREIGN || (may_act && is_needed && !writes))) {
		gone(r, k, now_ms);
	} else if (!k->wanted && may_act && is_needed) {
		leave(r, k, now_ms);
	} else if (!k->wanted && may_act) {
		/* Most providers have no prefix, and Asterisk would log each deletion of a missing key. */
		bool look_first = k->foreign || k->family != ROUTE_FAMILY_NUMBER || !writes;

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
	else if ((k->wanted || k->leaving || k->foreign) &&
		 (k->place == PLACE_SLEEPING || (k->place == PLACE_NONE && k->phase == PHASE_REST)))
		key_move(r, k, PHASE_READ, PLACE_READY);
}

/* --- access: what the owner key says --- */

static void access_open(struct routes *r, int64_t now_ms)
{
	enum access before = r->access;

	r->access = ACCESS_OPEN;
	r->seen_ours = true;
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
	r->seen_ours = r->seen_ours && access == ACCESS_MUTE;
	each_key(r, key_begin, now_ms);
}

/* --- answers --- */

/* The wanted value is there: keys that waited for it can be written. */
static void became_present(struct routes *r, struct key *k)
{
	struct need *n;

	k->present = true;
	DL_FOREACH2(k->users, n, user_next)
		if (n->from->phase == PHASE_WAIT && needs_are_present(r, n->from))
			key_move(r, n->from, PHASE_WRITE, PLACE_READY);
}

static void rest(struct routes *r, struct key *k, int64_t now_ms)
{
	if (now_ms < k->recheck_ms) {
		sleep_until(r, k, PHASE_READ, k->recheck_ms);
		return;
	}
	k->recheck_ms = 0;
	key_move(r, k, PHASE_REST, PLACE_NONE);
	key_release(r, k, now_ms);
}

static void verified(struct routes *r, struct key *k, int64_t now_ms)
{
	k->state = ROUTE_VERIFIED;
	k->written = false;
	k->mismatches = 0;
	FREE(&k->found);
	rest(r, k, now_ms);
	became_present(r, k);
	if (k->family == ROUTE_FAMILY_OWNER)
		access_open(r, now_ms);
	tell(r, k, now_ms);
}

/* The key holds what is wanted. An object must also be what Asterisk uses. */
static void is_right(struct routes *r, struct key *k, int64_t now_ms)
{
	if (k->family != ROUTE_FAMILY_OBJECT || r->config.lookup) {
		verified(r, k, now_ms);
		return;
	}
	k->written = false;
	key_move(r, k, PHASE_CHECK, PLACE_READY);
}

/* Takes what Asterisk reads from the object; NULL = it does not know it. */
static void on_checked(struct routes *r, struct key *k, const char *uri, const char *refusal, int64_t now_ms)
{
	bool before = k->in_force;
	struct need *n;

	k->in_force = uri && k->uri && strcmp(uri, k->uri) == 0;
	if (k->in_force) {
		verified(r, k, now_ms);
	} else {
		if (refusal)
			str_copy(r->refusal, sizeof(r->refusal), str_of(refusal));
		else if (uri)
			snprintf(r->refusal, sizeof(r->refusal), _("a section of websocket_client.conf hides the agent's %s"), k->name);
		else
			snprintf(r->refusal, sizeof(r->refusal), _("Asterisk does not read %s: sorcery.conf lacks the astdb wizard"),
				 k->name);
		k->state = ROUTE_REFUSED;
		rest(r, k, now_ms);
		became_present(r, k);
		tell(r, k, now_ms);
	}
	if (before != k->in_force)
		DL_FOREACH2(k->users, n, user_next)
			if (n->told && n->from->wanted)
				key_begin(r, n->from, now_ms);
}

/* With lookup the server may be a moment behind, or have lost the store: only a difference that stays is reported. If a value is
 * missing, the owner is asked for again before anything else. */
static void look_again(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	if (k->mismatches == 0 && !value && r->access == ACCESS_OPEN && r->owner_key->place == PLACE_NONE) {
		r->access = ACCESS_CHECKING;
		key_move(r, r->owner_key, PHASE_READ, PLACE_READY);
	}
	if (k->mismatches < LOOKS)
		sleep_until(r, k, PHASE_READ, now_ms + (r->config.verify_wait_ms << k->mismatches++));
	else
		rest(r, k, now_ms);
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

static void set_found(struct key *k, const char *value)
{
	FREE(&k->found);
	/* Only what a number leads to is shown; an object holds a credential. */
	if (value && k->family == ROUTE_FAMILY_NUMBER)
		k->found = xstrdup(value);
}

static void differs(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	bool changed = strcmp(k->found ? k->found : "", value ? value : "") != 0;
	/* A difference is reported only after the key was seen to be right or was written; before, it is work to do. */
	bool is_news = (r->config.read_only && !r->config.lookup) || k->mismatches || k->written || k->state == ROUTE_VERIFIED ||
		       k->state == ROUTE_MISSING || k->state == ROUTE_STALE;

	k->present = false;
	k->mismatches += k->written;
	k->state = !is_news ? ROUTE_PENDING : value ? ROUTE_STALE : ROUTE_MISSING;
	k->held = k->held || (k->off && value);
	set_found(k, value);
	if (k->family == ROUTE_FAMILY_NUMBER && k->state == ROUTE_STALE && k->reported == ROUTE_STALE && changed)
		report(r, k, NULL, false, now_ms);
	if (r->config.lookup)
		look_again(r, k, value, now_ms);
	else if (r->config.read_only)
		rest(r, k, now_ms);
	else if (!needs_are_present(r, k))
		key_move(r, k, PHASE_WAIT, PLACE_NONE);
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
	set_found(k, value);
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
		is_right(r, k, now_ms);
	else if (k->family == ROUTE_FAMILY_OWNER)
		owner_differs(r, k, value, now_ms);
	else
		differs(r, k, value, now_ms);
}

/* A chunk is not deleted while the number's key on the server names its generation: another operator needs it again. */
static void on_asked(struct routes *r, struct key *k, const char *value, int64_t now_ms)
{
	const char *gen = k->name + strcspn(k->name, ".");
	struct str named = route_value_field(value ? value : "", ROUTE_NUMBER_GEN);

	gen += *gen == '.';
	if (named.len > 0 && str_eq(named, (struct str){ gen, strcspn(gen, ".") }))
		gone(r, k, now_ms);
	else
		key_move(r, k, PHASE_DELETE, PLACE_READY);
}

static void on_refused(struct routes *r, struct key *k, const char *why, int64_t now_ms)
{
	str_copy(r->refusal, sizeof(r->refusal), str_of(why));
	k->state = ROUTE_REFUSED;
	key_move(r, k, PHASE_REFUSED, PLACE_NONE);
	if (k->family == ROUTE_FAMILY_OWNER)
		access_shut(r, ACCESS_REFUSED, now_ms);
	tell(r, k, now_ms);
}

void key_answer(struct routes *r, struct key *k, enum route_answer answer, const char *value, int64_t now_ms)
{
	const char *read = answer == ROUTE_ANSWER_OK ? (value ? value : "") : NULL;
	bool refused = answer == ROUTE_ANSWER_REFUSED || (k->phase == PHASE_WRITE && answer != ROUTE_ANSWER_OK);

	key_move(r, k, k->phase, PLACE_NONE);
	k->held = k->held || (read && !k->off && k->phase >= PHASE_READ);
	if (k->restart) {
		key_begin(r, k, now_ms);
	} else if (k->phase == PHASE_FORGET_SEEN && !refused && k->family == ROUTE_FAMILY_NUMBER) {
		key_move(r, k, PHASE_FORGET_ROW, PLACE_READY);
	} else if (k->phase == PHASE_FORGET_SEEN || k->phase == PHASE_FORGET_ROW) {
		/* The next look-up that succeeds replaces what was kept. Where we may not delete it, it stays until then. */
		r->keeps_rows = r->keeps_rows || refused;
		k->kept = false;
		if (r->access == ACCESS_MUTE)
			key_begin(r, k, now_ms);
		else
			key_move(r, k, PHASE_READ, PLACE_READY);
	} else if (k->phase == PHASE_CHECK) {
		on_checked(r, k, read, refused ? value : NULL, now_ms);
	} else if (refused) {
		on_refused(r, k, value, now_ms);
	} else if (k->phase == PHASE_READ) {
		on_read(r, k, read, now_ms);
	} else if (k->phase == PHASE_ASK) {
		on_asked(r, k, read, now_ms);
	} else {
		/* A wanted deletion of a missing key counts as done. A reading shows whether it is missing. */
		k->written = k->wrote = true;
		r->written += k->family == ROUTE_FAMILY_NUMBER && k->wanted;
		k->recheck_ms = now_ms + r->config.verify_wait_ms;
		key_move(r, k, PHASE_READ, PLACE_READY);
		if (k->wanted && k->family != ROUTE_FAMILY_OBJECT)
			became_present(r, k);
	}
}
