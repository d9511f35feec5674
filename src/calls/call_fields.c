#include "config.h"

#include "trunkdeck/calls/call_fields.h"

#include "trunkdeck/base/clock.h"

_Static_assert(sizeof(enum call_state) == sizeof(int) && sizeof(enum call_outcome) == sizeof(int) &&
	       sizeof(enum hung_up_by) == sizeof(int) && sizeof(enum call_served) == sizeof(int) &&
	       sizeof(enum call_reason) == sizeof(int), "enumerations are read as int");

#define WORDS_OF(type) \
	(CALL_TYPE_##type == CALL_TYPE_STATE ? &call_state_words : \
	 CALL_TYPE_##type == CALL_TYPE_OUTCOME ? &outcome_words : \
	 CALL_TYPE_##type == CALL_TYPE_HUNG_UP ? &hung_up_by_words : \
	 CALL_TYPE_##type == CALL_TYPE_SERVED ? &call_served_words : \
	 CALL_TYPE_##type == CALL_TYPE_REASON ? &call_reason_words : NULL)
#define STORED(type, member, key) \
	{ CALL_TYPE_##type, #member, key, offsetof(struct call, member), sizeof(((struct call *)0)->member), WORDS_OF(type) },
#define MADE(type, key) { CALL_TYPE_##type, NULL, key, 0, 0, NULL },

const struct call_field call_fields[CALL_FIELDS] = { CALL_FIELD_TABLE(STORED, MADE) };

static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);

	return json ? json : json_string("");
}

static json_t *attempts_json(const char *attempts)
{
	json_t *all = json_array();
	struct call_attempt a;

	while ((attempts = call_attempt_next(attempts, &a)))
		json_array_append_new(all, json_pack("{s:o,s:s,s:s,s:I}", "agent", text_json(a.agent), "way", call_served_name(a.way),
						     "result", attempt_result_name(a.result), "ms", (json_int_t)a.ms));
	return all;
}

static json_t *measure_json(int value, double divisor)
{
	return value < 0 ? json_null() : json_real(value / divisor);
}

json_t *call_field_to_json(const struct call *c, const struct call_field *f)
{
	const void *at = (const char *)c + f->offset;
	char iso[CLOCK_ISO_SIZE];
	bool first_audio;
	int64_t us;

	switch (f->type) {
	case CALL_TYPE_TEXT:
	case CALL_TYPE_FOREIGN:
		return text_json(at);
	case CALL_TYPE_TIME:
		us = *(const int64_t *)at;
		if (us <= CALL_NO_TIME)
			return json_null();
		clock_format_iso(iso, us);
		return json_string(iso);
	case CALL_TYPE_SPAN:
		return json_integer(time_ms(*(const int64_t *)at));
	case CALL_TYPE_INT:
		return json_integer(*(const int *)at);
	case CALL_TYPE_BOOL:
		return json_boolean(*(const bool *)at);
	case CALL_TYPE_STATE:
	case CALL_TYPE_OUTCOME:
	case CALL_TYPE_HUNG_UP:
	case CALL_TYPE_SERVED:
	case CALL_TYPE_REASON:
		return json_string(f->words->rows[*(const int *)at].name);
	case CALL_TYPE_ATTEMPTS:
		return attempts_json(at);
	case CALL_TYPE_PERMILLE:
		return measure_json(*(const int *)at, 10);
	case CALL_TYPE_MILLISECONDS:
		return measure_json(*(const int *)at, 1000);
	case CALL_TYPE_SCORE:
		return measure_json(*(const int *)at, 100);
	case CALL_TYPE_COUNTRY:
		return json_string(call_country(c));
	case CALL_TYPE_RESPONSE:
	case CALL_TYPE_RESPONSE_SOURCE:
		us = call_response_us(c, &first_audio);
		if (us < 0)
			return json_null();
		if (f->type == CALL_TYPE_RESPONSE)
			return json_integer(time_ms(us));
		return json_string(first_audio ? "first_audio" : "answer");
	}
	return json_null();
}
