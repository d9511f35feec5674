/* The Deck's state, shared by its files: view_deck.c (rows, actions), deck_draw.c, deck_delete.c. */
#ifndef UI_DECK_H
#define UI_DECK_H

#include "list.h"
#include "trunkdeck/query.h"
#include "ui.h"

enum deck_row {
	DECK_PROVIDER,		/* data: struct provider */
	DECK_NUMBER,		/* data: struct number */
	DECK_EMPTY,		/* data: struct provider without numbers, opened */
};

/* A provider whose card is open. */
struct deck_open {
	char id[72];
	struct deck_open *next;
};

struct deck {
	struct ui *ui;
	struct app *app;
	struct list list;
	struct deck_open *open;
	bool opened_first;		/* the first provider was opened when the workspace came */
	struct query *query;
	size_t matching;		/* numbers shown while filtering */
};

bool deck_is_open(const struct deck *d, const char *provider_id);

/* deck_draw.c */
void deck_draw(struct deck *d, const struct canvas *c, bool focused);

/* deck_delete.c: asks, saying what breaks. */
void deck_delete_number(struct deck *d, const struct number *n);
void deck_delete_provider(struct deck *d, const struct provider *p);

#endif
