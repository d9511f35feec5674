/*
 * Which keys are wanted. Numbers, providers, blocks and the key that says what there is are wanted because they were
 * told. Agents, their objects, schedules, days and chunks are wanted because a wanted key needs them.
 *
 * When a number is changed, its key on the server leads to the former needs until it has been rewritten and read back.
 * Until then they linger, and are not deleted.
 */
#include "config.h"

#include "reconcile_int.h"

#include <string.h>

bool family_is_needed(enum route_family family)
{
	return family == ROUTE_FAMILY_OBJECT || family == ROUTE_FAMILY_AGENT || family == ROUTE_FAMILY_TELL ||
	       family == ROUTE_FAMILY_DAY || family == ROUTE_FAMILY_SCHEDULE;
}

/* Keys that are told together with the one that needs them. Nobody tells that they are gone. */
static bool family_is_part(enum route_family family)
{
	return family == ROUTE_FAMILY_OBJECT || family == ROUTE_FAMILY_TELL || family == ROUTE_FAMILY_DAY;
}

bool need_counts(const struct routes *r, const struct need *n)
{
	return n->told && n->from->wanted && (!r->former || n->former);
}

bool key_lingers(const struct key *k)
{
	const struct need *n;

	DL_FOREACH2(k->users, n, user_next)
		if (n->lingers)
			return true;
	return false;
}

static void add_need(struct key *from, struct key *to, bool former)
{
	struct need *n = xcalloc(1, sizeof(*n));

	*n = (struct need){ .from = from, .to = to, .told = true, .former = former };
	LL_APPEND(from->needs, n);
	DL_APPEND2(to->users, n, user_prev, user_next);
}

void key_set_needs(struct routes *r, struct key *k, const struct route_need *needs, size_t count)
{
	struct need *n;

	LL_FOREACH(k->needs, n) {
		n->lingers = n->lingers || need_counts(r, n);
		n->told = false;
	}
	for (size_t i = 0; i < count; i++) {
		struct key *to = key_get(r, needs[i].family, needs[i].name);

		LL_FOREACH(k->needs, n)
			if (n->to == to)
				break;
		if (!n) {
			add_need(k, to, needs[i].former);
			continue;
		}
		n->former = needs[i].former || (n->told && n->former);
		n->told = true;
	}
}

/* A number without an agent that a former dialplan may use is not on a former server. */
static bool has_former_needs(const struct key *k)
{
	const struct need *n;

	LL_FOREACH(k->needs, n)
		if (n->told && n->former && (!n->to->former || n->to->former_off))
			return false;
	return true;
}

static bool is_due(const struct routes *r, const struct key *k)
{
	const struct need *n;

	if (!key_value(r, k))
		return false;
	if (k->family == ROUTE_FAMILY_NUMBER)
		return k->told && (!r->former || has_former_needs(k));
	if (!family_is_needed(k->family))
		return k->told;
	DL_FOREACH2(k->users, n, user_next)
		if (need_counts(r, n))
			return true;
	return key_lingers(k);
}

bool key_weigh(struct routes *r, struct key *k, int64_t now_ms)
{
	bool wanted = is_due(r, k);
	struct need *n;

	if (wanted == k->wanted)
		return wanted;
	LL_FOREACH(k->needs, n)
		n->lingers = n->lingers || need_counts(r, n);
	k->wanted = wanted;
	k->leaving = !wanted;
	k->foreign = false;
	if (wanted)
		LL_FOREACH(k->needs, n)
			key_weigh(r, n->to, now_ms);
	key_begin(r, k, now_ms);
	return wanted;
}

void key_release(struct routes *r, struct key *k, int64_t now_ms)
{
	struct need *n, *next;

	LL_FOREACH_SAFE(k->needs, n, next) {
		struct key *to = n->to;

		if (n->told && !n->lingers)
			continue;
		n->lingers = false;
		if (!n->told) {
			LL_DELETE(k->needs, n);
			DL_DELETE2(to->users, n, user_prev, user_next);
			free(n);
		}
		if (to->wanted)
			key_weigh(r, to, now_ms);
		else
			key_try_free(r, to);
	}
}

void key_try_free(struct routes *r, struct key *k)
{
	struct need *n;

	if (k->users || k->wanted || k->leaving || k->foreign || k->place != PLACE_NONE ||
	    (k->told && !family_is_part(k->family)))
		return;
	key_count(r, k, 0);
	HASH_DEL(r->keys[k->family], k);
	while ((n = k->needs)) {
		struct key *to = n->to;

		LL_DELETE(k->needs, n);
		DL_DELETE2(to->users, n, user_prev, user_next);
		free(n);
		if (!to->wanted)
			key_try_free(r, to);
	}
	key_free(k);
}

bool needs_are_present(const struct routes *r, const struct key *k)
{
	const struct need *n;

	LL_FOREACH(k->needs, n)
		if (need_counts(r, n) && n->to->family != ROUTE_FAMILY_TRUNK && !n->to->present)
			return false;
	return true;
}

static int rank(enum route_state s)
{
	static const int ranks[ROUTE_STATE_COUNT] = {
		[ROUTE_NONE] = 0, [ROUTE_VERIFIED] = 0, [ROUTE_UNKNOWN] = 1, [ROUTE_PENDING] = 2, [ROUTE_FOREIGN] = 3,
		[ROUTE_STALE] = 4, [ROUTE_MISSING] = 5, [ROUTE_REFUSED] = 6,
	};

	return ranks[s];
}

enum route_state key_whole_state(const struct routes *r, const struct key *k, const struct key **fault)
{
	enum route_state worst = ROUTE_VERIFIED;
	const struct key *at = k, *inner;
	const struct need *n;

	*fault = k;
	LL_FOREACH(k->needs, n) {
		enum route_state s = need_counts(r, n) ? key_whole_state(r, n->to, &inner) : ROUTE_VERIFIED;

		if (rank(s) > rank(worst)) {
			worst = s;
			at = inner;
		}
	}
	if (worst != ROUTE_REFUSED && k->state != ROUTE_VERIFIED)
		return k->state;
	*fault = at;
	return worst;
}
