/*
 * The cursor belongs to a key, not to an index: after a refill it is looked up again. When its row is gone, the row that
 * followed it takes over, else the one before it, found by the order of the rows that were there before.
 */
#include "config.h"

#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define NEIGHBOURS 64			/* rows tried on each side of a vanished one */
#define WHEEL_ROWS 3

void list_init(struct list *l)
{
	memset(l, 0, sizeof(*l));
}

void list_start(struct list *l, const struct list_ops *ops, void *arg)
{
	list_init(l);
	l->ops = ops;
	l->arg = arg;
}

void list_clear(struct list *l)
{
	free(l->rows);
	free(l->old);
	free(l->open);
	filter_words_free(&l->query);
	list_init(l);
}

void list_begin(struct list *l)
{
	struct list_row *rows = l->old;
	size_t size = l->old_size;

	l->old = l->rows;
	l->old_count = l->count;
	l->old_size = l->size;
	l->rows = rows;
	l->size = size;
	l->count = 0;
}

void list_add(struct list *l, uint64_t key, int kind, const void *data)
{
	if (l->count == l->size) {
		l->size = l->size > 0 ? l->size * 2 : 64;
		l->rows = xreallocarray(l->rows, l->size, sizeof(*l->rows));
	}
	l->rows[l->count++] = (struct list_row){ key, kind, false, data };
}

static bool find(const struct list *l, uint64_t key, size_t *at)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->rows[i].key == key) {
			*at = i;
			return true;
		}
	}
	return false;
}

/* Where the cursor goes when its row is gone. */
static size_t find_neighbour(const struct list *l, size_t was)
{
	size_t at;

	for (size_t i = 1; i <= NEIGHBOURS && was + i < l->old_count; i++)
		if (find(l, l->old[was + i].key, &at))
			return at;
	for (size_t i = 1; i <= NEIGHBOURS && i <= was; i++)
		if (was - i < l->old_count && find(l, l->old[was - i].key, &at))
			return at;
	return was < l->count ? was : l->count - 1;
}

static void set_cursor(struct list *l, size_t at)
{
	l->cursor = at;
	l->cursor_key = l->rows[at].key;
}

void list_end(struct list *l)
{
	size_t offset = l->cursor >= l->top ? l->cursor - l->top : 0, at;

	if (l->count == 0) {
		l->cursor = l->top = 0;
		return;
	}
	if (l->old_count == 0 && !find(l, l->cursor_key, &at))
		at = 0;
	else if (!find(l, l->cursor_key, &at))
		at = find_neighbour(l, l->cursor);
	set_cursor(l, at);
	l->top = at > offset ? at - offset : 0;
}

void list_refill(struct list *l)
{
	list_begin(l);
	l->ops->fill(l->arg);
	list_end(l);
}

bool list_add_head(struct list *l, uint64_t key, int kind, const void *data)
{
	list_add(l, key, kind, data);
	l->rows[l->count - 1].head = true;
	return list_filtering(l) || list_is_open(l, key);
}

const struct list_row *list_selected(const struct list *l)
{
	return l->count > 0 ? &l->rows[l->cursor] : NULL;
}

bool list_select(struct list *l, uint64_t key)
{
	size_t at;

	if (!find(l, key, &at))
		return false;
	set_cursor(l, at);
	return true;
}

static void move_by(struct list *l, long rows)
{
	long at = (long)l->cursor + rows;

	if (l->count == 0)
		return;
	if (at < 0)
		at = 0;
	if (at >= (long)l->count)
		at = (long)l->count - 1;
	set_cursor(l, (size_t)at);
}

/* --- heads --- */

static size_t find_open(const struct list *l, uint64_t key)
{
	size_t i = 0;

	while (i < l->open_count && l->open[i] != key)
		i++;
	return i;
}

bool list_is_open(const struct list *l, uint64_t key)
{
	return find_open(l, key) < l->open_count;
}

void list_open(struct list *l, uint64_t key, bool open)
{
	size_t at = find_open(l, key);

	if (!open && at < l->open_count) {
		l->open[at] = l->open[--l->open_count];
	} else if (open && at == l->open_count) {
		if (l->open_count == l->open_size) {
			l->open_size = l->open_size > 0 ? 2 * l->open_size : 16;
			l->open = xreallocarray(l->open, l->open_size, sizeof(*l->open));
		}
		l->open[l->open_count++] = key;
	}
}

/* The head that the row under the cursor is or belongs to; the list is not empty. */
static size_t head_above(const struct list *l)
{
	size_t at = l->cursor;

	while (at > 0 && !l->rows[at].head)
		at--;
	return at;
}

/* Opens all heads, or closes them when all are open. */
static void open_all(struct list *l)
{
	bool all_open = true;

	for (size_t i = 0; i < l->count; i++)
		all_open = all_open && (!l->rows[i].head || list_is_open(l, l->rows[i].key));
	for (size_t i = 0; i < l->count; i++)
		if (l->rows[i].head)
			list_open(l, l->rows[i].key, !all_open);
}

static bool tree_action(struct list *l, enum action_id action)
{
	size_t head;
	bool on_head, open;

	if (action != ACTION_EXPAND && action != ACTION_OPEN && action != ACTION_CLOSE && action != ACTION_EXPAND_ALL)
		return false;
	if (!l->ops || l->count == 0)
		return l->ops != NULL;
	head = head_above(l);
	on_head = head == l->cursor;
	open = list_is_open(l, l->rows[head].key);
	if (action == ACTION_EXPAND_ALL)
		open_all(l);
	else if (action == ACTION_EXPAND)
		list_open(l, l->rows[head].key, !open);
	else if (on_head && action == ACTION_OPEN && open)
		move_by(l, 1);
	else if (on_head)
		list_open(l, l->rows[head].key, action == ACTION_OPEN);
	if (!on_head && action != ACTION_OPEN)
		set_cursor(l, head);
	list_refill(l);
	return true;
}

/* --- moving --- */

bool list_action(struct list *l, enum action_id action)
{
	long page = l->visible > 1 ? l->visible - 1 : 1, half = l->visible > 1 ? l->visible / 2 : 1;

	switch (action) {
	case ACTION_UP: move_by(l, -1); return true;
	case ACTION_DOWN: move_by(l, 1); return true;
	case ACTION_HALF_UP: move_by(l, -half); return true;
	case ACTION_HALF_DOWN: move_by(l, half); return true;
	case ACTION_PAGE_UP: move_by(l, -page); return true;
	case ACTION_PAGE_DOWN: move_by(l, page); return true;
	case ACTION_FIRST: move_by(l, -(long)l->count); return true;
	case ACTION_LAST: move_by(l, (long)l->count); return true;
	default: return tree_action(l, action);
	}
}

bool list_click(struct list *l, int row)
{
	if (row < 0 || row >= l->visible || l->top + (size_t)row >= l->count)
		return false;
	set_cursor(l, l->top + (size_t)row);
	return true;
}

static size_t last_top(const struct list *l)
{
	size_t visible = l->visible > 0 ? (size_t)l->visible : 1;

	return l->count > visible ? l->count - visible : 0;
}

void list_scroll(struct list *l, int rows)
{
	long top = (long)l->top + rows, last = (long)last_top(l);
	size_t visible = l->visible > 0 ? (size_t)l->visible : 1;

	if (l->count == 0)
		return;
	l->top = (size_t)(top < 0 ? 0 : top > last ? last : top);
	if (l->cursor < l->top)
		set_cursor(l, l->top);
	else if (l->cursor >= l->top + visible)
		set_cursor(l, l->top + visible - 1);
}

void list_mouse(struct list *l, int y, const struct term_mouse *m)
{
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		list_scroll(l, m->kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
	else if (list_click(l, y) && l->rows[l->cursor].head)
		list_action(l, ACTION_EXPAND);
}

void list_fit(struct list *l, int visible)
{
	size_t rows;

	l->visible = visible;
	rows = visible > 0 ? (size_t)visible : 1;
	if (l->cursor < l->top)
		l->top = l->cursor;
	else if (l->cursor >= l->top + rows)
		l->top = l->cursor - rows + 1;
	if (l->top > last_top(l))
		l->top = last_top(l);
}

/* --- filter --- */

void list_filter(struct list *l, const char *text, const struct zone *zone, int64_t now_us)
{
	filter_words_free(&l->query);
	l->query = filter_words_new(text, l->ops->rows, zone, now_us);
	list_refill(l);
}

bool list_filtering(const struct list *l)
{
	return l->query != NULL && !filter_words_is_empty(l->query);
}

/* A row that is being matched. */
struct candidate {
	const struct list *list;
	struct list_row row;
	char *text;
};

const char *list_field(const void *arg, int field)
{
	const struct candidate *c = arg;
	enum role role = ROLE_NORMAL;

	return c->list->ops->get(c->list->arg, &c->row, field, c->text, &role);
}

bool list_matches(struct list *l, int kind, const void *data, const char *all)
{
	char text[LIST_TEXT_SIZE];
	const struct candidate c = { .list = l, .row = { .kind = kind, .data = data }, .text = text };

	return !list_filtering(l) || filter_words_match(l->query, all, &c);
}

/* --- columns --- */

/* What the columns with a priority of at most `priority` need at least. */
static int width_needed(const struct list_column *columns, size_t n, int priority, int gap)
{
	int width = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		if (columns[i].priority <= priority) {
			width += columns[i].min;
			count++;
		}
	}
	return count > 0 ? width + gap * (count - 1) : 0;
}

/* The highest priority that still fits. */
static int choose_priority(const struct list_column *columns, size_t n, int width, int gap)
{
	int priority = 0;

	for (size_t i = 0; i < n; i++) {
		int candidate = columns[i].priority;

		if (candidate > priority && width_needed(columns, n, candidate, gap) <= width)
			priority = candidate;
	}
	return priority;
}

/* Bounded columns grow first, by priority; what is left goes to the first unbounded one. */
static void grow(struct list_layout *out, const struct list_column *const *chosen, int highest, int spare)
{
	for (int priority = 0; spare > 0 && priority <= highest; priority++) {
		for (int i = 0; i < out->count && spare > 0; i++) {
			int more = chosen[i]->max - chosen[i]->min;

			if (chosen[i]->priority != priority || more <= 0)
				continue;
			more = more < spare ? more : spare;
			out->column[i].width += more;
			spare -= more;
		}
	}
	for (int i = 0; spare > 0 && i < out->count; i++) {
		if (chosen[i]->max == 0) {
			out->column[i].width += spare;
			return;
		}
	}
}

void list_layout(struct list_layout *out, const struct list_column *columns, size_t n, int width, int gap)
{
	const struct list_column *chosen[ARRAY_LEN(out->column)];
	int priority = choose_priority(columns, n, width, gap), x = 0;

	out->count = 0;
	for (size_t i = 0; i < n && out->count < (int)ARRAY_LEN(out->column); i++) {
		if (columns[i].priority > priority)
			continue;
		chosen[out->count] = &columns[i];
		out->column[out->count].id = columns[i].id;
		out->column[out->count].width = columns[i].min;
		out->column[out->count++].right = columns[i].right;
	}
	grow(out, chosen, priority, width - width_needed(columns, n, priority, gap));
	for (int i = 0; i < out->count; i++) {
		out->column[i].x = x;
		if (x + out->column[i].width > width)
			out->column[i].width = width > x ? width - x : 0;
		x += out->column[i].width + gap;
	}
}

/* The arrow takes the last place of the title, or the gap behind it. */
static void draw_title(const struct canvas *c, int y, const struct list_layout *lay, int i, const char *title, const char *arrow)
{
	int x = lay->column[i].x, width = lay->column[i].width, room = width - utf8_width(title);
	enum role r = arrow ? ROLE_STRONG : ROLE_DIM;

	if (lay->column[i].right)
		draw_right(c, y, x, width, r, title);
	else
		draw_text(c, y, x, width, r, title);
	if (arrow && lay->column[i].right && room > 0)
		draw_text(c, y, x + room - 1, 1, r, arrow);
	else if (arrow)
		draw_text(c, y, x + (room > 0 ? width - room : width), 1, r, arrow);
}

void list_titles(const struct canvas *c, int y, const struct list_layout *lay, const struct list_column *columns, size_t n,
		 int sorted, bool descending)
{
	for (int i = 0; i < lay->count; i++)
		for (size_t j = 0; j < n; j++)
			if (columns[j].id == lay->column[i].id && lay->column[i].width > 0)
				draw_title(c, y, lay, i, _(columns[j].title), columns[j].id != sorted ? NULL :
					   mark_text(c, descending ? MARK_DOWN : MARK_UP));
}

int list_column_at(const struct list_layout *lay, int x)
{
	for (int i = 0; i < lay->count; i++)
		if (x >= lay->column[i].x && x < lay->column[i].x + lay->column[i].width)
			return lay->column[i].id;
	return -1;
}

bool list_has_column(const struct list_layout *lay, int id)
{
	for (int i = 0; i < lay->count; i++)
		if (lay->column[i].id == id)
			return true;
	return false;
}

void list_cells(const struct canvas *c, const struct list_layout *lay, const struct list *l, const struct list_row *row)
{
	char text[LIST_TEXT_SIZE];

	for (int i = 0; i < lay->count; i++) {
		enum role role = ROLE_NORMAL;
		const char *shown = l->ops->get(l->arg, row, lay->column[i].id, text, &role);

		if (*shown != '\0')
			list_cell(c, 0, lay, lay->column[i].id, role, shown);
	}
}

void list_cell(const struct canvas *c, int y, const struct list_layout *lay, int id, enum role r, const char *text)
{
	for (int i = 0; i < lay->count; i++) {
		if (lay->column[i].id != id || lay->column[i].width <= 0)
			continue;
		if (lay->column[i].right)
			draw_right(c, y, lay->column[i].x, lay->column[i].width, r, text);
		else
			draw_foreign(c, y, lay->column[i].x, lay->column[i].width, r, text);
		return;
	}
}
