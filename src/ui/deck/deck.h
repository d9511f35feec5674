/* The Deck's state, shared by its files: ui/deck/view.c (rows, actions), ui/deck/draw_rows.c, ui/deck/delete.c. */
#ifndef UI_DECK_DECK_H
#define UI_DECK_DECK_H

#include "ui/frame/list.h"
#include "trunkdeck/model/filter_words.h"
#include "ui/frame/ui.h"

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

/* The text of each number that words without a field are looked for in, in the order of snapshot_numbers_of(), provider by
 * provider: made when a filter is typed, kept until the workspace changes. */
struct deck_texts {
	struct buf bytes;		/* NUL-terminated texts, one after the other */
	uint64_t generation;		/* of the snapshot they were made of; 0 = none */
};

struct deck {
	struct ui *ui;
	struct app *app;
	struct list list;
	struct deck_open *open;
	bool opened_first;		/* the first provider was opened when the workspace came */
	struct filter_words *query;
	struct deck_texts texts;
};

bool deck_is_open(const struct deck *d, const char *provider_id);

/* ui/deck/match.c */
extern const struct filter_rows deck_filter_rows;
/* Is the filter in force? */
bool deck_filtering(const struct deck *d);
/* Makes the texts that are looked into, if the workspace has changed since. */
void deck_match_prepare(struct deck *d);
/* Calls fn for each provider's matching numbers, in order, and with n NULL for a matching provider that has none. */
void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct provider *p, const struct number *n));

/* ui/deck/draw_rows.c */
#define DECK_TEXT_SIZE 64
/* The state of a number's route: "ok", "pending", "missing on eu-1", "disabled", "no server". `to` has DECK_TEXT_SIZE. */
enum role deck_route_text(char *to, const struct app *a, const struct number *n);
void deck_draw(struct deck *d, const struct canvas *c, bool focused);

/* ui/deck/delete.c: asks, saying what breaks. */
void deck_delete_number(struct deck *d, const struct number *n);
void deck_delete_provider(struct deck *d, const struct provider *p);

extern const struct view_ops view_deck_ops;

#endif
