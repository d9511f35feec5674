/*
 * A form over one record, driven by its field table (records.h): each field becomes a row with the editor of its type, and the
 * rules of one kind of record come through struct form_ops. Fields that are seldom set (FIELD_MORE) and empty are hidden until
 * the row "More" is opened. Parts: form.c (life, keys, saving), item.c (values and their errors), params.c (key = value rows),
 * pick.c (choosing a record by typing), theirs.c (edits of other operators), draw_form.c.
 *
 * The operator's input is never lost: an error of the store is shown at its field, and the form stays open.
 */
#ifndef UI_FORMS_FORM_H
#define UI_FORMS_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/frame/line_edit.h"
#include "ui/frame/ui.h"

/* Fields have the first three. FORM_MORE is the row that shows the hidden fields. */
enum form_editor { FORM_LINE, FORM_TOGGLE, FORM_PICK, FORM_MORE, FORM_PARAM_KEY, FORM_PARAM_VALUE, FORM_BUTTON };

#define PICK_NONE ((size_t)-1)

/* The list under a field that is chosen by typing. */
struct form_pick {
	size_t *match;			/* indexes into the snapshot's list */
	size_t count;
	size_t at;			/* the match under the cursor, or PICK_NONE */
	size_t top;			/* first match shown at the last draw */
	bool touched;			/* opened or moved in: leaving the field chooses the entry under the cursor */
};

struct form_item {
	enum form_editor editor;
	const struct field *field;	/* NULL: FORM_MORE, the button */
	bool fixed;			/* shown, but can't be edited */
	bool hidden;			/* below "More", and empty: not shown until that row is opened */
	struct line_edit line;		/* LINE, PARAM_*: the value; PICK: the search */
	char *value;			/* TOGGLE: the word; PICK: the id */
	char *original;			/* the value when the form opened */
	struct form_pick pick;
	struct err err;			/* ERR_NONE: nothing is wrong */
	bool checked;			/* the field was left or saved: from now on each change is checked */
	bool refused;			/* err is the store's: it stays until the value changes */
	bool theirs;			/* another operator changed this field while the form was open */
	bool pasted;			/* the value was pasted and not touched since */
	int y, rows;			/* in the lines of the form, at the last draw */
};

struct form;

struct form_ops {
	enum entity entity;
	const char *title_add, *title_edit;	/* N_() */
	const char *word_add;			/* N_(): on the button when adding */
	const char *first_edited;		/* key of the field an edit starts in; NULL = the first */
	struct overlay_ops overlay;		/* form_draw and its kin, with the hint of this form */
	/* Rules beyond the syntax of a value. May be NULL. */
	bool (*check)(struct form *f, const struct form_item *it, struct err *e);
	/* Called when the operator changed a value; NULL item: the form was opened or loaded. May be NULL. */
	void (*changed)(struct form *f, const struct form_item *it);
	/* Writes a few words beside the value, for so many columns. May be NULL. */
	void (*beside)(struct form *f, const struct form_item *it, int columns, char *to, size_t size);
	/* Writes a line below the value that is no error of a checked field: a hint or a warning. May be NULL. */
	enum role (*remark)(struct form *f, const struct form_item *it, char *to, size_t size);
	/* Writes the text of the bottom line when nothing is more urgent. May be NULL. */
	enum role (*status)(struct form *f, char *to, size_t size);
	/* Handles a key that only this form has; true when it was one. May be NULL. */
	bool (*key)(struct form *f, key_code key);
	/* Called when a paste into a line ended; when the cursor leaves a line. May be NULL. */
	void (*pasted)(struct form *f, struct form_item *it);
	void (*left)(struct form *f, struct form_item *it);
	/* Called when the record was saved; true when the form stays open for another one. May be NULL. */
	bool (*saved)(struct form *f);
};

#define FORM_WAITING_MAX 64

struct form {
	struct ui *ui;
	const struct form_ops *ops;
	bool adding;
	struct record base;		/* the record that is edited, with its version; values are compared with it */
	struct form_item *items;
	size_t count;
	size_t focus;
	char *params_original;		/* the rows of parameters when the form opened, as form_params_text() */
	bool region_is_set;		/* the operator has set it: no more suggestions */
	bool pasting;			/* a paste into an item that takes no text */
	bool ask_discard;
	bool saving;
	key_code waiting[FORM_WAITING_MAX];	/* pressed while saving; handled afterwards */
	size_t waiting_count;
	struct err err;			/* an error that belongs to no field */
	char their_name[64];		/* the operator who changed the record while the form was open; "" = unknown */
	bool their_params;		/* ... its additional parameters, among others */
	bool told_theirs;		/* ^S was pressed and reported a conflict: the next ^S saves */
	bool ask_theirs;		/* ^R was pressed once */
	bool no_letters;		/* a letter was pressed in a field that is set with Space and the arrows */
	char *more;			/* pasted numbers to add after this one, separated by blanks; NULL = none */
	bool ask_more;			/* they were offered, and not accepted yet */
	int top;			/* first line shown */
	int lines;			/* of the largest frame so far: a box never shrinks */
	struct rect body, list, button;	/* on the screen, at the last draw */
};

/* Takes over the texts of the record. field: the JSON key of the field where the focus begins; NULL = where the form begins. */
void form_open(struct ui *ui, const struct form_ops *ops, struct record *base, bool adding, const char *field);
void form_draw(void *state, const struct canvas *screen);
bool form_key(void *state, key_code key);
void form_update(void *state, unsigned dirty);
void form_close(void *state);

#define FORM_OVERLAY(hint_text) { \
	.name = "form", .draw = form_draw, .key = form_key, .update = form_update, .close = form_close, \
	.wants_freeze = true, .hint = (hint_text) }

/* form.c, for the forms themselves */
struct form_item *form_find(struct form *f, const char *key);		/* by the field's key or ""; NULL = none */
const char *form_value(struct form *f, const char *key);		/* "" = none; until the next change */
/* Sets a value as if the operator had typed it. */
void form_put(struct form *f, struct form_item *it, const char *value);
/* Sets a value as a suggestion. It does not count as a change, so there is nothing to save or discard. */
void form_suggest(struct form_item *it, const char *value);
bool form_is_focused(const struct form *f, const struct form_item *it);
/* Call it after the operator changed a value. */
void form_item_changed(struct form *f, struct form_item *it);

void form_focus_first(struct form *f);
/* Are there hidden fields? Then the row FORM_MORE is shown. */
bool form_is_folded(const struct form *f);

/* ui/forms/theirs.c */
/* Rebuilds the form on another operator's version of the record. */
void form_merge_theirs(struct form *f, const struct record *now);
void form_notice_theirs(struct form *f);	/* ... if the snapshot has a newer version */
/* Did both operators change this field? */
bool form_conflicts(const struct form *f, const struct form_item *it);
bool form_in_conflict(const struct form *f);
/* "alice changed Label meanwhile: ^S keeps yours, ^R takes theirs"; "" when nobody changed anything. */
void form_theirs_text(const struct form *f, char *to, size_t size);
void form_take_theirs(struct form *f);	/* ^R: asks first */

/* ui/forms/item.c */
void item_init(struct form_item *it, enum form_editor editor, const struct field *field, const char *text);
void item_clear(struct form_item *it);
void item_set(struct form_item *it, const char *value);
const char *item_value(const struct form_item *it);
bool item_is_changed(const struct form_item *it);
bool item_toggle_key(struct form_item *it, key_code key);	/* Space and arrows; true when the value changed */
size_t item_words(const struct field *f, const char *const **words);	/* of a toggle */
/* Checks the value. Sets it->err. */
void item_check(struct form *f, struct form_item *it);
size_t form_changes(const struct form *f);
/* Makes the record from the values of the form; false with *wrong when one is not allowed. *out is always
 * initialised. */
bool form_record(struct form *f, struct record *out, struct form_item **wrong);
/* Writes an error as a text below its field: "Invalid phone number format: start with + and the country code". */
void form_err_text(const struct err *e, const struct field *field, char *to, size_t size);

/* ui/forms/params.c */
void form_params_load(struct form *f, const struct field *field, const char *object);
/* Removes rows without a key, and keeps an empty last row for typing. The focus stays on its item. */
void form_params_tidy(struct form *f, bool remove);
char *form_params_text(const struct form *f);		/* for comparison; caller frees */
bool form_params_changed(const struct form *f);
/* Returns the canonical object. NULL: a row is wrong, *wrong is its key. Caller frees. */
char *form_params_object(struct form *f, struct form_item **wrong, struct err *e);
bool form_params_key(struct form *f, struct form_item *it, key_code key);
void form_params_pasted(struct form *f, struct form_item *it);
bool form_row_is_empty(const struct form_item *key);	/* are key and value of the row empty? */

/* ui/forms/pick.c */
enum pick_result { PICK_NOTHING, PICK_TAKEN, PICK_REFUSED };
void pick_refresh(struct form *f, struct form_item *it, bool keep);
bool pick_is_open(const struct form *f, const struct form_item *it);
bool pick_key(struct form *f, struct form_item *it, key_code key);
/* Chooses the entry under the list's cursor. Refused, with the reason in it->err, when it can't be chosen. */
enum pick_result pick_accept(struct form *f, struct form_item *it);
/* Drops the search and closes the list: the field shows the value again. */
void pick_forget(struct form *f, struct form_item *it);
void pick_click(struct form *f, struct form_item *it, int row);
/* Returns the title or name of the chosen record; its id when the record is unknown. */
const char *pick_title(const struct form *f, const struct field *field, const char *id);
/* Writes a line below the chosen record: why the agent can't take calls, or until when the schedule is open. It is only a
 * remark: other fields can be changed all the same. */
enum role pick_remark(const struct form *f, const struct form_item *it, char *to, size_t size);
bool pick_check(struct form *f, const struct form_item *it, struct err *e);
int pick_rows(const struct form *f, const struct form_item *it);	/* rows that the list needs */
void pick_draw(struct form *f, struct form_item *it, const struct canvas *c);
void pick_hint(const struct form *f, const struct form_item *it, char *to, size_t size);

#endif
