/*
 * Lines of a configuration file made of any bytes. What is read lies inside the line, and a value written in quotes is
 * read back unchanged.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_options.h"
#include "fuzz.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/config";

static void check_inside(const char *part, const char *line, size_t len)
{
	FUZZ_ASSERT(!part || (part >= line && part + strlen(part) <= line + len));
}

static void check_quoted(const char *value)
{
	struct config_line l;
	struct buf line;

	buf_init(&line, BUF_UNBOUNDED);
	buf_adds(&line, "key = \"");
	for (const char *p = value; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&line, '\\');
		buf_addc(&line, *p);
	}
	buf_addc(&line, '"');
	FUZZ_ASSERT(!config_read_line(line.p, &l));
	FUZZ_ASSERT(strcmp(l.value, value) == 0);
	buf_clear(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len);
	size_t length;

	for (char *line = text, *next; line; line = next) {
		struct config_line l;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		length = strlen(line);
		if (!config_read_line(line, &l)) {
			check_inside(l.section, line, length);
			check_inside(l.key, line, length);
			check_inside(l.value, line, length);
			FUZZ_ASSERT(!l.key == !l.value && !(l.key && l.section));
			if (l.value)
				check_quoted(l.value);
		}
	}
	free(text);
	return 0;
}
