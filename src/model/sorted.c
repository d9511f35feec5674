/*
 * See sorted.h. Reading a changed array closes the holes, sorts the items that were appended out of order, and merges
 * them into the sorted part from the back. One number added to 100,000 moves pointers but does not sort all of them.
 */
#include "config.h"

#include "sorted.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

static size_t *place_of(const struct sorted *s, void *item)
{
	return (size_t *)(void *)((char *)item + s->place);
}

void sorted_init(struct sorted *s, size_t place, int (*compare)(const void *a, const void *b))
{
	*s = (struct sorted){ .place = place, .compare = compare };
}

void sorted_clear(struct sorted *s)
{
	FREE(&s->items);
	s->count = s->size = s->in_order = s->holes = 0;
}

void sorted_add(struct sorted *s, void *item)
{
	ARRAY_GROW(s->items, s->count, s->size);
	/* The last slot is never a hole, because sorted_take() removes holes at the end. */
	if (s->in_order == s->count && (!s->count || s->compare(s->items[s->count - 1], item) <= 0))
		s->in_order++;
	*place_of(s, item) = s->count;
	s->items[s->count++] = item;
}

void sorted_take(struct sorted *s, void *item)
{
	s->items[*place_of(s, item)] = NULL;
	s->holes++;
	while (s->count && !s->items[s->count - 1]) {
		s->count--;
		s->holes--;
	}
	if (s->in_order > s->count)
		s->in_order = s->count;
}

void sorted_disturb(struct sorted *s)
{
	s->in_order = 0;
}

static void close_holes(struct sorted *s)
{
	size_t to = 0, in_order = 0;

	for (size_t from = 0; from < s->count; from++) {
		if (!s->items[from])
			continue;
		if (from < s->in_order)
			in_order++;
		s->items[to++] = s->items[from];
	}
	s->count = to;
	s->in_order = in_order;
	s->holes = 0;
}

static int compare_slots(const void *a, const void *b, void *arg)
{
	const struct sorted *s = arg;

	return s->compare(*(void *const *)a, *(void *const *)b);
}

/* Merges the sorted tail into the sorted part, from the back. */
static void merge(struct sorted *s)
{
	size_t left = s->in_order, right = s->count - left, to = s->count;
	void **tail;

	if (!left)
		return;
	tail = xreallocarray(NULL, right, sizeof(*tail));
	memcpy(tail, s->items + left, right * sizeof(*tail));
	while (right) {
		if (left && s->compare(s->items[left - 1], tail[right - 1]) > 0)
			s->items[--to] = s->items[--left];
		else
			s->items[--to] = tail[--right];
	}
	free(tail);
}

void *const *sorted_items(struct sorted *s, size_t *count)
{
	static void *const nothing[1];

	if (s->holes || s->in_order < s->count) {
		if (s->holes)
			close_holes(s);
		if (s->in_order < s->count) {
			qsort_r(s->items + s->in_order, s->count - s->in_order, sizeof(*s->items), compare_slots, s);
			merge(s);
			s->in_order = s->count;
		}
		for (size_t i = 0; i < s->count; i++)
			*place_of(s, s->items[i]) = i;
	}
	*count = s->count;
	return s->items ? s->items : nothing;
}
