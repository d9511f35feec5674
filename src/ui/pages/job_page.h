/* What the pages of an job draw; for job_page.c, doctor_page.c and test_page.c. */
#ifndef UI_PAGES_JOB_PAGE_H
#define UI_PAGES_JOB_PAGE_H

#include "ui/frame/ui.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/work/job.h"

/* The finding that Enter is about. */
struct job_mark {
	const struct finding *finding;	/* NULL = there is none */
	int top, end;			/* its rows, as drawn */
};

struct job_body {
	/* Draws from row y on, which may lie above the canvas; returns the row after the last one. */
	int (*draw)(const struct canvas *c, int y, const struct job *j, struct job_mark *mark);
	/* The same as plain text, for the clipboard. */
	void (*copy)(struct buf *to, const struct job *j);
	/* Does what a finding advises; NULL = there are no findings. False: nothing is changed by it, so nothing is to be checked again. */
	bool (*act)(struct ui *ui, const struct remedy *r);
};

extern const struct job_body doctor_body, test_body;

/* Text of the program or of servers, cleaned and wrapped, from column x on; returns the row after it. */
int job_text(const struct canvas *c, int y, int x, enum role r, const char *text);
/* What went wrong and what to do about it; nothing when nothing did. */
int job_trouble(const struct canvas *c, int y, int x, const struct err *e);

#endif
