/*
 * Draws a form: in a box in the middle of the screen where it fits, otherwise as a page. Every item has its line and
 * the lines of its error or remark. The lines scroll so that the item with the cursor is visible. The last rows do not
 * scroll: a hint for the field, then the state of the form and its button. The list of a pick covers the lines below
 * its field, so that no line moves when the list opens.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "form.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define BOX_COLUMNS 70
#define BOX_MIN_COLUMNS 60		/* of the screen; with fewer columns the form is a page */
#define BOX_MIN_ROWS 22			/* with at least so many, the form is a box, which scrolls */
#define PAGE_MIN_ROWS 6			/* with at least so many, a page has a title and shows the footer */
#define BAND_COLUMNS 24
#define MARGIN 3			/* the cursor's mark, the change's mark, a blank */
#define LABEL_GAP 2
#define STACKED_COLUMNS 36		/* with fewer columns, labels are above their values */
#define NOTE_COLUMNS 20
#define NUMBER_COLUMNS 18
#define TOGGLE_COLUMNS 20
#define KEY_COLUMNS 20
#define LIST_COLUMNS 40
#define SPARE_LINES 2			/* room for errors, so that the box need not grow */
#define FOOT_LINES 3
#define TEXT_SIZE 512

/* The columns of the parts of a row. */
struct columns {
	bool stacked;
	int label;			/* columns of the widest label */
	int value, width;		/* where values begin, and their columns in all */
};

static void place_columns(const struct form *f, int columns, struct columns *out)
{
	out->label = 0;
	for (size_t i = 0; i < f->count && f->items[i].editor <= FORM_PICK; i++) {
		int width = utf8_width(_(f->items[i].field->label)) + 2;

		if (!f->items[i].hidden && width > out->label)
			out->label = width;
	}
	out->stacked = columns < STACKED_COLUMNS;
	out->value = out->stacked ? MARGIN : MARGIN + out->label + LABEL_GAP;
	out->width = columns - out->value > 1 ? columns - out->value : 1;
}

/* --- below an item --- */

static bool is_first_param(const struct form *f, const struct form_item *it)
{
	return it->editor == FORM_PARAM_KEY && f->items[it - f->items - 1].editor != FORM_PARAM_VALUE;
}

static int draw_said(const struct canvas *c, int y, enum role role, const char *label, const char *text)
{
	char *clean = utf8_clean_dup(str_of(text)), *said = xasprintf("%s%s", label, clean);
	int lines = text[0] ? draw_wrapped(c, y, 0, role, said) : 0;

	free(said);
	free(clean);
	return lines;
}

/* Draws the error or remark of an item, then the other operator's value of a field that both changed, each on its own
 * lines. Returns the count of lines; a canvas without rows only counts them. */
static int draw_below(struct form *f, const struct form_item *it, const struct canvas *c, int y, const struct columns *at)
{
	struct canvas sub = canvas_sub(c, 0, at->value, c->area.rows, at->width);
	char text[TEXT_SIZE] = "";
	enum role role = ROLE_ALARM;
	int lines;

	if (it->err.code != ERR_NONE)
		form_err_text(&it->err, it->field, text, sizeof(text));
	else if (f->ops->remark && it->editor <= FORM_PICK)
		role = f->ops->remark(f, it, text, sizeof(text));
	if (!text[0] && it->editor == FORM_PICK)
		role = pick_remark(f, it, text, sizeof(text));
	lines = draw_said(&sub, y, role, "", text);
	if (form_conflicts(f, it) && (it->editor <= FORM_PICK || is_first_param(f, it))) {
		char *value = field_get(it->field, &f->base);

		lines += draw_said(&sub, y + lines, ROLE_WARN, _("now: "),
				   it->editor == FORM_PICK ? pick_title(f, it->field, value) : value);
		free(value);
	}
	return lines;
}

/* --- lines --- */

/* Returns the count of lines of an item above its value. */
static int head_lines(const struct form *f, const struct form_item *it, const struct columns *at)
{
	return it->editor == FORM_PARAM_KEY ? is_first_param(f, it) : at->stacked;
}

/* Places every item; returns the count of all lines. */
static int place_lines(struct form *f, const struct columns *at)
{
	struct canvas counting = canvas_of((struct rect){ 0, 0, 0, at->value + at->width }, false);
	int y = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct form_item *it = &f->items[i];

		it->y = it->editor == FORM_PARAM_VALUE ? f->items[i - 1].y : y;
		it->rows = 0;
		if (it->editor == FORM_PARAM_VALUE || it->editor == FORM_BUTTON || it->hidden)
			continue;
		if (it->editor == FORM_MORE)
			it->rows = form_is_folded(f);
		else
			it->rows = head_lines(f, it, at) + 1 + draw_below(f, it, &counting, 0, at);
		y += it->rows;
	}
	return y;
}

/* Scrolls to the lines of the item with the cursor and its list. */
static void scroll(struct form *f, int lines, int rows)
{
	const struct form_item *it = &f->items[f->focus];
	int height = it->editor == FORM_PARAM_VALUE ? it[-1].rows : it->rows, list = pick_rows(f, it);

	if (it->editor == FORM_BUTTON) {
		f->top = lines > rows ? lines - rows : 0;
		return;
	}
	if (list > 0)
		height += list < rows / 2 ? list : rows / 2;
	if (it->y + height > f->top + rows)
		f->top = it->y + height - rows;
	if (it->y < f->top)
		f->top = it->y;
	if (f->top > 0 && lines <= rows && it->y + height <= rows)
		f->top = 0;
}

/* --- values --- */

static void set_cursor(struct form *f, const struct canvas *c, int y, int x)
{
	if (y >= 0 && y < c->area.rows && x < c->area.columns)
		term_cursor(ui_term(f->ui), c->area.y + y, c->area.x + x);
}

static void draw_line_item(struct form *f, struct form_item *it, const struct canvas *c, int y, int x, int width)
{
	int cursor = line_draw(&it->line, c, y, x, width, ROLE_FIELD);

	if (form_is_focused(f, it))
		set_cursor(f, c, y, cursor);
}

static void draw_toggle(struct form *f, const struct form_item *it, const struct canvas *c, int y, int x)
{
	const char *const *words;
	size_t n = item_words(it->field, &words);

	for (size_t i = 0; i < n; i++) {
		bool chosen = !strcmp(words[i], it->value);

		if (chosen && form_is_focused(f, it))
			set_cursor(f, c, y, x + 1);
		draw_textf(c, y, x, 0, ROLE_NORMAL, "(%s)", chosen ? mark_text(c, MARK_DOT) : " ");
		x += 4 + draw_text(c, y, x + 4, 0, chosen ? ROLE_NORMAL : ROLE_DIM, _(words[i])) + 3;
	}
}

static void draw_pick(struct form *f, struct form_item *it, const struct canvas *c, int y, int x, int width)
{
	bool focused = form_is_focused(f, it);
	const char *title;
	int used;

	if (line_text(&it->line)[0] || (focused && !it->value[0] && it->field->flags & FIELD_REQUIRED)) {
		draw_line_item(f, it, c, y, x, width);
		return;
	}
	if (focused)
		set_cursor(f, c, y, x);
	if (!it->value[0]) {
		draw_text(c, y, x, width, ROLE_DIM, it->field->flags & FIELD_REQUIRED ? _("not chosen") : _("none"));
		return;
	}
	title = pick_title(f, it->field, it->value);
	used = draw_foreign(c, y, x, width, ROLE_NORMAL, title);
	if (strcasecmp(title, it->value) != 0 && used + 3 < width)
		draw_foreign(c, y, x + used + 2, width - used - 2, ROLE_DIM, it->value);
}

static void draw_param(struct form *f, struct form_item *key, const struct canvas *c, int y)
{
	int x = MARGIN + 2, rest = c->area.columns - x - 3, width = rest / 2 < KEY_COLUMNS ? rest / 2 : KEY_COLUMNS;
	bool empty = form_row_is_empty(key);

	if (width < 1)
		return;
	draw_line_item(f, key, c, y, x, width);
	draw_text(c, y, x + width + 1, 1, empty ? ROLE_DIM : ROLE_NORMAL, "=");
	if (empty && !form_is_focused(f, key)) {
		draw_text(c, y, x, width, ROLE_DIM, _("key"));
		draw_text(c, y, x + width + 3, 0, ROLE_DIM, _("value"));
	}
	if (!empty && rest - width > 0)
		draw_line_item(f, key + 1, c, y, x + width + 3, rest - width);
}

/* --- items --- */

static int value_columns(const struct form *f, const struct form_item *it, const struct columns *at)
{
	if (it->field->type == FIELD_E164)
		return at->width < NUMBER_COLUMNS ? at->width : NUMBER_COLUMNS;
	if (f->adding || at->width < 2 * NOTE_COLUMNS)
		return at->width;
	return at->width - NOTE_COLUMNS - 2;
}

/* Draws the words of this form; otherwise "was Sales" (saving changes this), "default na" (in a new record) or "by
 * alice" (another operator changed it meanwhile). */
static void draw_beside(struct form *f, const struct form_item *it, const struct canvas *c, int y, const struct columns *at)
{
	int used = it->editor == FORM_TOGGLE ? TOGGLE_COLUMNS : value_columns(f, it, at) + 2, room = at->width - used;
	const char *original = it->editor == FORM_PICK ? pick_title(f, it->field, it->original) : it->original;
	char text[TEXT_SIZE] = "";

	if (f->ops->beside)
		f->ops->beside(f, it, room, text, sizeof(text));
	if (text[0])
		;
	else if (item_is_changed(it) && !f->adding)
		snprintf(text, sizeof(text), _("was %s"), original[0] ? original : _("empty"));
	else if (item_is_changed(it) && original[0])
		snprintf(text, sizeof(text), _("default %s"), original);
	else if (it->theirs)
		snprintf(text, sizeof(text), _("by %s"), f->their_name[0] ? f->their_name : _("somebody else"));
	if (room >= utf8_width(text) || room >= NOTE_COLUMNS / 2)
		draw_foreign(c, y, at->value + used, room, ROLE_DIM, text);
}

/* Names the hidden fields. */
static void draw_more(struct form *f, const struct form_item *it, const struct canvas *c, int y, const struct columns *at)
{
	bool focused = form_is_focused(f, it);
	struct buf names;

	buf_init(&names, TEXT_SIZE);
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].hidden)
			buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", _(f->items[i].field->label));
	draw_text(c, y, MARGIN, 0, focused ? ROLE_STRONG : ROLE_NORMAL, _("More"));
	if (!at->stacked)
		draw_text(c, y, at->value, at->width, ROLE_DIM, names.p);
	if (focused) {
		draw_text(c, y, 0, 1, ROLE_KEY, mark_text(c, MARK_CURSOR));
		set_cursor(f, c, y, MARGIN);
	}
	buf_clear(&names);
}

static void draw_item(struct form *f, struct form_item *it, const struct canvas *c, const struct columns *at)
{
	bool focused = form_is_focused(f, it), params = it->editor == FORM_PARAM_KEY;
	int y = it->y - f->top, head = head_lines(f, it, at);

	if (it->rows == 0 || y >= c->area.rows || y + it->rows <= 0)
		return;
	if (it->editor == FORM_MORE) {
		draw_more(f, it, c, y, at);
		return;
	}
	if (!params || head > 0) {
		int used = draw_text(c, y, MARGIN, 0, focused ? ROLE_STRONG : ROLE_NORMAL, _(it->field->label));

		if (it->field->flags & FIELD_REQUIRED && !it->fixed)
			draw_text(c, y, MARGIN + used + 1, 1, ROLE_ACCENT, "*");
	}
	if (params && head > 0 && form_params_changed(f))		/* one mark for all parameters */
		draw_text(c, y, 1, 1, ROLE_ACCENT, mark_text(c, MARK_DOT));
	y += head;
	if (focused || (params && form_is_focused(f, it + 1)))
		draw_text(c, y, 0, 1, ROLE_KEY, mark_text(c, MARK_CURSOR));
	if (!params && item_is_changed(it))
		draw_text(c, y, 1, 1, ROLE_ACCENT, mark_text(c, MARK_DOT));
	if (params)
		draw_param(f, it, c, y);
	else if (it->fixed)
		draw_foreign(c, y, at->value, value_columns(f, it, at), ROLE_NORMAL, item_value(it));
	else if (it->editor == FORM_TOGGLE)
		draw_toggle(f, it, c, y, at->value);
	else if (it->editor == FORM_PICK)
		draw_pick(f, it, c, y, at->value, value_columns(f, it, at));
	else
		draw_line_item(f, it, c, y, at->value, value_columns(f, it, at));
	if (!params)
		draw_beside(f, it, c, y, at);
	draw_below(f, it, c, y + 1, at);
}

static void draw_list(struct form *f, const struct canvas *c, const struct columns *at)
{
	struct form_item *it = &f->items[f->focus];
	int y = it->y + it->rows - f->top, rows = pick_rows(f, it);
	struct canvas list = canvas_sub(c, y, 0, rows, c->area.columns);

	f->list = (struct rect){ 0, 0, 0, 0 };
	if (rows == 0)
		return;
	draw_clear(&list);
	if (at->width >= LIST_COLUMNS)
		list = canvas_sub(c, y, at->value - 1, rows, at->width + 1);
	else
		list = canvas_sub(c, y, MARGIN - 1, rows, c->area.columns - MARGIN + 1);
	pick_draw(f, it, &list);
	f->list = list.area;
}

/* --- the foot --- */

/* Writes the most urgent message about the whole form. */
static enum role status_text(struct form *f, char *to, size_t size)
{
	size_t changes = form_changes(f);
	enum role role = ROLE_WARN;

	to[0] = '\0';
	if (f->saving) {
		str_copy(to, size, str_of(_("saving...")));
		role = ROLE_ACCENT;
	} else if (f->ask_discard) {
		str_copy(to, size, str_of(_("unsaved: Esc again to discard")));
	} else if (f->err.code != ERR_NONE) {
		form_err_text(&f->err, NULL, to, size);
		role = ROLE_ALARM;
	} else if (f->no_letters) {
		str_copy(to, size, str_of(_("Space and the arrows change this field")));
	} else if (f->ops->status) {
		role = f->ops->status(f, to, size);
	}
	if (to[0])
		return role;
	if (form_in_conflict(f)) {
		form_theirs_text(f, to, size);
		return ROLE_WARN;
	}
	if (!f->adding && changes > 0)
		snprintf(to, size, ngettext("%zu change", "%zu changes", changes), changes);
	else
		form_theirs_text(f, to, size);
	return ROLE_ACCENT;
}

static int draw_button(struct form *f, const struct canvas *c, int y)
{
	const char *word = f->adding ? _(f->ops->word_add) : _("Save");
	int width = utf8_width(word) + 4, x = c->area.columns - width;
	struct canvas b = canvas_sub(c, y, x > 0 ? x : 0, 1, width);
	bool focused = form_is_focused(f, &f->items[f->count - 1]);

	if (b.area.rows == 0 || (!focused && c->area.rows == 1 && c->area.columns < BOX_MIN_COLUMNS))
		return 0;
	f->button = b.area;
	draw_textf(&b, 0, 0, 0, ROLE_STRONG, "[ %s ]", word);
	if (focused) {
		draw_selected(&b, 0, 0);
		set_cursor(f, &b, 0, 2);
	}
	return width + 1;
}

/* One row shows the state or, without one, the hint. Two rows show both, and a long state also covers the hint. */
static void draw_foot(struct form *f, const struct canvas *c)
{
	const struct form_item *it = &f->items[f->focus];
	int last = c->area.rows - 1, used = draw_button(f, c, last), width = c->area.columns - used - 1;
	char status[TEXT_SIZE], hint[TEXT_SIZE] = "";
	enum role role = status_text(f, status, sizeof(status));
	struct canvas left = canvas_sub(c, 0, 1, c->area.rows, width), counting = canvas_sub(&left, 0, 0, 0, width);

	if (it->editor == FORM_PICK)
		pick_hint(f, it, hint, sizeof(hint));
	else if (it->editor == FORM_MORE)
		str_copy(hint, sizeof(hint), str_of(_("Enter shows the fields that are seldom set")));
	else if (it->editor != FORM_BUTTON)
		str_copy(hint, sizeof(hint), str_of(it->editor <= FORM_PICK ? _(it->field->help) :
						    _("42, true, null and JSON keep their type; no key deletes the row")));
	if (last > 0 && draw_wrapped(&counting, 0, 0, role, status) > 1) {
		draw_wrapped(&left, last - 1, 0, role, status);
		return;
	}
	draw_text(&left, last, 0, 0, status[0] ? role : ROLE_DIM, status[0] || last > 0 ? status : hint);
	if (last > 0)
		draw_text(c, last - 1, 1, 0, ROLE_DIM, hint);
}

/* --- the whole form --- */

static int columns_inside(const struct canvas *screen)
{
	if (screen->area.columns < BOX_MIN_COLUMNS)
		return screen->area.columns;
	return screen->area.columns - 6 < BOX_COLUMNS ? screen->area.columns - 6 : BOX_COLUMNS;
}

/* Returns the inside of the box. On a screen too small for a box, a page: it covers the footer only when rows are
 * scarce. */
static struct canvas inside(struct form *f, const struct canvas *screen, int lines)
{
	const char *title = _(f->adding ? f->ops->title_add : f->ops->title_edit);
	int rows = screen->area.rows, columns = columns_inside(screen);
	struct canvas c = canvas_sub(screen, 0, 0, rows - 1, screen->area.columns);

	if (screen->area.columns >= BOX_MIN_COLUMNS && (lines + 2 < rows || rows >= BOX_MIN_ROWS)) {
		int outer = lines + 3 < rows ? lines + 2 : rows - 1;
		struct canvas band = canvas_sub(&c, (rows - 1 - outer) / 2, 0, outer, c.area.columns);

		if (c.area.columns - columns < BAND_COLUMNS)	/* too narrow to show the view beside it */
			draw_clear(&band);
		return draw_box(&c, lines, columns, title);
	}
	if (rows < PAGE_MIN_ROWS)
		c = *screen;
	draw_clear(&c);
	if (c.area.rows < PAGE_MIN_ROWS - 1)
		return c;
	draw_rule(&c, 0, title, NULL);
	return canvas_sub(&c, 1, 0, c.area.rows - 1, c.area.columns);
}

void form_draw(void *state, const struct canvas *screen)
{
	struct form *f = state;
	struct columns at;
	struct canvas c, body, foot;
	int lines, rows;

	place_columns(f, columns_inside(screen), &at);
	lines = place_lines(f, &at);
	if (f->lines == 0)
		f->lines = lines + SPARE_LINES - form_is_folded(f);	/* "More" takes one, so that the box stays small */
	if (lines + 1 > f->lines)
		f->lines = lines + 1;
	c = inside(f, screen, f->lines + FOOT_LINES + 1);
	if (c.area.columns != columns_inside(screen)) {
		place_columns(f, c.area.columns, &at);
		lines = place_lines(f, &at);
	}
	if (c.area.rows > f->lines + FOOT_LINES)
		c = canvas_sub(&c, 1, 0, c.area.rows - 1, c.area.columns);
	rows = c.area.rows >= FOOT_LINES + 5 ? FOOT_LINES - 1 : c.area.rows >= 2;
	body = canvas_sub(&c, 0, 0, c.area.rows - rows, c.area.columns);
	foot = canvas_sub(&c, c.area.rows - rows, 0, rows, c.area.columns);
	scroll(f, lines, body.area.rows);
	f->body = body.area;
	for (size_t i = 0; i < f->count; i++)
		draw_item(f, &f->items[i], &body, &at);
	draw_list(f, &body, &at);
	f->button = (struct rect){ 0, 0, 0, 0 };
	if (rows > 0)
		draw_foot(f, &foot);
}
