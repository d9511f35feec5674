/* What the pages of an job draw; for job_page.c, doctor_page.c and test_page.c. */
#ifndef UI_PAGES_JOB_PAGE_H
#define UI_PAGES_JOB_PAGE_H

#include "ui/term/draw.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/work/job.h"

struct job_body {
	/* Draws from row y on, which may lie above the canvas; returns the row after the last one. */
	int (*draw)(const struct canvas *c, int y, const struct job *q);
	/* The same as plain text, for the clipboard. */
	void (*copy)(struct buf *to, const struct job *q);
};

extern const struct job_body doctor_body, test_body;

/* Text of the program or of servers, cleaned and wrapped, from column x on; returns the row after it. */
int job_text(const struct canvas *c, int y, int x, enum role r, const char *text);
/* What went wrong and what to do about it; nothing when nothing did. */
int job_trouble(const struct canvas *c, int y, int x, const struct err *e);

#endif
