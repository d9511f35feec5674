/*
 * An array of pointers that is sorted only when it is read. Each item holds its place (a size_t), so that removing it
 * is O(1): its slot becomes a hole, which the next read closes. Appending in order needs no sort. Items are borrowed.
 */
#ifndef MODEL_SORTED_H
#define MODEL_SORTED_H

#include <stddef.h>

struct sorted {
	void **items;
	size_t count;		/* slots in use, including holes */
	size_t size;		/* allocated */
	size_t in_order;	/* this many slots at the start are in order */
	size_t holes;
	size_t place;		/* offset of the size_t inside an item */
	int (*compare)(const void *a, const void *b);	/* a total order of items */
};

void sorted_init(struct sorted *s, size_t place, int (*compare)(const void *a, const void *b));
void sorted_clear(struct sorted *s);
void sorted_add(struct sorted *s, void *item);
void sorted_take(struct sorted *s, void *item);
/* Must be called when the sort key of an item in the array has changed. */
void sorted_disturb(struct sorted *s);
/* Returns the items in order and without holes. Valid until the next change. Never NULL. */
void *const *sorted_items(struct sorted *s, size_t *count);

#endif
