#include "config.h"

#include "trunkdeck/call_json.h"

#include "trunkdeck/clock.h"
#include "trunkdeck/e164.h"
#include "trunkdeck/utf8.h"

const char *call_country(const struct call *c)
{
	const struct country *country = c->caller[0] ? e164_country(str_of(c->caller)) : NULL;

	return country ? country->iso : "";
}

static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);

	return json ? json : json_string("");
}

static void put_moment(json_t *o, const char *key, int64_t us)
{
	char iso[CLOCK_ISO_SIZE];

	if (us)
		clock_format_iso(iso, us);
	json_object_set_new(o, key, us ? json_string(iso) : json_null());
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
	json_object_set_new(o, "talk_ms", json_integer((c->talk_us + 500) / 1000));
	json_object_set_new(o, "response_ms", response < 0 ? json_null() : json_integer((response + 500) / 1000));
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
