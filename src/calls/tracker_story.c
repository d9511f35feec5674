/*
 * The story of a live call: its legs, and its steps. Times are those of the events. The same step of the same leg at
 * the same instant is stored once, so that a repeated event adds nothing.
 */
#include "config.h"

#include "tracker_internal.h"

#include <string.h>

static void changed(struct tracker *t, struct tracked *k)
{
	if (t->watched == k)
		t->watched_changed = true;
}

static void count(uint16_t *lost)
{
	*lost += *lost < UINT16_MAX;
}

static bool has_step(const struct call_story *s, const struct call_step *step)
{
	for (size_t i = s->step_count; i-- > 0 && s->steps[i].at_us >= step->at_us;)
		if (s->steps[i].at_us == step->at_us && s->steps[i].kind == step->kind && s->steps[i].leg == step->leg)
			return true;
	return false;
}

static void add_step(struct tracker *t, struct tracked *k, struct call_step step)
{
	struct call_story *s = &k->story;
	struct call_step *middle = &s->steps[CALL_STEPS / 2];

	if (has_step(s, &step))
		return;
	if (s->step_count == CALL_STEPS) {
		memmove(middle, middle + 1, (CALL_STEPS / 2 - 1) * sizeof(*middle));
		s->step_count--;
		count(&s->steps_lost);
	}
	s->steps[s->step_count++] = step;
	changed(t, k);
}

/* Returns the place of the leg. A dial may name a leg of another call, which has no place in this story. */
static uint8_t leg_of(const struct tracked *k, const struct channel *c)
{
	return c && c->leg && call_of(c) == k ? (uint8_t)(c->leg - 1) : CALL_NO_LEG;
}

void story_step(struct tracker *t, struct tracked *k, enum call_step_kind kind, const struct channel *c)
{
	add_step(t, k, (struct call_step){ t->now_us, (uint8_t)kind, leg_of(k, c) });
}

static uint8_t leg_named(const struct call_story *s, struct str channel)
{
	for (uint8_t i = 0; i < s->leg_count; i++)
		if (str_eq(channel, str_of(s->legs[i].channel)))
			return i;
	return CALL_NO_LEG;
}

void story_step_named(struct tracker *t, struct tracked *k, enum call_step_kind kind, struct str channel)
{
	add_step(t, k, (struct call_step){ t->now_us, (uint8_t)kind, leg_named(&k->story, channel) });
}

/* Without free room, a leg that has left is replaced. Its steps stay, without a leg. */
static uint8_t leg_place(struct call_story *s)
{
	uint8_t i = 1;

	if (s->leg_count < CALL_LEGS)
		return s->leg_count++;
	while (i < CALL_LEGS && !s->legs[i].left_us)
		i++;
	count(&s->legs_lost);
	if (i == CALL_LEGS)
		return CALL_NO_LEG;
	for (uint8_t step = 0; step < s->step_count; step++)
		if (s->steps[step].leg == i)
			s->steps[step].leg = CALL_NO_LEG;
	return i;
}

void story_leg_joined(struct tracker *t, struct tracked *k, struct channel *c)
{
	uint8_t place;
	struct call_leg *l;

	if (c->leg || (place = leg_place(&k->story)) == CALL_NO_LEG)
		return;
	c->leg = (uint8_t)(place + 1);
	l = &k->story.legs[place];
	*l = (struct call_leg){ .joined_us = t->now_us, .up_us = c->up ? t->now_us : 0, .held = c->held };
	str_copy(l->channel, sizeof(l->channel), str_of(c->name));
	if (c == k->trunk)
		l->role = LEG_TRUNK;
	else if (strcmp(c->name, k->call.agent_leg) == 0)
		l->role = LEG_AGENT;
	changed(t, k);
}

static struct call_leg *leg_in(struct tracked *k, const struct channel *c)
{
	return c->leg ? &k->story.legs[c->leg - 1] : NULL;
}

void story_leg_up(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (!l || l->up_us)
		return;
	l->up_us = t->now_us;
	changed(t, k);
}

void story_leg_renamed(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (!l)
		return;
	str_copy(l->channel, sizeof(l->channel), str_of(c->name));
	changed(t, k);
}

void story_leg_held(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (l)
		l->held = c->held;
	story_step(t, k, c->held ? STEP_HELD : STEP_RESUMED, c);
}

void story_agent_named(struct tracker *t, struct tracked *k)
{
	uint8_t leg = leg_named(&k->story, str_of(k->call.agent_leg));

	if (leg == CALL_NO_LEG || k->story.legs[leg].role == LEG_TRUNK)
		return;
	k->story.legs[leg].role = LEG_AGENT;
	changed(t, k);
}

void story_connected(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (!l || l->connected)
		return;
	l->connected = true;
	story_step(t, k, STEP_CONNECTED, c);
}

void story_parted(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (c == k->trunk)
		for (uint8_t i = 0; i < k->story.leg_count; i++)
			k->story.legs[i].connected = false;
	if (!l || !l->connected)
		return;
	l->connected = false;
	changed(t, k);
	if (!c->local)
		story_step(t, k, STEP_PARTED, c);
}

void story_leg_left(struct tracker *t, struct tracked *k, const struct channel *c)
{
	struct call_leg *l = leg_in(k, c);

	if (!l || l->left_us)
		return;
	l->left_us = t->now_us;
	l->connected = l->held = false;
	changed(t, k);
	if (l->role == LEG_AGENT)
		story_step(t, k, STEP_LEG_ENDED, c);
}

void story_transferred(struct tracker *t, struct tracked *k, const struct channel *by, struct str to)
{
	str_copy(k->story.transferred_to, sizeof(k->story.transferred_to), to);
	story_step(t, k, STEP_TRANSFERRED, by);
}

void story_begins(struct tracker *t, struct tracked *k)
{
	story_leg_joined(t, k, k->trunk);
	add_step(t, k, (struct call_step){ k->call.started_us, STEP_ARRIVED, leg_of(k, k->trunk) });
	if (k->call.joined_late)
		story_step(t, k, STEP_JOINED_LATE, k->trunk);
}

void story_ends(struct tracker *t, struct tracked *k)
{
	for (uint8_t i = 0; i < k->story.leg_count; i++)
		if (!k->story.legs[i].left_us)
			k->story.legs[i].left_us = k->call.ended_us;
	add_step(t, k, (struct call_step){ k->call.ended_us, STEP_ENDED, CALL_NO_LEG });
}
