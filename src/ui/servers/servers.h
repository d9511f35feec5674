/*
 * The parts of the Servers view: view.c (list, keys), rows.c (lines), json.c (the same as JSON), sync.c (routes, and
 * `s`).
 */
#ifndef UI_SERVERS_SERVERS_H
#define UI_SERVERS_SERVERS_H

#include "ui/frame/ui.h"
#include "trunkdeck/base/buf.h"

/* A server's own row, or a line under it. */
struct servers_line {
	const struct app_server *server;
	bool head;			/* a server's own row; text: its state, role: that of the state */
	char label[16];			/* translated */
	enum role role;
	char *text;			/* cleaned when drawn */
	char *words;			/* of a head: its connection and its state, which the filter searches */
	uint64_t key;			/* its identity in the list */
};

struct servers_lines {
	struct servers_line *items;
	size_t count, size;
};

void servers_lines_clear(struct servers_lines *l);
/* Appends the server's row and all its lines. */
void servers_lines_add(struct servers_lines *l, struct app *a, const struct app_server *s);

/* Appends the server's alarms in words. Returns false, and appends nothing, when there are none. */
bool servers_alarm_text(struct app *a, const struct app_server *s, struct buf *text);
/* Writes the state of the connection: "connected 3 min", "retry in 4 s". */
enum role servers_link_text(const struct app *a, const struct app_server *s, char *to, size_t size);
/* Caller decrefs. */
json_t *servers_json(const struct app *a, const struct app_server *s);

/* Appends the state of a server's routes in one line; returns false when something needs a person. */
bool servers_routes_text(const struct app *a, const struct app_server *s, struct buf *text);
/* Reads all routes back and repairs those of this store. Asks first about the rest: routes that the store does not
 * know, and the selected server when it belongs to another store. */
void servers_sync(struct ui *ui, const struct app_server *selected);

extern const struct view_ops view_servers_ops;

#endif
