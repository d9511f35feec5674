/* Describes a change in words: "label AAA -> BBB, agent sales -> support". */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/records.h"

/* The bounds of the short form. */
enum { FIELDS_NAMED = 3, VALUE_WIDTH = 40 };

static void add_value(struct buf *to, const char *value, bool all)
{
	char *clean = utf8_clean_dup(str_of(value));
	int width;
	size_t len = all ? strlen(clean) : utf8_fit(clean, VALUE_WIDTH, &width);

	if (*clean)
		buf_addf(to, "%.*s%s", (int)len, clean, clean[len] ? "..." : "");
	else
		buf_adds(to, "\"\"");
	free(clean);
}

char *record_difference(const struct record *from, const struct record *to, bool all)
{
	size_t named = 0, more = 0;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (const struct field *f = entity_fields((to ? to : from)->entity); f->key; f++) {
		char *was = from ? field_get(f, from) : NULL, *is = to ? field_get(f, to) : NULL;
		const char *shown = was ? was : is;
		/* A new record does not name what is seldom set, unless it is. */
		bool differs = was && is ? strcmp(was, is) != 0 : shown && (*shown || !(f->flags & FIELD_MORE));

		if (differs && !(f->flags & (FIELD_READONLY | FIELD_KEY))) {
			if (all || named < FIELDS_NAMED) {
				buf_addf(&text, "%s%s ", named++ ? ", " : "", field_word(f));
				add_value(&text, shown, all);
				if (was && is) {
					buf_adds(&text, " -> ");
					add_value(&text, is, all);
				}
			} else {
				more++;
			}
		}
		free(was);
		free(is);
	}
	if (more)
		buf_addf(&text, ngettext(", %zu more field", ", %zu more fields", more), more);
	return buf_take(&text);
}

char *change_difference(const struct change *c, bool all)
{
	struct record before, after;
	bool had = change_record(c, true, &before), has = change_record(c, false, &after);
	char *text = (had && has) || (all && (had || has)) ? record_difference(had ? &before : NULL, has ? &after : NULL, all) : xstrdup("");
	char *shown = text, *masked;

	/* The masked forms are the same if only the credential differs. */
	if (c->url_replaced && had && has && !strcmp(before.agent.url, after.agent.url)) {
		masked = url_mask(after.agent.url);
		text = xasprintf(_("%s%sanother url %s"), shown, *shown ? ", " : "", masked);
		free(masked);
		free(shown);
	}
	if (had)
		record_clear(&before);
	if (has)
		record_clear(&after);
	return text;
}
