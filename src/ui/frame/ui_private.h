/* The inside of struct ui, for the frame and the overlays that are part of it. */
#ifndef UI_FRAME_UI_PRIVATE_H
#define UI_FRAME_UI_PRIVATE_H

#include "layout.h"
#include "line_edit.h"
#include "palette_history.h"
#include "ui.h"

#define OVERLAYS_MAX 8
#define HITS_MAX 32

struct overlay {
	const struct overlay_ops *ops;
	void *state;
};

/* A clickable place of the last frame. */
struct hit {
	struct rect area;
	enum action_id action;
};

struct ui {
	struct app *app;
	struct term *term;
	const struct view_ops *const *views;
	bool ascii;
	enum view_id view, last_view;
	struct view *states[VIEW_COUNT];
	char *filters[VIEW_COUNT];	/* never NULL */
	struct overlay overlays[OVERLAYS_MAX];
	size_t overlay_count;
	struct palette_history history;

	bool touched;			/* draw in this turn */
	bool data_changed;			/* draw when the frame rate allows */
	bool complete;				/* the last frame had the whole workspace */
	int64_t painted_ms;		/* the last frame */
	int64_t shown_ms;		/* the last frame that wrote something */
	int64_t tick_ms;		/* when something on the screen changes by time alone; -1 = never */
	bool pasting;			/* inside a paste without a field, which is ignored */
	bool no_key, told_no_key;	/* this key did nothing; nor did the one before, and a message said so */
	uint64_t no_key_message;	/* the last of these messages; 0 = none */
	bool quit;

	struct layout layout;		/* of the last frame */
	struct hit hits[HITS_MAX];
	size_t hit_count;
};

unsigned ui_scope(const struct ui *ui);		/* of the current view, for keymap and help */
void ui_set_filter(struct ui *ui, const char *text);
bool ui_view_action(struct ui *ui, enum action_id action);

/* frame.c */
void frame_draw(struct ui *ui);
/* Returns when something in the frame changes by time alone, monotonic ms; -1 = never. */
int64_t frame_next_at_ms(struct ui *ui);
/* Clears the screen for a page, with a rule and the title on top. Returns the canvas below the rule. */
struct canvas frame_page(struct ui *ui, const struct canvas *screen, const char *title);
/* Draws "1-20 of 36" into the rule of a page whose lines don't all fit. */
void frame_page_note(const struct canvas *screen, const struct canvas *page, size_t first, size_t lines);
/* Returns the status line, where prompts are typed. */
struct canvas frame_status(struct ui *ui, const struct canvas *screen);
/* Draws a prompt and its line into the status line, with the cursor in it. */
void frame_prompt(struct ui *ui, const struct canvas *screen, const char *prompt, struct line_edit *line);

/* stats.c */
void stats_open(struct ui *ui);

#endif
