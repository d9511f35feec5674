/*
 * Figures of calls, in sections one below the other. Each function draws from row y on, clipped to the canvas, and
 * returns the row after its section. Shared by the Metrics view and the strip below the Deck. Main thread.
 */
#ifndef UI_METRICS_FIGURES_H
#define UI_METRICS_FIGURES_H

#include "ui/term/draw.h"
#include "trunkdeck/calls/metrics.h"
#include "ui/frame/ui.h"

/* Draws "Label value"; returns the column of the next one. One that does not fit is left out, with all after it. */
int figures_put(const struct canvas *c, int y, int x, const char *label, const char *value, enum role r);
/* Draws offered, answered and peak; x as above. The peak is at least `live`: the store may not know live calls yet. */
int figures_put_calls(const struct canvas *c, int y, int x, const struct number_metrics *n, uint64_t live);

/* Figures whose calls can be shown, in the order in which they are drawn. The marked one has '>' before it. */
#define PICK_MAX 40
struct figures_pick {
	struct {
		struct rect area;	/* on the screen; may lie above or below the visible part */
		int day;		/* day whose hours are the cells of the row, 0 = Monday; -1 = none */
		char filter[64];	/* for the Calls view */
	} item[PICK_MAX];
	size_t count;
	size_t marked;			/* from 1; 0 = none */
	int hour;			/* the cell that is marked in a marked weekday; -1 = the whole day */
};

/* Draw a bar for each outcome; for each state of the calls that are up. */
int figures_outcomes(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick);
int figures_states(const struct canvas *c, int y, const struct number_metrics *n);
int figures_talk(const struct canvas *c, int y, const struct number_metrics *n);
/* Draws the response times, and to which moment they are measured. */
int figures_response(const struct canvas *c, int y, const struct number_metrics *n);
/* Draws how the calls sounded in the blank line after the section before; nothing when that is not known of any. */
int figures_sound(const struct canvas *c, int y, const struct number_metrics *n);
/* A row of 24 glyphs in columns FIGURES_INDENT and up. */
#define FIGURES_INDENT 11
int figures_hours(const struct canvas *c, int y, const char *title, const uint32_t hours[24]);
int figures_week(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick);
int figures_causes(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick);
int figures_countries(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick);

/* ui/metrics/strip.c: today's figures of all calls in two rows, to be drawn below the Deck. */
struct app;
void metrics_strip_draw(const struct app *a, const struct canvas *c);
const char *metrics_strip_title(const struct app *a);

extern const struct view_ops view_metrics_ops;

#endif
