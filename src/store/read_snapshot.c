/* Reads the store into a snapshot. */
#include "config.h"

#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

static void take_record(void *arg, const struct record *r, int64_t numbers)
{
	struct record copy;

	record_copy(&copy, r);
	snapshot_put(arg, &copy);
	if (r->entity == ENTITY_PROVIDER)
		snapshot_set_badge(arg, r->provider.id, numbers);
}

bool store_read_snapshot(struct store *s, struct snapshot *to, bool numbers, struct err *e)
{
	const struct store_reader reader = {
		.arg = to, .entities = numbers ? ENTITIES_ALL : ENTITIES_ALL & ~ENTITY_BIT(ENTITY_NUMBER), .record = take_record,
	};

	if (!store_read(s, &reader, NULL, e))
		return false;
	if (numbers)
		snapshot_numbers_complete(to);
	return true;
}
