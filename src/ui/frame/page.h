/*
 * A page over the views: lines that its owner fills in anew for each frame, which scroll as less does. A line has cells: the first
 * with page_line(), further ones on the same row with page_also(). q, Esc and Enter close the page; y copies its text.
 */
#ifndef UI_FRAME_PAGE_H
#define UI_FRAME_PAGE_H

#include "ui.h"

/* A cell as wide as there is room, cut; one of width 0 is wrapped, one of a negative width is aligned to the right. */
#define PAGE_CUT 999

struct page_lines {
	struct page_cell *cells;
	size_t count, size;
	int rows, columns;		/* of the page, without margins */
	const struct canvas *canvas;	/* for mark_text() */
	const void *mark;		/* lines that are added now belong to this; NULL = to nothing */
};

/* Texts are cleaned and copied; "" is a blank. ROLE_RULE makes a rule with the text as its title. */
void page_line(struct page_lines *l, int x, int width, enum role role, const char *text);
void page_linef(struct page_lines *l, int x, int width, enum role role, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void page_also(struct page_lines *l, int x, int width, enum role role, const char *text);
/* What went wrong and what to do about it; nothing when nothing did. */
void page_trouble(struct page_lines *l, int x, const struct err *e);

struct page_ops {
	const char *hint;					/* N_(): the keys, for the footer */
	void (*fill)(void *arg, struct page_lines *l);
	/* Before the keys of every page; true when it did something with the key. May be NULL. */
	bool (*key)(void *arg, key_code key);
	void (*update)(void *arg, unsigned dirty);		/* may be NULL */
	void (*close)(void *arg);				/* frees arg */
	/* The lines of this mark have a cursor, and are scrolled to when it is another one; NULL = none. May be NULL. */
	const void *(*marked)(void *arg);
};

struct page;

/* Takes the title over. The page lives until it is closed. */
struct page *page_open(struct ui *ui, const struct page_ops *ops, char *title, void *arg);
bool page_is_on_top(const struct page *p);

#endif
