/* The pages of a job (work/job.h): the doctor's findings and test calls. Closing one ends the job. */
#ifndef UI_PAGES_JOB_PAGE_H
#define UI_PAGES_JOB_PAGE_H

#include "ui/frame/page.h"
#include "trunkdeck/work/job.h"

struct job_page {
	struct ui *ui;
	struct page *page;
	char number[40], provider[72];	/* the question to the doctor, "" = not asked for */
	struct finding marked;		/* a copy, because findings come and move; check NULL = none yet */
	bool again;			/* the advice is being carried out; check again after it */
};

void job_close(void *arg);

#endif
