/*
 * Drawing a form: a box in the middle when there is room for one, else a page. Every item takes its line and what has to be
 * said below it; the lines scroll so that the item with the cursor shows. The last rows do not scroll: a hint for the
 * field, then what state the form is in and its button. The list of a pick lies over the lines below its field, so that
 * nothing jumps when the cursor passes.
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
#define BOX_MIN_COLUMNS 60		/* of the screen; below it is a page */
#define BOX_MIN_ROWS 22			/* from it on, a box scrolls rather than become a page */
#define PAGE_MIN_ROWS 6			/* from it on, a page has a title and leaves the footer */
#define BAND_COLUMNS 24
#define MARGIN 3			/* the cursor's mark, the change's mark, a blank */
#define LABEL_GAP 2
#define STACKED_COLUMNS 36		/* below it, labels are above their values */
#define NOTE_COLUMNS 20
#define NUMBER_COLUMNS 18
#define TOGGLE_COLUMNS 20
#define KEY_COLUMNS 20
#define LIST_COLUMNS 40
#define SPARE_LINES 2			/* for errors to appear in without the box growing */
#define FOOT_LINES 3
#define TEXT_SIZE 512

/* Where things are in a row. */
struct columns {
	bool stacked;
	int label;			/* columns of the widest label */
	int value, width;		/* where values begin, and their columns in all */
};

static int label_width(const struct form_item *it)
{
	return utf8_width(_(it->field->label)) + 2;
}

static void place_columns(const struct form *f, int columns, struct columns *out)
{
	out->label = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].editor <= FORM_PICK && label_width(&f->items[i]) > out->label)
			out->label = label_width(&f->items[i]);
	out->stacked = columns < STACKED_COLUMNS;
	out->value = out->stacked ? MARGIN : MARGIN + out->label + LABEL_GAP;
	out->width = columns - out->value > 1 ? columns - out->value : 1;
}

/* --- what is said below an item --- */

struct below {
	char text[TEXT_SIZE];
	enum role role;
};

static void error_or_remark(struct form *f, const struct form_item *it, struct below *b)
{
	char text[TEXT_SIZE] = "";
	char *clean;

	if (it->err.code != ERR_NONE) {
		form_err_text(&it->err, it->field, text, sizeof(text));
		b->role = ROLE_ALARM;
	} else if (f->ops->remark && it->editor <= FORM_PICK) {
		b->role = f->ops->remark(f, it, text, sizeof(text));
	}
	clean = utf8_clean_dup(str_of(text));
	str_copy(b->text, sizeof(b->text), str_of(clean));
	free(clean);
}

static bool is_first_param(const struct form *f, size_t i)
{
	return f->items[i].editor == FORM_PARAM_KEY && f->items[i - 1].editor != FORM_PARAM_VALUE;
}

/* What another operator made of a field that both changed. */
static void theirs(struct form *f, const struct form_item *it, struct below *b)
{
	char *value, *clean;

	if (!form_conflicts(f, it) || it->editor == FORM_PARAM_VALUE || (it->editor == FORM_PARAM_KEY && !is_first_param(f, (size_t)(it - f->items))))
		return;
	value = field_get(it->field, &f->base);
	clean = utf8_clean_dup(str_of(it->editor == FORM_PICK ? pick_title(f, it->field, value) : value));
	snprintf(b->text, sizeof(b->text), _("now: %s"), clean);
	b->role = ROLE_WARN;
	free(value);
	free(clean);
}

static int lines_of(const char *text, int columns)
{
	struct canvas counting = canvas_of((struct rect){ 0, 0, 0, columns }, false);

	return text[0] ? draw_wrapped(&counting, 0, 0, ROLE_NORMAL, text) : 0;
}

/* Both kinds, each on lines of their own. */
static int below_lines(struct form *f, const struct form_item *it, const struct columns *at)
{
	struct below b = { .text = "" }, t = { .text = "" };

	error_or_remark(f, it, &b);
	theirs(f, it, &t);
	return lines_of(b.text, at->width) + lines_of(t.text, at->width);
}

static void draw_below(struct form *f, const struct form_item *it, const struct canvas *c, int y, const struct columns *at)
{
	struct below b = { .text = "" }, t = { .text = "" };
	struct canvas sub = canvas_sub(c, 0, at->value, c->area.rows, at->width);

	error_or_remark(f, it, &b);
	theirs(f, it, &t);
	y += draw_wrapped(&sub, y, 0, b.role, b.text);
	draw_wrapped(&sub, y, 0, t.role, t.text);
}

/* --- lines --- */

/* Lines of an item above its value. */
static int head_lines(const struct form *f, size_t i, const struct columns *at)
{
	if (f->items[i].editor == FORM_PARAM_KEY)
		return is_first_param(f, i) ? 1 : 0;
	return at->stacked ? 1 : 0;
}

/* Places every item; returns the lines in all. */
static int place_lines(struct form *f, const struct columns *at)
{
	int y = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct form_item *it = &f->items[i];

		it->y = it->editor == FORM_PARAM_VALUE ? f->items[i - 1].y : y;
		it->rows = 0;
		if (it->editor == FORM_PARAM_VALUE || it->editor == FORM_BUTTON)
			continue;
		it->rows = head_lines(f, i, at) + 1 + below_lines(f, it, at);
		y += it->rows;
	}
	return y;
}

/* The lines that shall be seen: of the item with the cursor, with its list. */
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
	int cursor = line_draw(&it->line, c, y, x, width, ROLE_FIELD, false);

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

	if (line_text(&it->line)[0] || (focused && !it->value[0])) {
		draw_line_item(f, it, c, y, x, width);
		return;
	}
	if (focused)
		set_cursor(f, c, y, x);
	if (!it->value[0]) {
		draw_text(c, y, x, width, ROLE_DIM, _("not chosen"));
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

static void draw_value(struct form *f, struct form_item *it, const struct canvas *c, int y, int x, int width)
{
	if (it->fixed)
		draw_foreign(c, y, x, width, ROLE_NORMAL, item_value(it));
	else if (it->editor == FORM_TOGGLE)
		draw_toggle(f, it, c, y, x);
	else if (it->editor == FORM_PICK)
		draw_pick(f, it, c, y, x, width);
	else
		draw_line_item(f, it, c, y, x, width);
}

/* --- items --- */

/* "was Sales": what saving would change; "default na" in a new record; "by alice": what another operator changed meanwhile. */
static void was(struct form *f, const struct form_item *it, char *to, size_t size)
{
	const char *value = it->editor == FORM_PICK ? pick_title(f, it->field, it->original) : it->original;

	if (item_is_changed(it) && !f->adding)
		snprintf(to, size, _("was %s"), value[0] ? value : _("empty"));
	else if (item_is_changed(it) && value[0])
		snprintf(to, size, _("default %s"), value);
	else if (it->theirs)
		snprintf(to, size, _("by %s"), f->their_name[0] ? f->their_name : _("somebody else"));
}

static void beside_text(struct form *f, const struct form_item *it, int columns, char *to, size_t size)
{
	to[0] = '\0';
	if (f->ops->beside)
		f->ops->beside(f, it, columns, to, size);
	if (!to[0])
		was(f, it, to, size);
}

static int value_columns(const struct form *f, const struct form_item *it, const struct columns *at)
{
	if (it->field->type == FIELD_E164)
		return at->width < NUMBER_COLUMNS ? at->width : NUMBER_COLUMNS;
	if (f->adding || at->width < 2 * NOTE_COLUMNS)
		return at->width;
	return at->width - NOTE_COLUMNS - 2;
}

static void draw_beside(struct form *f, const struct form_item *it, const struct canvas *c, int y, const struct columns *at)
{
	int width = value_columns(f, it, at), x = at->value + width + 2, room = at->width - width - 2;
	char text[TEXT_SIZE];

	if (it->editor == FORM_TOGGLE) {
		x = at->value + TOGGLE_COLUMNS;
		room = at->width - TOGGLE_COLUMNS;
	}
	beside_text(f, it, room, text, sizeof(text));
	if (room >= utf8_width(text) || room >= NOTE_COLUMNS / 2)
		draw_foreign(c, y, x, room, ROLE_DIM, text);
}

static void draw_marks(struct form *f, const struct form_item *it, const struct canvas *c, int y)
{
	bool focused = form_is_focused(f, it) || (it->editor == FORM_PARAM_KEY && form_is_focused(f, it + 1));

	if (focused)
		draw_text(c, y, 0, 1, ROLE_KEY, mark_text(c, MARK_CURSOR));
	if (it->editor <= FORM_PICK && item_is_changed(it))
		draw_text(c, y, 1, 1, ROLE_ACCENT, mark_text(c, MARK_DOT));
}

/* Of all rows of parameters, at their label. */
static void draw_params_mark(const struct form *f, const struct canvas *c, int y)
{
	if (form_params_changed(f))
		draw_text(c, y, 1, 1, ROLE_ACCENT, mark_text(c, MARK_DOT));
}

static void draw_label(struct form *f, const struct form_item *it, const struct canvas *c, int y)
{
	enum role role = form_is_focused(f, it) ? ROLE_STRONG : ROLE_NORMAL;
	int used = draw_text(c, y, MARGIN, 0, role, _(it->field->label));

	if (it->field->flags & FIELD_REQUIRED && !it->fixed)
		draw_text(c, y, MARGIN + used + 1, 1, ROLE_ACCENT, "*");
}

static void draw_item(struct form *f, size_t i, const struct canvas *c, const struct columns *at)
{
	struct form_item *it = &f->items[i];
	int y = it->y - f->top, head = head_lines(f, i, at);

	if (it->rows == 0 || y >= c->area.rows || y + it->rows <= 0)
		return;
	if (it->editor != FORM_PARAM_KEY || head > 0)
		draw_label(f, it, c, y);
	if (it->editor == FORM_PARAM_KEY && head > 0)
		draw_params_mark(f, c, y);
	y += head;
	draw_marks(f, it, c, y);
	if (it->editor == FORM_PARAM_KEY) {
		draw_param(f, it, c, y);
	} else {
		draw_value(f, it, c, y, at->value, value_columns(f, it, at));
		draw_beside(f, it, c, y, at);
	}
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

static void hint_text(struct form *f, char *to, size_t size)
{
	const struct form_item *it = &f->items[f->focus];

	to[0] = '\0';
	if (it->editor == FORM_PICK)
		pick_hint(f, it, to, size);
	else if (it->editor == FORM_PARAM_KEY || it->editor == FORM_PARAM_VALUE)
		snprintf(to, size, "%s", _("42, true, null and JSON keep their type; no key deletes the row"));
	else if (it->editor == FORM_LINE || it->editor == FORM_TOGGLE)
		snprintf(to, size, "%s", _(it->field->help));
}

static enum role status_text(struct form *f, char *to, size_t size)
{
	size_t changes = form_changes(f);

	to[0] = '\0';
	if (f->saving) {
		snprintf(to, size, "%s", _("saving..."));
		return ROLE_ACCENT;
	}
	if (f->ask_discard) {
		snprintf(to, size, "%s", _("unsaved: Esc again to discard"));
		return ROLE_WARN;
	}
	if (f->err.code != ERR_NONE) {
		form_err_text(&f->err, NULL, to, size);
		return ROLE_ALARM;
	}
	if (f->no_letters) {
		snprintf(to, size, "%s", _("Space and the arrows change this field"));
		return ROLE_WARN;
	}
	if (f->ops->status) {
		enum role role = f->ops->status(f, to, size);

		if (to[0])
			return role;
	}
	if (form_in_conflict(f)) {
		form_theirs_text(f, to, size);
		return ROLE_WARN;
	}
	if (!f->adding && changes > 0) {
		snprintf(to, size, ngettext("%zu change", "%zu changes", changes), changes);
		return ROLE_ACCENT;
	}
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

/* In one row, what is urgent comes before the hint; in more, both are there, and a long state takes the hint's row too. */
static void draw_foot(struct form *f, const struct canvas *c)
{
	int last = c->area.rows - 1, used = draw_button(f, c, last), width = c->area.columns - used - 1;
	char status[TEXT_SIZE], hint[TEXT_SIZE];
	enum role role = status_text(f, status, sizeof(status));
	struct canvas left = canvas_sub(c, 0, 1, c->area.rows, width);
	int lines = lines_of(status, width);

	hint_text(f, hint, sizeof(hint));
	if (lines > 1 && last > 0) {
		draw_wrapped(&left, last - 1, 0, role, status);
		return;
	}
	draw_text(&left, last, 0, 0, status[0] ? role : ROLE_DIM, status[0] || last > 0 ? status : hint);
	if (last > 0)
		draw_text(c, last - 1, 1, 0, ROLE_DIM, hint);
}

/* --- the whole --- */

static const char *title_of(const struct form *f)
{
	return f->adding ? _(f->ops->title_add) : _(f->ops->title_edit);
}

static int columns_inside(const struct canvas *screen)
{
	if (screen->area.columns < BOX_MIN_COLUMNS)
		return screen->area.columns;
	return screen->area.columns - 6 < BOX_COLUMNS ? screen->area.columns - 6 : BOX_COLUMNS;
}

/* Beside a box that takes nearly the whole width, the ends of what is below it would be litter. */
static struct canvas box(const struct canvas *c, int lines, int columns, const char *title)
{
	int rows = lines + 2 < c->area.rows ? lines + 2 : c->area.rows;
	struct canvas band = canvas_sub(c, (c->area.rows - rows) / 2, 0, rows, c->area.columns);

	if (c->area.columns - columns < BAND_COLUMNS)
		draw_clear(&band);
	return draw_box(c, lines, columns, title);
}

/* Everything but the footer, which goes too when rows are scarce. */
static struct canvas page(const struct canvas *screen, const char *title)
{
	int rows = screen->area.rows >= PAGE_MIN_ROWS ? screen->area.rows - 1 : screen->area.rows;
	struct canvas c = canvas_sub(screen, 0, 0, rows, screen->area.columns);

	draw_clear(&c);
	if (rows < PAGE_MIN_ROWS - 1)
		return c;
	draw_rule(&c, 0, title, NULL);
	return canvas_sub(&c, 1, 0, rows - 1, c.area.columns);
}

/* The inside of the box, or of the page when the screen is too narrow or too short for a box. */
static struct canvas inside(struct form *f, const struct canvas *screen, int lines)
{
	struct canvas above_footer = canvas_sub(screen, 0, 0, screen->area.rows - 1, screen->area.columns);
	bool fits = lines + 2 <= above_footer.area.rows || screen->area.rows >= BOX_MIN_ROWS;

	if (screen->area.columns < BOX_MIN_COLUMNS || !fits)
		return page(screen, title_of(f));
	return box(&above_footer, lines, columns_inside(screen), title_of(f));
}

static int foot_rows(int rows)
{
	if (rows >= FOOT_LINES + 5)
		return FOOT_LINES - 1;
	return rows >= 2 ? 1 : 0;
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
		f->lines = lines + SPARE_LINES;
	if (lines + 1 > f->lines)
		f->lines = lines + 1;
	c = inside(f, screen, f->lines + FOOT_LINES + 1);
	if (c.area.columns != columns_inside(screen)) {
		place_columns(f, c.area.columns, &at);
		lines = place_lines(f, &at);
	}
	if (c.area.rows > f->lines + FOOT_LINES)
		c = canvas_sub(&c, 1, 0, c.area.rows - 1, c.area.columns);
	rows = foot_rows(c.area.rows);
	body = canvas_sub(&c, 0, 0, c.area.rows - rows, c.area.columns);
	foot = canvas_sub(&c, c.area.rows - rows, 0, rows, c.area.columns);
	scroll(f, lines, body.area.rows);
	f->body = body.area;
	for (size_t i = 0; i < f->count; i++)
		draw_item(f, i, &body, &at);
	draw_list(f, &body, &at);
	f->button = (struct rect){ 0, 0, 0, 0 };
	if (rows > 0)
		draw_foot(f, &foot);
}
