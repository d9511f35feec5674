/* Texts about missing data: servers that are not heard now, and figures that may lack calls. */
#ifndef UI_METRICS_COVERAGE_TEXT_H
#define UI_METRICS_COVERAGE_TEXT_H

#include "ui/term/draw.h"
#include "trunkdeck/app/app.h"

/* Draws a first line that names the servers that are not heard, and since when. Returns the rest of the canvas: all of
 * it when every server is heard or there is no room. */
struct canvas draw_unheard(const struct app *a, const struct canvas *c);
/* Draws why the figures may lack calls; draws nothing when they are complete. */
void draw_incomplete(const struct app *a, const struct canvas *c, int y);

#endif
