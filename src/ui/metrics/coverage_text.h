/* What is not known, in words: servers not heard now, and figures that may lack calls. */
#ifndef UI_METRICS_COVERAGE_TEXT_H
#define UI_METRICS_COVERAGE_TEXT_H

#include "ui/term/draw.h"
#include "trunkdeck/app/app.h"

/* A first line that says which server is not heard, and since when; what is left of the canvas. All of it when every server is
 * heard, or when there is no room. */
struct canvas draw_unheard(const struct app *a, const struct canvas *c);
/* What the figures may lack; nothing when they are complete. */
void draw_incomplete(const struct app *a, const struct canvas *c, int y);

#endif
