/*
 * A page of the agent directory made of any bytes. Every agent without a problem must be one that the store accepts and
 * that Asterisk may dial. The shown texts of the others must be clean.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/directory_page.h"
#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/validate.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/agents";

static void check_clean(const char *text)
{
	FUZZ_ASSERT(utf8_valid(str_of(text)));
	for (const char *p = text; *p; p++)
		FUZZ_ASSERT((unsigned char)*p >= 0x20);
}

static void check_agent(const struct directory_agent *a)
{
	struct err e;

	check_clean(a->shown_id);
	check_clean(a->problem);
	check_clean(a->agent.title);
	if (a->problem[0])
		return;
	FUZZ_ASSERT(agent_validate(&a->agent, &e));
	FUZZ_ASSERT(strcmp(a->agent.source, "api") == 0);
	FUZZ_ASSERT(!strpbrk(a->agent.dial, "\r\n,$\""));
	FUZZ_ASSERT(strcmp(a->agent.id, a->shown_id) == 0);
	FUZZ_ASSERT(a->agent.voice_enabled == !a->agent.voice_problem[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct directory_rules rules = { .dial = "WebSocket/{agent_id}/c(ulaw)", .workspace = "ours" };
	struct directory_page page;
	struct err e = { .code = ERR_NONE };
	char said[40];

	if (directory_page_parse(&page, (const char *)bytes, len, &rules, &e)) {
		FUZZ_ASSERT(page.starred <= page.count && page.total >= -1 && page.number >= -1);
		for (size_t i = 0; i < page.count; i++)
			check_agent(&page.agents[i]);
	} else {
		FUZZ_ASSERT(e.code == ERR_DIRECTORY_ANSWER && page.count == 0);
	}
	directory_page_clear(&page);
	directory_refusal((const char *)bytes, len, "s3cr3t", said, sizeof(said));
	check_clean(said);
	FUZZ_ASSERT(!strstr(said, "s3cr3t"));
	return 0;
}
