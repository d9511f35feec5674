/* The stored story of a call made of any bytes. The story is within its bounds, and its text is read back unchanged. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_json.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/story";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len), *again;
	struct call_detail d = { .call.started_us = 1 };
	struct call_story back;
	json_t *json;

	if (call_story_from_json(&d.story, text)) {
		FUZZ_ASSERT(d.story.leg_count > 0 && d.story.leg_count <= CALL_LEGS && d.story.step_count <= CALL_STEPS);
		for (size_t i = 0; i < d.story.step_count; i++)
			FUZZ_ASSERT(d.story.steps[i].kind < STEP_COUNT &&
				    (d.story.steps[i].leg == CALL_NO_LEG || d.story.steps[i].leg < d.story.leg_count));
		json = call_story_to_json(&d);
		again = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
		FUZZ_ASSERT(again && strlen(again) <= STORY_MAX);
		FUZZ_ASSERT(call_story_from_json(&back, again) && back.step_count == d.story.step_count);
		json_decref(json);
		free(again);
	}
	free(text);
	return 0;
}
