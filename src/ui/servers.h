/* The routes of a server on the Servers view. */
#ifndef UI_SERVERS_H
#define UI_SERVERS_H

#include "draw.h"
#include "trunkdeck/buf.h"
#include "ui.h"

/* What there is to say of a server's routes, in one line; false when all is well. */
bool servers_routes_text(const struct app *a, const struct app_server *s, struct buf *text);
/* Reads everything back, and asks about what is not repaired without asking: routes the store does not know, and the
 * selected server when it belongs to another store. */
void servers_sync(struct ui *ui, const struct app_server *selected);

#endif
