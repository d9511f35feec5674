/*
 * The Servers view's parts: ui/servers/view.c has the list and the keys, ui/servers/rows.c what is said of a server (ui/servers/json.c
 * the same as JSON), ui/servers/sync.c what is said of its routes, and `s`.
 */
#ifndef UI_SERVERS_SERVERS_H
#define UI_SERVERS_SERVERS_H

#include "ui/term/draw.h"
#include "trunkdeck/base/buf.h"
#include "ui/frame/ui.h"

/* One line under a server: what it is about, and what is said. Its place in the list is told by `key`. */
struct servers_line {
	const struct app_server *server;
	char label[16];			/* translated */
	enum role role;
	char *text;			/* cleaned when drawn */
	uint64_t key;
};

struct servers_lines {
	struct servers_line *items;
	size_t count, size;
};

void servers_lines_clear(struct servers_lines *l);
/* Everything there is to say of the server, appended. */
void servers_lines_add(struct servers_lines *l, struct app *a, const struct app_server *s);

bool servers_is_up(const struct app_server *s);
/* What needs a person, in words, the worst first; false (and nothing appended) when nothing does. */
bool servers_alarm_text(struct app *a, const struct app_server *s, struct buf *text);
/* How it is connected: "connected 3 min", "retry in 4 s". */
enum role servers_link_text(const struct app *a, const struct app_server *s, char *to, size_t size);
char *servers_json(const struct app *a, const struct app_server *s);	/* caller frees */

/* What there is to say of a server's routes, in one line; false when all is well. */
bool servers_routes_text(const struct app *a, const struct app_server *s, struct buf *text);
/* Reads everything back, and asks about what is not repaired without asking: routes the store does not know, and the
 * selected server when it belongs to another store. */
void servers_sync(struct ui *ui, const struct app_server *selected);

extern const struct view_ops view_servers_ops;

#endif
