/*
 * An array of pointers that is put in order only when somebody looks. Items know their place (a size_t inside them), so
 * that taking one out is O(1): the place is left empty and closed up at the next look, which keeps the order. Appending in
 * order costs nothing more. The items belong to the caller.
 */
#ifndef MODEL_SORTED_H
#define MODEL_SORTED_H

#include <stddef.h>

struct sorted {
	void **items;
	size_t count;		/* slots in use, with holes */
	size_t size;		/* allocated */
	size_t in_order;	/* the first so many slots are in order */
	size_t holes;
	size_t place;		/* offset of the size_t inside an item */
	int (*compare)(const void *a, const void *b);	/* a total order of items */
};

void sorted_init(struct sorted *s, size_t place, int (*compare)(const void *a, const void *b));
void sorted_clear(struct sorted *s);
void sorted_add(struct sorted *s, void *item);
void sorted_take(struct sorted *s, void *item);
/* What an item in the array is sorted by has changed. */
void sorted_disturb(struct sorted *s);
/* In order and without holes; valid until the next change. Never NULL. */
void *const *sorted_items(struct sorted *s, size_t *count);

#endif
