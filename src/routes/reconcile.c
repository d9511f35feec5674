/*
 * The reconciler of one server: the wanted routes, and the next action to send.
 *
 * Nothing is read or written before access is open: the connection is up, all routes have been told, the store's id is
 * known, and the key `trunkdeckmeta/owner` names this store (if it is missing, it is written). Keys that can act wait
 * in queues: agents' dial strings before numbers, deletions of agents last. An action in flight holds a slot. Its id
 * contains the slot, so that an answer finds its key, and an answer from an earlier connection finds nothing.
 *
 * A key that the reconciler was not told about belongs to somebody else and is never deleted. A scan, made by the owner
 * of the connections, finds such keys; they are read and reported.
 */
#include "config.h"

#include "reconcile_int.h"

#include <string.h>

#include "trunkdeck/base/gettext.h"

WORDS_DEFINE(route_state, enum route_state, ROUTE_STATE_TABLE)

bool route_state_needs_person(enum route_state s)
{
#define ROUTE_STATE_ALARM(id, name, text, alarm, help) alarm,
	static const bool alarms[] = { ROUTE_STATE_TABLE(ROUTE_STATE_ALARM) };
#undef ROUTE_STATE_ALARM

	return alarms[s];
}

static void empty_slots(struct routes *r)
{
	for (size_t i = 0; i < r->config.window; i++) {
		r->slots[i].key = NULL;
		r->free_slots[i] = i;
	}
	r->in_flight = 0;
}

struct routes *routes_new(const struct routes_config *config)
{
	struct routes *r = xcalloc(1, sizeof(*r));

	r->config = *config;
	if (!r->config.window)
		r->config.window = 1;
	r->owner = xstrdup(config->owner ? config->owner : "");
	r->config.owner = NULL;
	r->slots = xcalloc(r->config.window, sizeof(*r->slots));
	r->free_slots = xcalloc(r->config.window, sizeof(*r->free_slots));
	empty_slots(r);
	key_init(&r->owner_key, KEY_OWNER, "owner");
	r->owner_key.wanted = true;
	return r;
}

static void free_keys(struct key **hash)
{
	struct key *k, *next;

	HASH_ITER(hh, *hash, k, next) {
		HASH_DEL(*hash, k);
		free(k->dial);
		free(k);
	}
}

void routes_free(struct routes **r)
{
	if (!*r)
		return;
	free_keys(&(*r)->prefixes);
	free_keys(&(*r)->numbers);
	free_keys(&(*r)->agents);
	free((*r)->owner);
	free((*r)->slots);
	free((*r)->free_slots);
	FREE(r);
}

/* Asks for the owner as soon as everything needed is known. */
static void start(struct routes *r, int64_t now_ms)
{
	if (!r->connected || !r->complete || !*r->owner)
		return;
	r->access = ACCESS_CHECKING;
	r->foreign_owner[0] = '\0';
	r->refusal[0] = '\0';
	key_begin(r, &r->owner_key, now_ms);
	each_key(r, key_begin, now_ms);
}

void routes_connected(struct routes *r, int64_t now_ms)
{
	r->connected = true;
	start(r, now_ms);
}

static void forget_action(struct routes *r, struct key *k, int64_t now_ms)
{
	(void)now_ms;
	key_move(r, k, PHASE_REST, PLACE_NONE);
}

void routes_disconnected(struct routes *r, int64_t now_ms)
{
	r->connected = false;
	r->access = ACCESS_CLOSED;
	r->scan = SCAN_IDLE;
	empty_slots(r);
	forget_action(r, &r->owner_key, now_ms);
	each_key(r, forget_action, now_ms);
	each_key(r, key_begin, now_ms);
}

void routes_complete(struct routes *r, int64_t now_ms)
{
	if (r->complete)
		return;
	r->complete = true;
	start(r, now_ms);
}

void routes_set_owner(struct routes *r, const char *owner, int64_t now_ms)
{
	if (!strcmp(r->owner, owner))
		return;
	free(r->owner);
	r->owner = xstrdup(owner);
	start(r, now_ms);
}

void routes_verify_all(struct routes *r, int64_t now_ms)
{
	r->rounds++;
	if (r->access > ACCESS_OPEN) {
		start(r, now_ms);
		return;
	}
	if (r->access != ACCESS_OPEN)
		return;
	r->access = ACCESS_CHECKING;
	r->refusal[0] = '\0';
	key_reverify(r, &r->owner_key, now_ms);
	each_key(r, key_reverify, now_ms);
}

/* The number no longer leads to its agent. An agent without numbers is deleted. */
static void drop_agent(struct routes *r, struct key *number, int64_t now_ms)
{
	struct key *agent = number->agent;

	if (!agent)
		return;
	DL_DELETE2(agent->numbers, number, agent_prev, agent_next);
	number->agent = NULL;
	if (!agent->numbers) {
		agent->wanted = false;
		key_begin(r, agent, now_ms);
	}
}

static struct key *want_agent(struct routes *r, const char *id, const char *dial, int64_t now_ms)
{
	struct key *agent, *number;

	HASH_FIND_STR(r->agents, id, agent);
	if (!agent) {
		agent = xcalloc(1, sizeof(*agent));
		key_init(agent, KEY_AGENT, id);
		agent->dial = xstrdup("");
		HASH_ADD_STR(r->agents, name, agent);
	}
	if (agent->wanted && agent->state != ROUTE_REFUSED && strcmp(agent->dial, dial) == 0)
		return agent;
	free(agent->dial);
	agent->dial = xstrdup(dial);
	agent->wanted = true;
	key_begin(r, agent, now_ms);
	/* The lookup of a number includes the dial string. */
	if (r->config.lookup)
		DL_FOREACH2(agent->numbers, number, agent_next)
			key_begin(r, number, now_ms);
	return agent;
}

static struct key *number_key(struct routes *r, const char *number)
{
	struct key *k;

	HASH_FIND_STR(r->numbers, number, k);
	if (k)
		return k;
	k = xcalloc(1, sizeof(*k));
	key_init(k, KEY_NUMBER, number);
	HASH_ADD_STR(r->numbers, name, k);
	r->by_state[k->reported]++;
	return k;
}

void routes_want(struct routes *r, const struct route *route, int64_t now_ms)
{
	struct key *k = number_key(r, route->number);
	struct key *agent = want_agent(r, route->agent, route->dial, now_ms);

	if (k->agent == agent && k->state != ROUTE_REFUSED)
		return;
	if (k->agent != agent) {
		drop_agent(r, k, now_ms);
		k->agent = agent;
		DL_APPEND2(agent->numbers, k, agent_prev, agent_next);
	}
	k->wanted = true;
	k->foreign = false;
	key_begin(r, k, now_ms);
}

void routes_unwant(struct routes *r, const char *number, int64_t now_ms)
{
	struct key *k = number_key(r, number);

	drop_agent(r, k, now_ms);
	k->wanted = k->foreign = false;
	key_begin(r, k, now_ms);
}

/* --- carrier forms --- */

void routes_set_prefixes(struct routes *r, const struct route_prefix *prefixes, size_t n, int64_t now_ms)
{
	struct key *k, *next;

	HASH_ITER(hh, r->prefixes, k, next) {
		size_t i = 0;

		while (i < n && strcmp(prefixes[i].endpoint, k->name) != 0)
			i++;
		if (!k->wanted || i < n)
			continue;
		k->wanted = false;
		key_begin(r, k, now_ms);
	}
	for (const struct route_prefix *p = prefixes; p < prefixes + n; p++) {
		bool wanted = p->prefix[0] != '\0';

		HASH_FIND_STR(r->prefixes, p->endpoint, k);
		if (!k) {
			k = xcalloc(1, sizeof(*k));
			key_init(k, KEY_PREFIX, p->endpoint);
			HASH_ADD_STR(r->prefixes, name, k);
		} else if (k->wanted == wanted && strcmp(k->dial, p->prefix) == 0) {
			continue;
		}
		free(k->dial);
		k->dial = xstrdup(p->prefix);
		k->wanted = wanted;
		key_begin(r, k, now_ms);
	}
}

/* --- keys that the store does not know --- */

void routes_take_over(struct routes *r, int64_t now_ms)
{
	r->config.take_over = true;
	if (r->access == ACCESS_FOREIGN)
		start(r, now_ms);
}

bool routes_scan_due(const struct routes *r)
{
	return r->scan == SCAN_DUE && r->access == ACCESS_OPEN;
}

void routes_scan_begin(struct routes *r)
{
	r->scan = SCAN_RUNNING;
}

void routes_scan_found(struct routes *r, const char *number, int64_t now_ms)
{
	struct key *k;

	HASH_FIND_STR(r->numbers, number, k);
	if (k || r->scan != SCAN_RUNNING || strlen(number) >= E164_SIZE)
		return;
	k = number_key(r, number);
	k->foreign = true;
	key_begin(r, k, now_ms);
}

void routes_scan_end(struct routes *r, bool ok)
{
	if (r->scan == SCAN_RUNNING)
		r->scan = SCAN_IDLE;
	r->scan_failed = !ok;
}

void routes_delete_foreign(struct routes *r, const char *number, int64_t now_ms)
{
	struct key *k;

	HASH_FIND_STR(r->numbers, number, k);
	if (!k || !k->foreign || r->config.read_only)
		return;
	k->foreign = false;
	key_begin(r, k, now_ms);
}

/* --- actions --- */

/* The next key to act; NULL = none can. */
static struct key *pick(const struct routes *r)
{
	if (r->ready[KEY_OWNER])
		return r->ready[KEY_OWNER];
	if (r->access != ACCESS_OPEN)
		return NULL;
	for (int kind = KEY_PREFIX; kind < KEY_KIND_COUNT; kind++)
		if (r->ready[kind])
			return r->ready[kind];
	return r->busy_numbers ? NULL : r->deletions;
}

bool routes_next(struct routes *r, int64_t now_ms, struct route_action *out)
{
	struct key *k;
	size_t slot;

	while (r->sleeping && r->sleeping->wake_ms <= now_ms)
		key_move(r, r->sleeping, r->sleeping->phase, PLACE_READY);
	k = r->in_flight < r->config.window ? pick(r) : NULL;
	if (!k)
		return false;
	slot = r->free_slots[r->config.window - ++r->in_flight];
	out->id = ++r->next_id * r->config.window + slot;
	out->op = key_op(r, k);
	r->slots[slot] = (struct slot){ out->id, k };
	str_copy(out->family, sizeof(out->family), str_of(key_family(r, k)));
	str_copy(out->key, sizeof(out->key), str_of(out->op == ROUTE_OP_LOOKUP && k->kind == KEY_OWNER ? "" : k->name));
	str_copy(out->value, sizeof(out->value), str_of(out->op == ROUTE_OP_PUT ? key_wanted_value(r, k) : ""));
	key_move(r, k, k->phase, PLACE_FLYING);
	return true;
}

int64_t routes_next_at_ms(const struct routes *r)
{
	return r->sleeping ? r->sleeping->wake_ms : -1;
}

void routes_answer(struct routes *r, uint64_t id, enum route_answer answer, const char *value, int64_t now_ms)
{
	struct slot *slot = &r->slots[id % r->config.window];
	struct key *k = slot->key;

	if (!k || slot->id != id)
		return;
	slot->key = NULL;
	r->free_slots[r->config.window - r->in_flight--] = (size_t)(id % r->config.window);
	key_answer(r, k, key_op(r, k), answer, value, now_ms);
}

void routes_get_stats(const struct routes *r, struct routes_stats *out)
{
	bool idle = !r->sleeping && !r->in_flight && r->scan == SCAN_IDLE;

	/* Clears the padding too, because the AMI thread compares whole statuses. */
	memset(out, 0, sizeof(*out));
	out->in_flight = r->in_flight;
	out->rounds = r->rounds;
	out->written = r->written;
	out->foreign_owner = r->access == ACCESS_FOREIGN;
	out->mute = r->access == ACCESS_MUTE;
	out->scan_failed = r->scan_failed;
	for (const struct key *k = r->prefixes; k; k = k->hh.next) {
		out->prefixes++;
		out->prefixes_verified += k->wanted && k->state == ROUTE_VERIFIED;
	}
	for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
		idle = idle && !r->ready[kind];
	memcpy(out->by_state, r->by_state, sizeof(out->by_state));
	/* If a number can't be written, its agents' keys are kept and wait for the operator. */
	out->settled = idle && r->access > ACCESS_CHECKING && (!r->deletions || r->busy_numbers);
	str_copy(out->owner, sizeof(out->owner), str_of(r->foreign_owner));
	str_copy(out->refusal, sizeof(out->refusal), str_of(r->refusal));
}
