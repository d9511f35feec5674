/* The pages of a job (work/job.h): the doctor's findings and test calls. Closing one ends the job. */
#ifndef UI_PAGES_JOB_PAGE_H
#define UI_PAGES_JOB_PAGE_H

#include "ui/frame/page.h"
#include "trunkdeck/work/job.h"

struct job_page {
	struct ui *ui;
	struct page *page;
	char number[40], provider[72];	/* what the doctor is asked, "" = not that */
	struct finding marked;		/* as it was marked last: findings come and move. check NULL = none yet */
	bool again;			/* what was advised is being done: then check again */
};

void job_close(void *arg);

#endif
