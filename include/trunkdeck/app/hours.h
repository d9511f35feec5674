/*
 * Whether schedules are open now, for the screen. The answers are kept for the running minute of the clock, because many
 * numbers share a schedule and each one is drawn and filtered. Owner: the main thread.
 */
#ifndef TRUNKDECK_APP_HOURS_H
#define TRUNKDECK_APP_HOURS_H

#include <stdbool.h>

#include "trunkdeck/app/app.h"

struct hours_now {
	bool known;		/* false: there is no such schedule, or its zone or times can't be read */
	bool open;
	char text[96];		/* "closed until Mon 09:00", with the zone if it is not the workspace's; or what is wrong */
};

/* The state of a schedule of the snapshot. Valid until the next call. */
const struct hours_now *app_hours(struct app *a, const char *schedule_id);
/* The same for a number; NULL = it has no schedule. */
const struct hours_now *app_number_hours(struct app *a, const struct number *n);
void hours_free(struct hours **h);

#endif
