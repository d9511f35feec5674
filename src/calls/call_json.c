#include "config.h"

#include "trunkdeck/calls/call_json.h"

#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/calls/call_fields.h"

static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);

	return json ? json : json_string("");
}

static void put_moment(json_t *o, const char *key, int64_t us)
{
	char iso[CLOCK_ISO_SIZE];

	if (us > CALL_NO_TIME)
		clock_format_iso(iso, us);
	json_object_set_new(o, key, us > CALL_NO_TIME ? json_string(iso) : json_null());
}

json_t *call_to_json(const struct call *c)
{
	const enum call_field_type hidden = c->state == CALL_ENDED ? CALL_TYPE_STATE : CALL_TYPE_OUTCOME;
	json_t *o = json_object();

	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++)
		if (*f->key && f->type != hidden)
			json_object_set_new(o, f->key, call_field_to_json(c, f));
	return o;
}

static json_t *step_json(const struct call_detail *d, const struct call_step *step)
{
	json_t *o = json_object();
	bool of_leg = step->leg < d->story.leg_count;

	put_moment(o, "at", step->at_us);
	json_object_set_new(o, "offset_ms", json_integer(time_minus(step->at_us, d->call.started_us) / 1000));
	json_object_set_new(o, "step", json_string(call_step_name((enum call_step_kind)step->kind)));
	json_object_set_new(o, "channel", of_leg ? text_json(d->story.legs[step->leg].channel) : json_null());
	return o;
}

static json_t *leg_json(const struct call_leg *l)
{
	json_t *o = json_object();

	json_object_set_new(o, "channel", text_json(l->channel));
	json_object_set_new(o, "role", json_string(call_role_name(l->role)));
	put_moment(o, "joined", l->joined_us);
	put_moment(o, "up", l->up_us);
	put_moment(o, "left", l->left_us);
	json_object_set_new(o, "held", json_boolean(l->held));
	json_object_set_new(o, "connected", json_boolean(l->connected));
	return o;
}

json_t *call_story_to_json(const struct call_detail *d)
{
	json_t *o = json_object(), *steps = json_array(), *legs = json_array();

	for (size_t i = 0; i < d->story.step_count; i++)
		json_array_append_new(steps, step_json(d, &d->story.steps[i]));
	for (size_t i = 0; i < d->story.leg_count; i++)
		json_array_append_new(legs, leg_json(&d->story.legs[i]));
	json_object_set_new(o, "steps", steps);
	json_object_set_new(o, "steps_lost", json_integer(d->story.steps_lost));
	json_object_set_new(o, "legs", legs);
	json_object_set_new(o, "legs_lost", json_integer(d->story.legs_lost));
	json_object_set_new(o, "transferred_to", text_json(d->story.transferred_to));
	return o;
}

json_t *call_detail_to_json(const struct call_detail *d)
{
	json_t *o = json_object();

	json_object_set_new(o, "call", call_to_json(&d->call));
	json_object_update_new(o, call_story_to_json(d));
	return o;
}

/* --- a story that was stored --- */

static void read_text(char *to, size_t size, const json_t *text)
{
	const char *string = json_string_value(text);

	str_copy(to, size, str_of(string ? string : ""));
}

static int64_t read_moment(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));
	int64_t us;

	return text && clock_parse_iso(text, &us) ? us : 0;
}

static uint16_t read_count(const json_t *o, const char *key)
{
	json_int_t count = json_integer_value(json_object_get(o, key));

	return count < 0 ? 0 : count > UINT16_MAX ? UINT16_MAX : (uint16_t)count;
}

static int read_word(const struct words *words, const json_t *o, const char *key)
{
	const char *name = json_string_value(json_object_get(o, key));

	return name ? words_find(words, name) : -1;
}

bool call_story_from_json(struct call_story *s, const char *text)
{
	json_t *o = strlen(text) <= STORY_MAX ? json_loads(text, 0, NULL) : NULL, *one;
	size_t at;

	*s = (struct call_story){ .steps_lost = read_count(o, "steps_lost"), .legs_lost = read_count(o, "legs_lost") };
	read_text(s->transferred_to, sizeof(s->transferred_to), json_object_get(o, "transferred_to"));
	json_array_foreach(json_object_get(o, "legs"), at, one) {
		struct call_leg *l = &s->legs[s->leg_count];
		int role = read_word(&call_role_words, one, "role");

		if (s->leg_count == CALL_LEGS)
			break;
		s->leg_count++;
		read_text(l->channel, sizeof(l->channel), json_object_get(one, "channel"));
		l->role = role < 0 ? LEG_OTHER : (enum call_role)role;
		l->joined_us = read_moment(one, "joined");
		l->up_us = read_moment(one, "up");
		l->left_us = read_moment(one, "left");
		l->held = json_is_true(json_object_get(one, "held"));
		l->connected = json_is_true(json_object_get(one, "connected"));
	}
	json_array_foreach(json_object_get(o, "steps"), at, one) {
		const char *channel = json_string_value(json_object_get(one, "channel"));
		struct call_step step = { .at_us = read_moment(one, "at"), .leg = CALL_NO_LEG };
		int kind = read_word(&call_step_words, one, "step");

		if (s->step_count == CALL_STEPS)
			break;
		/* A newer program may know other steps. */
		if (kind < 0)
			continue;
		step.kind = (uint8_t)kind;
		for (uint8_t i = 0; channel && i < s->leg_count && step.leg == CALL_NO_LEG; i++)
			if (!strcmp(s->legs[i].channel, channel))
				step.leg = i;
		s->steps[s->step_count++] = step;
	}
	json_decref(o);
	return s->leg_count > 0;
}
