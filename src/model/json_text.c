#include "config.h"

#include "trunkdeck/model/json_text.h"

#include <stdbool.h>
#include <stdlib.h>

#include "trunkdeck/base/mem.h"

static bool has_real(const json_t *json)
{
	const char *key;
	json_t *value;
	size_t at;

	json_object_foreach((json_t *)json, key, value)
		if (has_real(value))
			return true;
	json_array_foreach(json, at, value)
		if (has_real(value))
			return true;
	return json_is_real(json);
}

static bool reads_as(const char *text, const json_t *value)
{
	json_t *read = json_loads(text, JSON_DECODE_ANY, NULL);
	bool same = read && json_equal(read, value);

	json_decref(read);
	return same;
}

char *json_text(const json_t *value, size_t flags)
{
	bool real = has_real(value);

	for (size_t digits = 15;; digits++) {
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits) | flags);

		if (!text)
			die("JSON could not be written");
		if (!real || digits == 17 || reads_as(text, value))
			return text;
		free(text);
	}
}
