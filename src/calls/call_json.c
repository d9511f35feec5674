#include "config.h"

#include "trunkdeck/calls/call_json.h"

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/utf8.h"

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

static void put_texts(json_t *o, const struct call *c)
{
	json_object_set_new(o, "server", text_json(c->server));
	json_object_set_new(o, "linkedid", text_json(c->linkedid));
	json_object_set_new(o, "number", text_json(c->number));
	json_object_set_new(o, "caller", text_json(c->caller));
	json_object_set_new(o, "country", text_json(call_country(c)));
	json_object_set_new(o, "provider", text_json(c->provider));
	json_object_set_new(o, "agent", text_json(c->agent));
	json_object_set_new(o, "region", text_json(c->region));
}

json_t *call_to_json(const struct call *c)
{
	json_t *o = json_object();
	bool first_audio, ended = c->state == CALL_ENDED;
	int64_t response = call_response_us(c, &first_audio);

	put_texts(o, c);
	put_moment(o, "started", c->started_us);
	put_moment(o, "answered", c->answered_us);
	put_moment(o, "first_audio", c->first_audio_us);
	put_moment(o, "ended", c->ended_us);
	if (ended)
		json_object_set_new(o, "outcome", json_string(outcome_name(c->outcome)));
	else
		json_object_set_new(o, "state", json_string(call_state_name(c->state)));
	json_object_set_new(o, "talk_ms", json_integer(time_ms(c->talk_us)));
	json_object_set_new(o, "response_ms", response < 0 ? json_null() : json_integer(time_ms(response)));
	json_object_set_new(o, "response_source", response < 0 ? json_null()
			    : json_string(first_audio ? "first_audio" : "answer"));
	json_object_set_new(o, "hung_up_by", json_string(hung_up_by_name(c->hung_up_by)));
	json_object_set_new(o, "cause", json_integer(c->cause));
	json_object_set_new(o, "sip_code", json_integer(c->sip_code));
	json_object_set_new(o, "uncertain", json_boolean(c->uncertain));
	json_object_set_new(o, "joined_late", json_boolean(c->joined_late));
	json_object_set_new(o, "test", json_boolean(c->is_test));
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
