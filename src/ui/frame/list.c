/*
 * The cursor belongs to a key, not to an index. After a refill the key is looked up again. If its row is gone, the
 * cursor goes to the row that followed it or, if that is gone too, to the row before it.
 */
#include "config.h"

#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define NEIGHBOURS 64			/* rows tried on each side of a vanished one */
#define WHEEL_ROWS 3
#define BAR_COLUMNS 24			/* painted in the cursor's row; each column costs bytes at every move */

void list_init(struct list *l)
{
	memset(l, 0, sizeof(*l));
}

void list_start(struct list *l, const struct list_ops *ops, void *arg)
{
	list_init(l);
	l->ops = ops;
	l->kinds = ops->kinds;
	l->arg = arg;
	l->stale = true;
}

void list_clear(struct list *l)
{
	free(l->rows);
	free(l->old);
	free(l->open);
	free(l->text);
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
	l->count = l->notes = 0;
}

void list_add(struct list *l, uint64_t key, int kind, const void *data)
{
	ARRAY_GROW(l->rows, l->count, l->size);
	l->rows[l->count++] = (struct list_row){ .key = key, .kind = kind, .data = data };
}

void list_add_note(struct list *l, uint64_t key, int kind)
{
	list_add(l, key, kind, NULL);
	l->rows[l->count - 1].note = true;
	l->notes++;
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

/* Returns the new row of the cursor when its own is gone. */
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

/* Puts the cursor on row `at`. From a note it goes on in the direction of `step`, or back if only notes follow. */
static void set_cursor(struct list *l, size_t at, int step)
{
	size_t i = at;

	while (i < l->count && l->rows[i].note)
		i += (size_t)step;		/* below 0 it wraps to a number above all rows */
	if (i >= l->count)
		for (i = at; i < l->count && l->rows[i].note;)
			i -= (size_t)step;
	l->cursor = i < l->count ? i : at;
	l->cursor_key = l->rows[l->cursor].key;
}

void list_end(struct list *l)
{
	size_t offset = l->cursor >= l->top ? l->cursor - l->top : 0, at;

	l->stale = false;
	if (l->count == 0) {
		l->cursor = l->top = 0;
		return;
	}
	if (l->to_end)
		at = l->count - 1;
	else if (!l->placed)
		at = 0;
	else if (l->old_count == 0 && !find(l, l->cursor_key, &at))
		at = 0;
	else if (!find(l, l->cursor_key, &at))
		at = find_neighbour(l, l->cursor);
	set_cursor(l, at, -1);
	l->top = l->cursor > offset ? l->cursor - offset : 0;
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
	return l->count > 0 && !l->rows[l->cursor].note ? &l->rows[l->cursor] : NULL;
}

bool list_select(struct list *l, uint64_t key)
{
	size_t at;

	if (!find(l, key, &at))
		return false;
	l->placed = true;
	set_cursor(l, at, 1);
	return true;
}

void list_count(const struct list *l, struct list_counts *out)
{
	*out = (struct list_counts){ .visible = (size_t)l->visible, .more = l->more, .count = l->count - l->notes };
	out->at = out->count > 0 ? l->cursor + 1 : 0;
	for (size_t i = 0; l->notes > 0 && out->at > 0 && i < l->cursor; i++)
		out->at -= l->rows[i].note;
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
	set_cursor(l, (size_t)at, rows < 0 ? -1 : 1);
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
		ARRAY_GROW(l->open, l->open_count, l->open_size);
		l->open[l->open_count++] = key;
	}
}

/* Returns the head that the cursor's row is or belongs to. The list must not be empty. */
static size_t head_above(const struct list *l)
{
	size_t at = l->cursor;

	while (at > 0 && !l->rows[at].head)
		at--;
	return at;
}

/* Opens all heads; closes all when all are open. */
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
		set_cursor(l, head, 1);
	list_refill(l);
	return true;
}

/* --- moving --- */

bool list_action(struct list *l, enum action_id action)
{
	long page = l->visible > 1 ? l->visible - 1 : 1, half = l->visible > 1 ? l->visible / 2 : 1, rows;

	l->placed = true;
	switch (action) {
	case ACTION_UP: rows = -1; break;
	case ACTION_DOWN: rows = 1; break;
	case ACTION_HALF_UP: rows = -half; break;
	case ACTION_HALF_DOWN: rows = half; break;
	case ACTION_PAGE_UP: rows = -page; break;
	case ACTION_PAGE_DOWN: rows = page; break;
	case ACTION_FIRST: rows = -(long)l->count; break;
	case ACTION_LAST: rows = (long)l->count; break;
	default: return tree_action(l, action);
	}
	l->to_end = action == ACTION_LAST && l->more;
	move_by(l, rows);
	return true;
}

bool list_click(struct list *l, int row)
{
	if (row < 0 || row >= l->visible || l->top + (size_t)row >= l->count)
		return false;
	l->to_end = false;
	set_cursor(l, l->top + (size_t)row, 1);
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
	l->to_end = false;
	l->top = (size_t)(top < 0 ? 0 : top > last ? last : top);
	if (l->cursor < l->top)
		set_cursor(l, l->top, 1);
	else if (l->cursor >= l->top + visible)
		set_cursor(l, l->top + visible - 1, -1);
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
	size_t rows = visible > 0 ? (size_t)visible : 1, first = l->cursor, last = l->cursor;

	l->visible = visible;
	l->placed = true;
	/* Notes next to the first or last row are shown with that row, because the cursor can't go to them. */
	while (first > 0 && l->rows[first - 1].note)
		first--;
	while (last + 1 < l->count && l->rows[last + 1].note)
		last++;
	if (first > 0 || rows < 2)
		first = l->cursor;
	if (last + 1 < l->count || rows < 2)
		last = l->cursor;
	if (first < l->top)
		l->top = first;
	else if (last >= l->top + rows)
		l->top = last - rows + 1;
	if (l->top > last_top(l))
		l->top = last_top(l);
}

bool list_near_end(const struct list *l)
{
	size_t visible = l->visible > 0 ? (size_t)l->visible : 1;

	return l->cursor + 2 * visible >= l->count || l->top + 2 * visible >= l->count;
}

/* --- filter, sorting, copying --- */

void list_filter(struct list *l, const char *text, const struct zone *zone, int64_t now_us)
{
	free(l->text);
	l->text = xstrdup(text);
	filter_words_free(&l->query);
	l->query = filter_words_new(text, l->ops->rows, zone, now_us);
	l->to_end = false;
	l->stale = true;
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

static const char *get(const struct list *l, const struct list_row *row, int column, char *to, enum role *role)
{
	*role = ROLE_NORMAL;
	return l->ops->get(l->arg, row, column, to, role);
}

const char *list_field(const void *arg, int field)
{
	const struct candidate *c = arg;
	enum role role;

	return get(c->list, &c->row, field, c->text, &role);
}

const struct list_row *list_field_row(const void *row)
{
	return &((const struct candidate *)row)->row;
}

void *list_field_arg(const void *row)
{
	return ((const struct candidate *)row)->list->arg;
}

bool list_matches(struct list *l, int kind, const void *data, const char *all)
{
	char text[LIST_TEXT_SIZE];
	const struct candidate c = { .list = l, .row = { .kind = kind, .data = data }, .text = text };

	return !list_filtering(l) || filter_words_match(l->query, all, &c);
}

/* A row with its text in lower case, and its place before sorting. */
struct sorted {
	size_t text, order;
	struct list_row row;
};

struct sorting {
	const char *texts;
	bool descending;
};

static int compare(const void *a, const void *b, void *arg)
{
	const struct sorted *x = a, *y = b;
	const struct sorting *s = arg;
	int order = strcmp(s->texts + x->text, s->texts + y->text);

	if (order != 0)
		return s->descending ? -order : order;
	return x->order < y->order ? -1 : 1;
}

void list_sort(struct list *l, size_t from, int column, bool descending)
{
	size_t n = l->count - from;
	struct sorted *rows = xcalloc(n + 1, sizeof(*rows));
	char text[LIST_TEXT_SIZE];
	enum role role;
	struct buf texts;

	buf_init(&texts, BUF_UNBOUNDED);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct sorted){ texts.len, i, l->rows[from + i] };
		utf8_lower(&texts, get(l, &rows[i].row, column, text, &role));
		buf_addc(&texts, '\0');
	}
	qsort_r(rows, n, sizeof(*rows), compare, &(struct sorting){ texts.p, descending });
	for (size_t i = 0; i < n; i++)
		l->rows[from + i] = rows[i].row;
	buf_clear(&texts);
	free(rows);
}

char *list_copy(const struct list *l, bool json)
{
	const struct list_row *row = list_selected(l);
	char to[LIST_TEXT_SIZE], *text = NULL;
	const char *found;
	enum role role;
	json_t *o;

	if (!row || (json && !l->ops->json))
		return NULL;
	if (json) {
		o = l->ops->json(l->arg, row);
		text = json_dumps(o, JSON_INDENT(2) | l->ops->json_flags);
		json_decref(o);
		return text;
	}
	found = get(l, row, l->kinds[row->kind].copy, to, &role);
	return *found ? utf8_clean_dup(str_of(found)) : NULL;
}

/* --- columns --- */

/* Returns the least width of a column while columns up to this priority are shown. */
static int least_width(const struct list_column *c, int priority)
{
	return priority >= LIST_OPTIONAL && c->priority < LIST_OPTIONAL && c->max > c->min ? c->max : c->min;
}

/* Returns the least width of the columns with a priority of at most `priority`. */
static int width_needed(const struct list_column *columns, size_t n, int priority, int gap)
{
	int width = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		if (columns[i].priority <= priority) {
			width += least_width(&columns[i], priority);
			count++;
		}
	}
	return count > 0 ? width + gap * (count - 1) : 0;
}

void list_layout(struct list_layout *out, const struct list_column *columns, size_t n, int width, int gap)
{
	const struct list_column *chosen[ARRAY_LEN(out->column)], *rest = NULL;
	int priority = 0, x = 0, spare;

	for (size_t i = 0; i < n; i++)
		if (columns[i].priority > priority && width_needed(columns, n, columns[i].priority, gap) <= width)
			priority = columns[i].priority;
	out->count = 0;
	for (size_t i = 0; i < n && out->count < (int)ARRAY_LEN(out->column); i++) {
		if (columns[i].priority > priority)
			continue;
		chosen[out->count] = &columns[i];
		out->column[out->count].id = columns[i].id;
		out->column[out->count].width = least_width(&columns[i], priority);
		out->column[out->count++].align = columns[i].align;
	}
	/* Bounded columns grow first, by priority. The first unbounded column takes the rest. */
	spare = width - width_needed(columns, n, priority, gap);
	for (int p = 0; spare > 0 && p <= priority; p++) {
		for (int i = 0; i < out->count && spare > 0; i++) {
			int more = chosen[i]->max - out->column[i].width;

			if (chosen[i]->priority != p || more <= 0)
				continue;
			more = more < spare ? more : spare;
			out->column[i].width += more;
			spare -= more;
		}
	}
	for (int i = 0; i < out->count; i++) {
		if (spare > 0 && chosen[i]->max == 0 && !rest) {
			rest = chosen[i];
			out->column[i].width += spare;
		}
		out->column[i].x = x;
		if (x + out->column[i].width > width)
			out->column[i].width = width > x ? width - x : 0;
		x += out->column[i].width + gap;
	}
}

void list_lay_out(struct list *l, int columns)
{
	for (int i = 0; i < LIST_KINDS_MAX; i++)
		list_layout(&l->layouts[i], l->kinds[i].columns, l->kinds[i].count, columns - l->kinds[i].indent - 1, l->kinds[i].gap);
	l->laid_out = columns;
}

void list_titles(const struct list *l, const struct canvas *line, int kind, int sorted, bool descending)
{
	const struct list_kind *k = &l->kinds[kind];
	const struct list_layout *lay = &l->layouts[kind];
	struct canvas c = canvas_sub(line, 0, k->indent, 1, line->area.columns - k->indent - 1);

	for (size_t j = 0; j < k->count; j++) {
		const char *title = _(k->columns[j].title), *arrow = mark_text(&c, descending ? MARK_DOWN : MARK_UP);
		bool marked = k->columns[j].id == sorted;
		int x, width, room;

		list_cell(&c, 0, lay, k->columns[j].id, marked ? ROLE_STRONG : ROLE_DIM, title);
		for (int i = 0; marked && i < lay->count; i++) {
			if (lay->column[i].id != sorted || lay->column[i].width <= 0)
				continue;
			/* The arrow takes the last place of the title, or the gap behind it. */
			x = lay->column[i].x;
			width = lay->column[i].width;
			room = width - utf8_width(title);
			if (lay->column[i].align == LIST_RIGHT && room > 0)
				draw_text(&c, 0, x + room - 1, 1, ROLE_STRONG, arrow);
			else
				draw_text(&c, 0, x + (room > 0 ? width - room : width), 1, ROLE_STRONG, arrow);
		}
	}
}

int list_column_at(const struct list *l, int kind, int x)
{
	const struct list_layout *lay = &l->layouts[kind];

	x -= l->kinds[kind].indent;
	for (int i = 0; i < lay->count; i++)
		if (x >= lay->column[i].x && x < lay->column[i].x + lay->column[i].width)
			return lay->column[i].id;
	return -1;
}

int list_column_x(const struct list *l, int kind, int id)
{
	const struct list_layout *lay = &l->layouts[kind];

	for (int i = 0; i < lay->count; i++)
		if (lay->column[i].id == id)
			return l->kinds[kind].indent + lay->column[i].x;
	return -1;
}

static void draw_cell(const struct canvas *c, int y, const struct list_layout *lay, int i, int width, enum role r, const char *text)
{
	if (width <= 0)
		return;
	if (lay->column[i].align == LIST_RIGHT)
		draw_right(c, y, lay->column[i].x, width, r, text);
	else
		draw_foreign(c, y, lay->column[i].x, width, r, text);
}

void list_cell(const struct canvas *c, int y, const struct list_layout *lay, int id, enum role r, const char *text)
{
	int i = 0;

	while (i < lay->count && lay->column[i].id != id)
		i++;
	if (i < lay->count)
		draw_cell(c, y, lay, i, lay->column[i].width, r, text);
}

/* The columns of a cell and, if its text flows, those that the cells behind it leave free. */
static int free_columns(const struct list *l, const struct list_row *row, int i)
{
	const struct list_layout *lay = &l->layouts[row->kind];
	int room = lay->column[i].width;
	char text[LIST_TEXT_SIZE];
	enum role role;

	for (int j = i + 1; lay->column[i].align == LIST_FLOWS && j < lay->count; j++) {
		int used = utf8_width(get(l, row, lay->column[j].id, text, &role)), free = lay->column[j].width - used;

		if (used > 0 && (lay->column[j].align != LIST_RIGHT || free < 2))
			break;
		room = lay->column[j].x + free - (used > 0) - lay->column[i].x;
		if (used > 0)
			break;
	}
	return room;
}

void list_draw(struct list *l, struct term *t, const struct canvas *c, bool focused)
{
	char text[LIST_TEXT_SIZE];

	if (l->laid_out != c->area.columns)
		list_lay_out(l, c->area.columns);
	l->laid_out = 0;
	list_fit(l, c->area.rows);
	if (l->count == 0 && list_filtering(l))
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing matches the filter. / changes it."));
	for (int y = 0; y < c->area.rows && l->top + (size_t)y < l->count; y++) {
		size_t at = l->top + (size_t)y;
		const struct list_row *row = &l->rows[at];
		const struct list_kind *k = &l->kinds[row->kind];
		const struct list_layout *lay = &l->layouts[row->kind];
		struct canvas line = canvas_sub(c, y, 0, 1, c->area.columns), cells;

		if (row->head)
			draw_text(&line, 0, 1, 1, ROLE_ACCENT,
				  mark_text(c, list_is_open(l, row->key) || list_filtering(l) ? MARK_OPEN : MARK_CLOSED));
		cells = canvas_sub(&line, 0, k->indent, 1, c->area.columns - k->indent - 1);
		for (int i = 0; i < lay->count; i++) {
			int room = free_columns(l, row, i);
			enum role role;
			const char *shown;

			l->room = room;
			shown = get(l, row, lay->column[i].id, text, &role);
			if (*shown != '\0')
				draw_cell(&cells, 0, lay, i, room, role, shown);
		}
		l->room = 0;
		if (l->ops->draw)
			l->ops->draw(l->arg, &line, row);
		if (focused && at == l->cursor) {
			draw_selected(&line, 0, BAR_COLUMNS);
			term_cursor(t, line.area.y, line.area.x);
		}
	}
}
