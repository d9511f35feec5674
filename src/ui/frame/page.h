/*
 * A page over the views. Its owner fills its lines anew for each frame; they scroll as in less. page_line() adds the
 * first cell of a line, page_also() further ones. q, Esc and Enter close the page; y copies its text.
 */
#ifndef UI_FRAME_PAGE_H
#define UI_FRAME_PAGE_H

#include "ui.h"

/* Width of a cell that is cut at the edge. A cell of width 0 is wrapped, one of negative width is right-aligned. */
#define PAGE_CUT 999

struct page_lines {
	struct page_cell *cells;
	size_t count, size;
	int rows, columns;		/* of the page, without margins */
	const struct canvas *canvas;	/* for mark_text() */
	const void *mark;		/* lines that are added now belong to this mark; NULL = none */
};

/* Texts are cleaned and copied; "" is an empty line. ROLE_RULE draws a rule with the text as its title. */
void page_line(struct page_lines *l, int x, int width, enum role role, const char *text);
void page_linef(struct page_lines *l, int x, int width, enum role role, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void page_also(struct page_lines *l, int x, int width, enum role role, const char *text);
/* Adds the message and the hint of an error; nothing for ERR_NONE. */
void page_trouble(struct page_lines *l, int x, const struct err *e);

struct page_ops {
	const char *hint;					/* N_(): the keys, for the footer */
	void (*fill)(void *arg, struct page_lines *l);
	/* Gets keys before the keys of every page; true when it used the key. May be NULL. */
	bool (*key)(void *arg, key_code key);
	void (*update)(void *arg, unsigned dirty);		/* may be NULL */
	void (*close)(void *arg);				/* frees arg */
	/* Returns the mark whose lines have the cursor, NULL = none. The page scrolls to a new mark. May be NULL. */
	const void *(*marked)(void *arg);
};

struct page;

/* Takes over the title. The page lives until it is closed. */
struct page *page_open(struct ui *ui, const struct page_ops *ops, char *title, void *arg);
bool page_is_on_top(const struct page *p);

#endif
