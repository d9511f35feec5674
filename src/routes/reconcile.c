/*
 * The reconciler of one server: what is desired, whose server it is, and which action goes next.
 *
 * The gate comes first: nothing is read or written before the connection is up, all routes have been told, the store's
 * id is known, and the key `trunkdeckmeta/owner` names this store (or nobody, then it is written). Behind the gate every
 * key is a cell (reconcile_route.c), and cells that can act stand in queues: agents' dial strings before numbers, deletions
 * of agents last. An action in flight holds a slot; its id carries the slot, so that an answer finds its cell and an
 * answer to an action of an earlier connection finds nothing.
 *
 * It never deletes what it was not told about: keys nobody mentioned belong to whoever wrote them. A scan, done by the
 * owner of the connections, finds them; they become cells that are read and reported, no more.
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
		r->slots[i].cell = NULL;
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
	cell_init(&r->owner_cell, CELL_OWNER, "owner");
	r->owner_cell.wanted = true;
	return r;
}

static void free_cells(struct cell **hash)
{
	struct cell *c, *next;

	HASH_ITER(hh, *hash, c, next) {
		HASH_DEL(*hash, c);
		free(c->dial);
		free(c);
	}
}

void routes_free(struct routes **r)
{
	if (!*r)
		return;
	free_cells(&(*r)->prefixes);
	free_cells(&(*r)->numbers);
	free_cells(&(*r)->agents);
	free((*r)->owner);
	free((*r)->slots);
	free((*r)->free_slots);
	FREE(r);
}

/* Agents first: a number may only act on what its agent's cell says. */
static void each_cell(struct routes *r, void (*fn)(struct routes *r, struct cell *c, int64_t now_ms), int64_t now_ms)
{
	struct cell *c, *next;

	HASH_ITER(hh, r->prefixes, c, next)
		fn(r, c, now_ms);
	HASH_ITER(hh, r->agents, c, next)
		fn(r, c, now_ms);
	HASH_ITER(hh, r->numbers, c, next)
		fn(r, c, now_ms);
}

/* To the gate, when everything that is needed there is known. */
static void start(struct routes *r, int64_t now_ms)
{
	if (!r->connected || !r->complete || !*r->owner)
		return;
	r->gate = GATE_CHECKING;
	r->foreign_owner[0] = '\0';
	r->refusal[0] = '\0';
	cell_begin(r, &r->owner_cell, now_ms);
	each_cell(r, cell_begin, now_ms);
}

void routes_gate_open(struct routes *r, int64_t now_ms)
{
	enum gate before = r->gate;

	r->gate = GATE_OPEN;
	if (before == GATE_OPEN)
		return;
	if (!r->config.lookup && r->scan == SCAN_IDLE)
		r->scan = SCAN_DUE;
	if (before == GATE_MUTE) {
		r->refusal[0] = '\0';
		each_cell(r, cell_begin, now_ms);
	}
}

void routes_doubt(struct routes *r)
{
	if (r->gate != GATE_OPEN || r->owner_cell.place != PLACE_NONE)
		return;
	r->gate = GATE_CHECKING;
	cell_move(r, &r->owner_cell, PHASE_READ, PLACE_READY);
}

void routes_gate_shut(struct routes *r, enum gate gate, int64_t now_ms)
{
	r->gate = gate;
	each_cell(r, cell_begin, now_ms);
}

void routes_connected(struct routes *r, int64_t now_ms)
{
	r->connected = true;
	start(r, now_ms);
}

static void ground(struct routes *r, struct cell *c, int64_t now_ms)
{
	(void)now_ms;
	cell_move(r, c, PHASE_REST, PLACE_NONE);
}

void routes_disconnected(struct routes *r, int64_t now_ms)
{
	r->connected = false;
	r->gate = GATE_CLOSED;
	r->scan = SCAN_IDLE;
	empty_slots(r);
	ground(r, &r->owner_cell, now_ms);
	each_cell(r, ground, now_ms);
	each_cell(r, cell_begin, now_ms);
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
	if (r->gate > GATE_OPEN) {
		start(r, now_ms);
		return;
	}
	if (r->gate != GATE_OPEN)
		return;
	r->gate = GATE_CHECKING;
	r->refusal[0] = '\0';
	cell_reverify(r, &r->owner_cell, now_ms);
	each_cell(r, cell_reverify, now_ms);
}

/* The number lets go of its agent; an agent nobody wants is deleted. */
static void drop_agent(struct routes *r, struct cell *number, int64_t now_ms)
{
	struct cell *agent = number->agent;

	if (!agent)
		return;
	DL_DELETE2(agent->numbers, number, agent_prev, agent_next);
	number->agent = NULL;
	if (!agent->numbers) {
		agent->wanted = false;
		cell_begin(r, agent, now_ms);
	}
}

static void begin_numbers(struct routes *r, struct cell *agent, int64_t now_ms)
{
	struct cell *number;

	DL_FOREACH2(agent->numbers, number, agent_next)
		cell_begin(r, number, now_ms);
}

static struct cell *want_agent(struct routes *r, const char *id, const char *dial, int64_t now_ms)
{
	struct cell *agent;

	HASH_FIND_STR(r->agents, id, agent);
	if (!agent) {
		agent = xcalloc(1, sizeof(*agent));
		cell_init(agent, CELL_AGENT, id);
		agent->dial = xstrdup("");
		HASH_ADD_STR(r->agents, key, agent);
	}
	if (!agent->wanted || agent->state == ROUTE_REFUSED || strcmp(agent->dial, dial)) {
		free(agent->dial);
		agent->dial = xstrdup(dial);
		agent->wanted = true;
		cell_begin(r, agent, now_ms);
		/* What is looked up for a number holds the dial string. */
		if (r->config.lookup)
			begin_numbers(r, agent, now_ms);
	}
	return agent;
}

static struct cell *number_cell(struct routes *r, const char *number)
{
	struct cell *c;

	HASH_FIND_STR(r->numbers, number, c);
	if (c)
		return c;
	c = xcalloc(1, sizeof(*c));
	cell_init(c, CELL_NUMBER, number);
	HASH_ADD_STR(r->numbers, key, c);
	r->by_state[c->reported]++;
	return c;
}

void routes_want(struct routes *r, const struct route *route, int64_t now_ms)
{
	struct cell *c = number_cell(r, route->number);
	struct cell *agent = want_agent(r, route->agent, route->dial, now_ms);

	if (c->agent == agent && c->state != ROUTE_REFUSED)
		return;
	if (c->agent != agent) {
		drop_agent(r, c, now_ms);
		c->agent = agent;
		DL_APPEND2(agent->numbers, c, agent_prev, agent_next);
	}
	c->wanted = true;
	c->foreign = false;
	cell_begin(r, c, now_ms);
}

void routes_unwant(struct routes *r, const char *number, int64_t now_ms)
{
	struct cell *c = number_cell(r, number);

	drop_agent(r, c, now_ms);
	c->wanted = c->foreign = false;
	cell_begin(r, c, now_ms);
}

/* --- carrier forms --- */

static void want_prefix(struct routes *r, const struct route_prefix *p, int64_t now_ms)
{
	bool wanted = p->prefix[0] != '\0';
	struct cell *c;

	HASH_FIND_STR(r->prefixes, p->endpoint, c);
	if (!c) {
		c = xcalloc(1, sizeof(*c));
		cell_init(c, CELL_PREFIX, p->endpoint);
		c->dial = xstrdup("");
		HASH_ADD_STR(r->prefixes, key, c);
	} else if (c->wanted == wanted && strcmp(c->dial, p->prefix) == 0) {
		return;
	}
	free(c->dial);
	c->dial = xstrdup(p->prefix);
	c->wanted = wanted;
	cell_begin(r, c, now_ms);
}

static bool is_among(const char *endpoint, const struct route_prefix *prefixes, size_t n)
{
	while (n-- > 0)
		if (strcmp(prefixes[n].endpoint, endpoint) == 0)
			return true;
	return false;
}

void routes_set_prefixes(struct routes *r, const struct route_prefix *prefixes, size_t n, int64_t now_ms)
{
	struct cell *c, *next;

	HASH_ITER(hh, r->prefixes, c, next) {
		if (!c->wanted || is_among(c->key, prefixes, n))
			continue;
		c->wanted = false;
		cell_begin(r, c, now_ms);
	}
	for (size_t i = 0; i < n; i++)
		want_prefix(r, &prefixes[i], now_ms);
}

/* --- what is there besides --- */

void routes_take_over(struct routes *r, int64_t now_ms)
{
	r->config.take_over = true;
	if (r->gate == GATE_FOREIGN)
		start(r, now_ms);
}

bool routes_scan_due(const struct routes *r)
{
	return r->scan == SCAN_DUE && r->gate == GATE_OPEN;
}

void routes_scan_begin(struct routes *r)
{
	r->scan = SCAN_RUNNING;
}

void routes_scan_found(struct routes *r, const char *number, int64_t now_ms)
{
	struct cell *c;

	HASH_FIND_STR(r->numbers, number, c);
	if (c || r->scan != SCAN_RUNNING || strlen(number) >= E164_SIZE)
		return;
	c = number_cell(r, number);
	c->foreign = true;
	cell_begin(r, c, now_ms);
}

void routes_scan_end(struct routes *r, bool ok)
{
	if (r->scan == SCAN_RUNNING)
		r->scan = SCAN_IDLE;
	r->scan_failed = !ok;
}

void routes_delete_foreign(struct routes *r, const char *number, int64_t now_ms)
{
	struct cell *c;

	HASH_FIND_STR(r->numbers, number, c);
	if (!c || !c->foreign || r->config.read_only)
		return;
	c->foreign = false;
	cell_begin(r, c, now_ms);
}

/* --- actions --- */

static void wake_sleepers(struct routes *r, int64_t now_ms)
{
	while (r->sleeping && r->sleeping->wake_ms <= now_ms)
		cell_move(r, r->sleeping, r->sleeping->phase, PLACE_READY);
}

static struct cell *pick(const struct routes *r)
{
	if (r->ready[CELL_OWNER])
		return r->ready[CELL_OWNER];
	if (r->gate != GATE_OPEN)
		return NULL;
	for (int kind = CELL_PREFIX; kind < CELL_KIND_COUNT; kind++)
		if (r->ready[kind])
			return r->ready[kind];
	return r->busy_numbers ? NULL : r->doomed;
}

static uint64_t take_slot(struct routes *r, struct cell *c)
{
	size_t slot = r->free_slots[r->config.window - ++r->in_flight];
	uint64_t id = ++r->next_id * r->config.window + slot;

	r->slots[slot] = (struct slot){ id, c };
	return id;
}

bool routes_next(struct routes *r, int64_t now_ms, struct route_action *out)
{
	struct cell *c;

	wake_sleepers(r, now_ms);
	c = r->in_flight < r->config.window ? pick(r) : NULL;
	if (!c)
		return false;
	*out = (struct route_action){ .id = take_slot(r, c), .op = cell_op(r, c) };
	str_copy(out->family, sizeof(out->family), str_of(cell_family(r, c)));
	if (out->op != ROUTE_OP_LOOKUP || c->kind != CELL_OWNER)
		str_copy(out->key, sizeof(out->key), str_of(c->key));
	if (out->op == ROUTE_OP_PUT)
		str_copy(out->value, sizeof(out->value), str_of(cell_wanted_value(r, c)));
	cell_move(r, c, c->phase, PLACE_FLYING);
	return true;
}

int64_t routes_next_at_ms(const struct routes *r)
{
	return r->sleeping ? r->sleeping->wake_ms : -1;
}

void routes_answer(struct routes *r, uint64_t id, enum route_answer answer, const char *value, int64_t now_ms)
{
	struct slot *slot = &r->slots[id % r->config.window];
	struct cell *c = slot->cell;

	if (!c || slot->id != id)
		return;
	slot->cell = NULL;
	r->free_slots[r->config.window - r->in_flight--] = (size_t)(id % r->config.window);
	cell_answer(r, c, cell_op(r, c), answer, value, now_ms);
}

static void count_prefixes(const struct routes *r, struct routes_stats *out)
{
	for (const struct cell *c = r->prefixes; c; c = c->hh.next) {
		out->prefixes++;
		out->prefixes_verified += c->wanted && c->state == ROUTE_VERIFIED;
	}
}

void routes_get_stats(const struct routes *r, struct routes_stats *out)
{
	bool idle = !r->sleeping && !r->in_flight && r->scan == SCAN_IDLE;

	/* Padding too: the ami thread compares whole statuses. */
	memset(out, 0, sizeof(*out));
	out->in_flight = r->in_flight;
	out->rounds = r->rounds;
	out->written = r->written;
	out->foreign_owner = r->gate == GATE_FOREIGN;
	out->mute = r->gate == GATE_MUTE;
	out->scan_failed = r->scan_failed;
	count_prefixes(r, out);
	for (int kind = 0; kind < CELL_KIND_COUNT; kind++)
		idle = idle && !r->ready[kind];
	memcpy(out->by_state, r->by_state, sizeof(out->by_state));
	/* Agents' keys kept for the sake of a number that can't be written wait for a person, not for us. */
	out->settled = idle && r->gate > GATE_CHECKING && (!r->doomed || r->busy_numbers);
	str_copy(out->owner, sizeof(out->owner), str_of(r->foreign_owner));
	str_copy(out->refusal, sizeof(out->refusal), str_of(r->refusal));
}
