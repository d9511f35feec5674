/*
 * Parameters and URLs of any bytes. The tell string has only characters that chan_websocket accepts, and is within its
 * bounds; an object fits into a value of astdb; parameters that are accepted reach the agent without exception.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/tell.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/tell";

static void check_params(const char *text)
{
	struct err e = { .code = ERR_NONE };
	char *params = params_canonical(text, &e);
	struct number n;
	struct tell t;
	size_t count, told = 0, sum = 0;
	struct tell_param *list;

	if (!params)
		return;
	number_init(&n);
	free(n.params);
	n.params = params;
	tell_init(&t, &n);
	FUZZ_ASSERT(t.text[strspn(t.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-%=,")] == '\0');
	FUZZ_ASSERT(t.len <= TELL_PARAMS_MAX + strlen("td_provider=,td_region=na,"));
	for (size_t i = 0; i < tell_chunk_count(&t); i++)
		sum += tell_chunk(&t, i).len;
	FUZZ_ASSERT(sum == t.len && strlen(t.gen) == TELL_GEN_SIZE - 1);
	list = tell_params(params, &count);
	for (size_t i = 0; i < count; i++)
		told += list[i].fit == TELL_FITS;
	FUZZ_ASSERT(tell_check_params(params, "", false, &e) == (told == count));
	FUZZ_ASSERT(tell_check_params(params, params, false, &e));
	tell_params_free(list, count);
	tell_clear(&t);
	number_clear(&n);
}

static void check_url(const char *text)
{
	struct err e = { .code = ERR_NONE };
	char *object = agent_object(text, NULL, &e);

	FUZZ_ASSERT(object || (e.code == ERR_FIELD_INVALID && e.hint[0] != '\0'));
	FUZZ_ASSERT(!object || (strlen(object) <= AGENT_OBJECT_MAX && !utf8_has_control(str_of(object)) && !strstr(object, "${")));
	FUZZ_ASSERT(object || !agent_url_check(text, &e));
	free(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len);

	check_params(text);
	check_url(text);
	free(text);
	return 0;
}
