#include "config.h"

#include "trunkdeck/app/hours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/schedule.h"

#define MINUTE_US INT64_C(60000000)

struct entry {
	char *id;
	struct hours_now now;
};

struct hours {
	struct entry *entries;
	size_t count, size;
	int64_t minute;			/* of the entries, since 1970 */
	uint64_t generation;		/* of the snapshot */
};

static void forget(struct hours *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->entries[i].id);
	h->count = 0;
}

static void ask(struct app *a, const char *id, struct hours_now *out)
{
	const struct schedule *s = snapshot_schedule(a->snapshot, id);
	struct schedule_state state;
	struct buf text;

	*out = (struct hours_now){ .known = false };
	if (!s) {
		snprintf(out->text, sizeof(out->text), _("no schedule %s"), id);
		return;
	}
	buf_init(&text, BUF_UNBOUNDED);
	out->known = schedule_now(&text, s, snapshot_workspace(a->snapshot)->time_zone, clock_wall_us(a->clock), &state);
	out->open = out->known && state.open;
	str_copy(out->text, sizeof(out->text), str_of(text.p));
	buf_clear(&text);
}

const struct hours_now *app_hours(struct app *a, const char *schedule_id)
{
	struct hours *h = a->hours ? a->hours : (a->hours = xcalloc(1, sizeof(*h)));
	int64_t minute = clock_wall_us(a->clock) / MINUTE_US;

	if (h->minute != minute || h->generation != snapshot_generation(a->snapshot))
		forget(h);
	h->minute = minute;
	h->generation = snapshot_generation(a->snapshot);
	for (size_t i = 0; i < h->count; i++)
		if (!strcmp(h->entries[i].id, schedule_id))
			return &h->entries[i].now;
	ARRAY_GROW(h->entries, h->count, h->size);
	h->entries[h->count].id = xstrdup(schedule_id);
	ask(a, schedule_id, &h->entries[h->count].now);
	return &h->entries[h->count++].now;
}

const struct hours_now *app_number_hours(struct app *a, const struct number *n)
{
	return n->schedule[0] ? app_hours(a, n->schedule) : NULL;
}

void hours_free(struct hours **h)
{
	if (!*h)
		return;
	forget(*h);
	free((*h)->entries);
	FREE(h);
}
