#include "config.h"

#include "trunkdeck/calls/call_json.h"

#include "trunkdeck/base/clock.h"
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

json_t *call_detail_to_json(const struct call_detail *d)
{
	json_t *o = json_object(), *steps = json_array(), *legs = json_array();

	for (size_t i = 0; i < d->story.step_count; i++)
		json_array_append_new(steps, step_json(d, &d->story.steps[i]));
	for (size_t i = 0; i < d->story.leg_count; i++)
		json_array_append_new(legs, leg_json(&d->story.legs[i]));
	json_object_set_new(o, "call", call_to_json(&d->call));
	json_object_set_new(o, "steps", steps);
	json_object_set_new(o, "steps_lost", json_integer(d->story.steps_lost));
	json_object_set_new(o, "legs", legs);
	json_object_set_new(o, "legs_lost", json_integer(d->story.legs_lost));
	json_object_set_new(o, "transferred_to", text_json(d->story.transferred_to));
	return o;
}
