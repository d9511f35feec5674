/*
 * The reconciler of one server: what was told, and the next action to send.
 *
 * Nothing is read or written before access is open: the connection is up, all routes have been told, the store's id is
 * known, and the key `trunkdeckmeta/owner` names this store (if it is missing, it is written). Keys that can act wait
 * in queues, one for each family. An action in flight holds a slot. Its id contains the slot, so that an answer finds its
 * key, and an answer from an earlier connection finds nothing.
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

/* --- keys --- */

struct key *key_new(enum route_family family, const char *name)
{
	size_t size = strlen(name) + 1;
	struct key *k = xcalloc(1, sizeof(*k) + size);

	k->family = family;
	k->state = k->reported = ROUTE_UNKNOWN;
	k->counted = ROUTE_STATE_COUNT;
	k->in_force = true;
	memcpy(k->name, name, size);
	return k;
}

struct key *key_find(const struct routes *r, enum route_family family, const char *name)
{
	struct key *k;

	HASH_FIND_STR(r->keys[family], name, k);
	return k;
}

struct key *key_get(struct routes *r, enum route_family family, const char *name)
{
	struct key *k = key_find(r, family, name);

	if (k)
		return k;
	k = key_new(family, name);
	HASH_ADD_KEYPTR(hh, r->keys[family], k->name, strlen(k->name), k);
	if (family == ROUTE_FAMILY_NUMBER)
		r->by_state[k->reported]++;
	return k;
}

void key_free(struct key *k)
{
	struct need *n, *next;

	LL_FOREACH_SAFE(k->needs, n, next)
		free(n);
	free(k->value);
	free(k->former);
	free(k->spare);
	free(k->uri);
	free(k->found);
	free(k);
}

void each_key(struct routes *r, void (*fn)(struct routes *r, struct key *k, int64_t now_ms), int64_t now_ms)
{
	struct key *k, *next;

	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		HASH_ITER(hh, r->keys[family], k, next)
			fn(r, k, now_ms);
}

/* --- life --- */

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
	r->former = true;
	r->slots = xcalloc(r->config.window, sizeof(*r->slots));
	r->free_slots = xcalloc(r->config.window, sizeof(*r->free_slots));
	empty_slots(r);
	r->owner_key = key_new(ROUTE_FAMILY_OWNER, "owner");
	r->owner_key->wanted = true;
	return r;
}

void routes_free(struct routes **r)
{
	struct key *k, *next;

	if (!*r)
		return;
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		HASH_ITER(hh, (*r)->keys[family], k, next) {
			HASH_DEL((*r)->keys[family], k);
			key_free(k);
		}
	key_free((*r)->owner_key);
	free((*r)->owner);
	free((*r)->slots);
	free((*r)->free_slots);
	FREE(r);
}

/* Does the server keep what it has looked up, and may we try to delete it? */
static bool looks_up_rows(const struct routes *r)
{
	return r->config.lookup && !r->former && !r->config.read_only;
}

/* Asks for the owner as soon as everything needed is known. */
static void start(struct routes *r, int64_t now_ms)
{
	if (!r->connected || !r->complete || !*r->owner)
		return;
	r->access = ACCESS_CHECKING;
	r->foreign_owner[0] = '\0';
	/* To know whether it may be done when it counts, the deletion of what a server keeps is tried with a key that is not there. */
	r->keeps_rows = false;
	r->owner_key->kept = looks_up_rows(r);
	r->refusal[0] = '\0';
	key_begin(r, r->owner_key, now_ms);
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
	r->connected = r->seen_ours = false;
	r->access = ACCESS_CLOSED;
	r->scan = SCAN_IDLE;
	empty_slots(r);
	forget_action(r, r->owner_key, now_ms);
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
	r->seen_ours = false;
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
	key_reverify(r, r->owner_key, now_ms);
	each_key(r, key_reverify, now_ms);
}

/* --- what is told --- */

/* Keeps what was known about the keys, and brings each to its value in the other form. */
static void change_form(struct routes *r, struct key *k, int64_t now_ms)
{
	bool was_wanted = k->wanted;

	if (key_weigh(r, k, now_ms) && was_wanted)
		key_begin(r, k, now_ms);
}

void routes_set_version(struct routes *r, int version, int64_t now_ms)
{
	bool former = version < ROUTES_NEW_DIALPLAN;
	struct key *k;
	struct need *n;

	r->version = version;
	if (former == r->former)
		return;
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		for (k = r->keys[family]; k; k = k->hh.next)
			LL_FOREACH(k->needs, n)
				n->lingers = n->lingers || need_counts(r, n);
	r->former = former;
	each_key(r, change_form, now_ms);
	/* The scan covers other families now. */
	if (r->access == ACCESS_OPEN && r->scan == SCAN_IDLE && !r->config.lookup)
		r->scan = SCAN_DUE;
}

/* A server of odbc mode may have kept the row that a changed number had. */
static void row_changed(struct routes *r, struct key *k)
{
	k->kept = k->family == ROUTE_FAMILY_NUMBER && r->complete && looks_up_rows(r);
}

/* Replaces a text; true if it changed. */
static bool set_text(char **text, const char *to)
{
	if (*text && to ? strcmp(*text, to) == 0 : *text == to)
		return false;
	free(*text);
	*text = to ? xstrdup(to) : NULL;
	return true;
}

/* True if what the server is to hold changed. */
static bool set_values(struct routes *r, struct key *k, const struct route_key *told)
{
	char *before = key_value(r, k) ? xstrdup(key_value(r, k)) : NULL;
	bool changed;

	/* As long as a number leads to it, an agent that may no longer be used keeps its dial string. */
	k->former_off = told->family == ROUTE_FAMILY_AGENT && !told->former;
	if (!k->former_off)
		set_text(&k->former, told->former);
	set_text(&k->value, told->value);
	set_text(&k->spare, told->spare);
	changed = set_text(&k->uri, told->uri);
	k->off = told->off;
	r->want_new += told->wants_new - k->wants_new;
	k->wants_new = told->wants_new;
	changed = changed || strcmp(before ? before : "", key_value(r, k) ? key_value(r, k) : "") != 0;
	free(before);
	return changed;
}

void routes_tell(struct routes *r, const struct route_key *told, int64_t now_ms)
{
	struct key *k = key_get(r, told->family, told->name);
	bool is_new = !k->told && !k->leaving, was_wanted = k->wanted, was_off = k->former_off, changed;
	struct need *n;

	k->told = true;
	k->epoch = r->epoch;
	changed = set_values(r, k, told);
	if (changed && !is_new)
		row_changed(r, k);
	key_set_needs(r, k, told->needs, told->need_count);
	key_weigh(r, k, now_ms);
	if (was_wanted && k->wanted && (changed || k->state == ROUTE_REFUSED))
		key_begin(r, k, now_ms);
	if (k->wanted)
		LL_FOREACH(k->needs, n)
			if (n->told)
				key_weigh(r, n->to, now_ms);
	if (k->place == PLACE_NONE && k->phase == PHASE_REST && (k->state == ROUTE_VERIFIED || !k->wanted))
		key_release(r, k, now_ms);
	/* A provider's form may have been left behind by a former program, and a number is deleted even if it was never seen. */
	if (is_new && !k->wanted && (k->family == ROUTE_FAMILY_TRUNK || (k->family == ROUTE_FAMILY_NUMBER && r->complete))) {
		k->leaving = true;
		key_begin(r, k, now_ms);
		return;
	}
	if (k->family != ROUTE_FAMILY_AGENT || !r->former)
		return;
	/* On a former server the agent decides whether its numbers are there. A lookup of a number includes the dial string. */
	DL_FOREACH2(k->users, n, user_next) {
		if (was_off != k->former_off || is_new)
			key_weigh(r, n->from, now_ms);
		if (changed && r->config.lookup && need_counts(r, n))
			key_begin(r, n->from, now_ms);
	}
}

void routes_untell(struct routes *r, enum route_family family, const char *name, int64_t now_ms)
{
	struct key *k = family == ROUTE_FAMILY_NUMBER ? key_get(r, family, name) : key_find(r, family, name);

	if (!k)
		return;
	r->want_new -= k->wants_new;
	k->wants_new = k->told = k->foreign = k->off = false;
	row_changed(r, k);
	if (k->wanted) {
		key_weigh(r, k, now_ms);
	} else if (family == ROUTE_FAMILY_NUMBER) {
		k->leaving = true;
		key_begin(r, k, now_ms);
	} else {
		key_try_free(r, k);
	}
}

static bool is_standing(int family)
{
	return family == ROUTE_FAMILY_TRUNK || family == ROUTE_FAMILY_BLOCK || family == ROUTE_FAMILY_HAS;
}

void routes_tell_standing(struct routes *r, const char *packed, size_t len, int64_t now_ms)
{
	const char *at = packed;
	struct route_need *needs = NULL;
	struct route_key told;
	struct key *k, *next;

	r->epoch++;
	while (route_unpack(&at, packed + len, &told, &needs))
		if (is_standing((int)told.family))
			routes_tell(r, &told, now_ms);
	free(needs);
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		if (is_standing(family))
			HASH_ITER(hh, r->keys[family], k, next)
				if (k->told && k->epoch != r->epoch)
					routes_untell(r, (enum route_family)family, k->name, now_ms);
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
	r->foreign_keys = 0;
}

bool routes_scan_covers(const struct routes *r, enum route_family family)
{
	return family == ROUTE_FAMILY_NUMBER || (!r->former && (family_is_needed(family) || family == ROUTE_FAMILY_BLOCK));
}

/* Did this program write the key that nobody told? The client objects of others stand beside ours. */
static bool is_ours(enum route_family family, const char *name, const char *value)
{
	if (family == ROUTE_FAMILY_TELL)
		return name[0] == '+' && strchr(name, '.');
	if (family == ROUTE_FAMILY_OBJECT)
		return true;
	return strncmp(value, ROUTE_VALUE_FORMAT, strlen(ROUTE_VALUE_FORMAT)) == 0;
}

static void found_number(struct routes *r, const char *number, int64_t now_ms)
{
	struct key *k = key_find(r, ROUTE_FAMILY_NUMBER, number);

	if (k && (!k->told || k->wanted || k->leaving))
		return;
	k = key_get(r, ROUTE_FAMILY_NUMBER, number);
	k->foreign = !k->told;
	k->leaving = k->told;
	key_begin(r, k, now_ms);
}

void routes_scan_found(struct routes *r, enum route_family family, const char *name, const char *value, int64_t now_ms)
{
	struct key *k = key_find(r, family, name);

	if (r->scan != SCAN_RUNNING || !routes_scan_covers(r, family))
		return;
	if (family == ROUTE_FAMILY_NUMBER) {
		if (strlen(name) < E164_SIZE)
			found_number(r, name, now_ms);
		return;
	}
	if ((k && (k->wanted || k->leaving)) || (family == ROUTE_FAMILY_OBJECT && !str_starts(str_of(name), STR("td-"))))
		return;
	if (r->config.read_only || strlen(name) >= ROUTE_NAME_SIZE || !is_ours(family, name, value)) {
		r->foreign_keys++;
		return;
	}
	k = key_get(r, family, name);
	k->leaving = true;
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
	struct key *k = key_find(r, ROUTE_FAMILY_NUMBER, number);

	if (!k || !k->foreign || r->config.read_only)
		return;
	k->foreign = false;
	k->leaving = true;
	key_begin(r, k, now_ms);
}

/* --- actions --- */

/* The next key to act; NULL = none can. */
static struct key *pick(const struct routes *r)
{
	if (r->ready[ROUTE_FAMILY_OWNER])
		return r->ready[ROUTE_FAMILY_OWNER];
	if (r->access != ACCESS_OPEN && r->access != ACCESS_MUTE)
		return NULL;
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		if (r->ready[family])
			return r->ready[family];
	return NULL;
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
	key_action(r, k, out);
	out->id = ++r->next_id * r->config.window + slot;
	r->slots[slot] = (struct slot){ out->id, k };
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
	key_answer(r, k, answer, value, now_ms);
}

static size_t sum(const struct routes *r, enum route_family family)
{
	size_t n = 0;

	for (int state = 0; state < ROUTE_STATE_COUNT; state++)
		n += r->count[family][state];
	return n;
}

void routes_get_stats(const struct routes *r, struct routes_stats *out)
{
	bool idle = !r->sleepers && !r->in_flight && r->scan == SCAN_IDLE;

	/* Clears the padding too, because the AMI thread compares whole statuses. */
	memset(out, 0, sizeof(*out));
	out->in_flight = r->in_flight;
	out->rounds = r->rounds;
	out->written = r->written;
	out->foreign_owner = r->access == ACCESS_FOREIGN;
	out->mute = r->access == ACCESS_MUTE;
	out->scan_failed = r->scan_failed;
	out->version = r->version;
	out->former = r->former;
	out->want_new = r->want_new;
	out->leaving = r->leavers;
	out->foreign_keys = r->foreign_keys;
	out->keeps_rows = r->keeps_rows;
	out->prefixes = sum(r, ROUTE_FAMILY_TRUNK);
	out->prefixes_verified = r->count[ROUTE_FAMILY_TRUNK][ROUTE_VERIFIED];
	out->others = sum(r, ROUTE_FAMILY_BLOCK) + sum(r, ROUTE_FAMILY_HAS);
	out->others_verified = r->count[ROUTE_FAMILY_BLOCK][ROUTE_VERIFIED] + r->count[ROUTE_FAMILY_HAS][ROUTE_VERIFIED];
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++)
		idle = idle && !r->ready[family];
	memcpy(out->by_state, r->by_state, sizeof(out->by_state));
	out->settled = idle && r->access > ACCESS_CHECKING;
	str_copy(out->owner, sizeof(out->owner), str_of(r->foreign_owner));
	str_copy(out->refusal, sizeof(out->refusal), str_of(r->refusal));
}
