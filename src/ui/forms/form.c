/*
 * The life of a form: items made from the field table, keys, leaving fields, saving, and the answers of the store.
 *
 * A key is offered, in this order, to: a paste (to its end, so that pasted line ends save nothing), the form as a
 * whole, the form of this record, the editor of the field under the cursor, and the moving keys. While the store saves,
 * keys wait. Esc closes the form, and the store goes on.
 */
#include "config.h"

#include "form.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* --- finding items --- */

struct form_item *form_find(struct form *f, const char *key)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].field && !strcmp(f->items[i].field->key, key))
			return &f->items[i];
	return NULL;
}

const char *form_value(struct form *f, const char *key)
{
	const struct form_item *it = form_find(f, key);

	return it ? item_value(it) : "";
}

bool form_is_focused(const struct form *f, const struct form_item *it)
{
	return &f->items[f->focus] == it;
}

bool form_is_folded(const struct form *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].hidden)
			return true;
	return false;
}

static bool can_focus(const struct form *f, size_t i)
{
	const struct form_item *it = &f->items[i];

	if (it->editor == FORM_MORE)
		return form_is_folded(f);
	return !it->fixed && !it->hidden && (it->editor != FORM_PARAM_VALUE || !form_row_is_empty(it - 1));
}

/* Shows all fields. The cursor goes to the first one that was hidden. */
static void unfold(struct form *f)
{
	for (size_t i = f->count; i-- > 0;) {
		if (f->items[i].hidden)
			f->focus = i;
		f->items[i].hidden = false;
	}
}

/* --- opening --- */

static void add_item(struct form *f, enum form_editor editor, const struct field *field, const char *text)
{
	f->items = xreallocarray(f->items, f->count + 1, sizeof(*f->items));
	item_init(&f->items[f->count++], editor, field, text);
}

void form_focus_first(struct form *f)
{
	struct form_item *it = !f->adding && f->ops->first_edited ? form_find(f, f->ops->first_edited) : NULL;

	f->focus = it ? (size_t)(it - f->items) : 0;
	while (!can_focus(f, f->focus))
		f->focus++;
}

/* Adds the fields of the record whose FIELD_MORE flag is `more`, in the order of their table. */
static void add_fields(struct form *f, unsigned more)
{
	static const enum form_editor editors[] = {
		[FIELD_PROVIDER] = FORM_PICK, [FIELD_AGENT] = FORM_PICK, [FIELD_SCHEDULE] = FORM_PICK,
		[FIELD_REGION] = FORM_TOGGLE, [FIELD_BOOL] = FORM_TOGGLE,
	};

	for (const struct field *row = entity_fields(f->ops->entity); row->key; row++) {
		char *text;

		if (row->flags & FIELD_READONLY || row->type == FIELD_PARAMS || (row->flags & FIELD_MORE) != more)
			continue;
		text = field_get(row, &f->base);
		add_item(f, (size_t)row->type < ARRAY_LEN(editors) ? editors[row->type] : FORM_LINE, row, text);
		f->items[f->count - 1].fixed = !f->adding && row->flags & FIELD_KEY;
		f->items[f->count - 1].hidden = more && !text[0];
		free(text);
	}
}

void form_open(struct ui *ui, const struct form_ops *ops, struct record *base, bool adding, const char *field)
{
	const struct field *params = field_by_key(ops->entity, "additionalParams");
	struct form *f = xcalloc(1, sizeof(*f));
	const struct form_item *it;
	char *object;

	f->ui = ui;
	f->ops = ops;
	f->adding = adding;
	f->base = *base;
	add_fields(f, 0);
	add_fields(f, FIELD_MORE);
	add_item(f, FORM_MORE, NULL, "");
	add_item(f, FORM_BUTTON, NULL, "");
	object = params ? field_get(params, &f->base) : NULL;
	if (params)
		form_params_load(f, params, object);
	free(object);
	f->params_original = form_params_text(f);
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].editor == FORM_PICK)
			pick_refresh(f, &f->items[i], false);
	if (ops->changed)
		ops->changed(f, NULL);
	form_focus_first(f);
	it = field ? form_find(f, field) : NULL;
	if (it && it->hidden)
		unfold(f);
	if (it && can_focus(f, (size_t)(it - f->items)))
		f->focus = (size_t)(it - f->items);
	ui_push(ui, &ops->overlay, f);
}

void form_close(void *state)
{
	struct form *f = state;

	if (f->saving)
		app_forget(ui_app(f->ui), f);
	for (size_t i = 0; i < f->count; i++)
		item_clear(&f->items[i]);
	free(f->items);
	free(f->params_original);
	free(f->more);
	record_clear(&f->base);
	free(f);
}

/* --- values --- */

void form_item_changed(struct form *f, struct form_item *it)
{
	if (it->editor == FORM_PARAM_VALUE)
		it--;
	it->refused = it->pasted = false;
	if (f->ops->changed)
		f->ops->changed(f, it);
	if (it->checked)
		item_check(f, it);
	else
		err_clear(&it->err);
}

void form_put(struct form *f, struct form_item *it, const char *value)
{
	item_set(it, value);
	form_item_changed(f, it);
}

void form_suggest(struct form_item *it, const char *value)
{
	if (!strcmp(item_value(it), value))
		return;
	item_set(it, value);
	free(it->original);
	it->original = xstrdup(value);
}

/* --- moving --- */

/* Finishes a field before the cursor leaves it. False, with the error set: the list's choice was refused. */
static bool leave(struct form *f)
{
	struct form_item *it = &f->items[f->focus];
	const char *text = line_text(&it->line);
	size_t from = strspn(text, " "), len = strlen(text + from);

	if (it->editor > FORM_PARAM_KEY || it->editor == FORM_MORE)
		return true;
	it->checked = true;
	if (it->editor == FORM_PICK && pick_accept(f, it) == PICK_REFUSED)
		return false;
	while (it->editor == FORM_LINE && len > 0 && text[from + len - 1] == ' ')
		len--;
	if (it->editor == FORM_LINE && it->field->type != FIELD_E164 && item_is_changed(it) && text[len]) {
		/* Blanks at the ends can't be seen, so they are removed. Other corrections are only offered. */
		char *trimmed = xstrndup(text + from, len);

		line_set(&it->line, trimmed);
		free(trimmed);
	}
	if (f->ops->left && it->editor == FORM_LINE)
		f->ops->left(f, it);
	if (!it->refused)
		item_check(f, it);
	return true;
}

/* A row of parameters is tidied only when the cursor goes to another row. */
static void go(struct form *f, size_t to)
{
	size_t from = f->focus;
	bool same_row = (to == from + 1 && f->items[to].editor == FORM_PARAM_VALUE) ||
			(to + 1 == from && f->items[from].editor == FORM_PARAM_VALUE);

	if (!leave(f) && !line_text(&f->items[from].line)[0]) {
		pick_forget(f, &f->items[from]);
		item_check(f, &f->items[from]);
	}
	f->focus = to;
	if (same_row)
		return;
	form_params_tidy(f, true);
	if (f->items[f->focus].editor == FORM_PICK)
		pick_refresh(f, &f->items[f->focus], false);
}

static size_t next_of(const struct form *f, size_t i)
{
	do
		i = (i + 1) % f->count;
	while (!can_focus(f, i));
	return i;
}

static size_t previous_of(const struct form *f, size_t i)
{
	do
		i = (i + f->count - 1) % f->count;
	while (!can_focus(f, i));
	return i;
}

static bool is_value(const struct form *f, size_t i)
{
	return f->items[i].editor == FORM_PARAM_VALUE;
}

/* A row of parameters has two items; Up and Down stay in the same column. */
static size_t row_below(const struct form *f, size_t i)
{
	size_t to = i;

	do
		to = next_of(f, to);
	while (is_value(f, to));
	return is_value(f, i) && f->items[to].editor == FORM_PARAM_KEY && can_focus(f, to + 1) ? to + 1 : to;
}

static size_t row_above(const struct form *f, size_t i)
{
	size_t to = previous_of(f, is_value(f, i) ? i - 1 : i);

	return is_value(f, to) && !is_value(f, i) ? to - 1 : to;
}

/* --- saving --- */

static void focus_wrong(struct form *f, struct form_item *it)
{
	if (it->hidden)
		unfold(f);
	if (!it->fixed)
		f->focus = (size_t)(it - f->items);
	if (it->editor == FORM_PICK)
		pick_refresh(f, it, false);
}

static void saved(void *arg, const struct mutation_result *r)
{
	struct form *f = arg;
	struct form_item *it = form_find(f, r->err.field);
	struct ui *ui = f->ui;
	key_code keys[FORM_WAITING_MAX];
	size_t count = f->waiting_count;

	memcpy(keys, f->waiting, count * sizeof(keys[0]));
	f->waiting_count = 0;
	f->saving = false;
	if (r->done) {
		if (!f->ops->saved || !f->ops->saved(f))
			ui_pop(ui, f);
	} else if (r->err.code == ERR_CHANGED_MEANWHILE) {
		form_merge_theirs(f, &r->now);
		f->told_theirs = true;
	} else if (it) {
		it->checked = it->refused = true;
		it->err = r->err;
		focus_wrong(f, it);
	} else {
		f->err = r->err;
	}
	ui_touch(ui);
	for (size_t i = 0; i < count; i++)	/* for this form, or for what is below if it closes */
		ui_key(ui, keys[i]);
}

/* Checks all items; the cursor goes to the first with an error. True: nothing has changed, so the form can close. */
static bool save(struct form *f)
{
	const char *why = app_why_no_change(ui_app(f->ui));
	struct form_item *wrong = NULL;
	struct mutation m = { 0 };

	err_clear(&f->err);
	if (!leave(f))
		return false;
	form_params_tidy(f, true);
	for (size_t i = f->count; i-- > 0;) {
		struct form_item *it = &f->items[i];

		it->checked = true;
		item_check(f, it);
		if (it->err.code != ERR_NONE)
			wrong = it;
	}
	if (wrong) {
		focus_wrong(f, wrong);
		return false;
	}
	if (!f->adding && form_changes(f) == 0)
		return true;
	if (form_in_conflict(f) && !f->told_theirs) {
		f->told_theirs = true;
		return false;
	}
	if (why) {
		err_set_message(&f->err, ERR_STORE_UNREACHABLE, _("Can't be saved now: %s"), why);
		return false;
	}
	if (form_record(f, &m.record, &wrong)) {
		m.kind = f->adding ? MUTATION_ADD : MUTATION_EDIT;
		m.version = f->adding ? 0 : record_version(&f->base);
		f->saving = true;
		app_mutate(ui_app(f->ui), &m, saved, f);
	} else if (wrong) {
		focus_wrong(f, wrong);
	}
	record_clear(&m.record);
	return false;
}

/* --- changes of the workspace --- */

void form_update(void *state, unsigned dirty)
{
	struct form *f = state;

	if (!(dirty & APP_DIRTY_WORKSPACE))
		return;
	form_notice_theirs(f);
	for (size_t i = 0; i < f->count; i++) {
		struct form_item *it = &f->items[i];

		if (it->editor == FORM_PICK)
			pick_refresh(f, it, true);
		if (it->checked && !it->refused)
			item_check(f, it);
	}
}

/* --- keys --- */

/* A paste is one change, made at its end. No key inside a paste is a command. */
static bool paste_key(struct form *f, key_code key)
{
	struct form_item *it = &f->items[f->focus];

	if (it->editor == FORM_TOGGLE || it->editor == FORM_MORE || it->editor == FORM_BUTTON) {
		if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
			f->pasting = key == KEYS_PASTE_BEGIN;
		return f->pasting || key == KEYS_PASTE_END;
	}
	if (key != KEYS_PASTE_BEGIN && !line_pasting(&it->line))
		return false;
	if (it->editor == FORM_PICK && key == KEYS_PASTE_END) {
		pick_key(f, it, key);
		return true;
	}
	line_key(&it->line, key);
	if (key == KEYS_PASTE_END) {
		form_params_pasted(f, it);
		form_item_changed(f, it);
		it->pasted = true;
		if (f->ops->pasted)
			f->ops->pasted(f, it);
		form_params_tidy(f, false);
	}
	return true;
}

/* Returns true when the form closes. Each Esc cancels one open step. */
static bool escape(struct form *f)
{
	struct form_item *it = &f->items[f->focus];

	if (it->editor == FORM_PICK && (line_text(&it->line)[0] || it->pick.touched)) {
		pick_forget(f, it);
		if (it->value[0])
			item_check(f, it);
		else
			err_clear(&it->err);
		return false;
	}
	if (form_changes(f) == 0 || f->ask_discard)
		return true;
	f->ask_discard = true;
	return false;
}

/* Enter goes from field to field, past "More", and saves after the last. Returns true when the form closes. */
static bool enter(struct form *f)
{
	struct form_item *it = &f->items[f->focus];
	size_t to = next_of(f, f->focus);

	if (it->editor == FORM_MORE) {
		unfold(f);
		return false;
	}
	if (f->items[to].editor == FORM_MORE)
		to = next_of(f, to);
	if (it->editor == FORM_BUTTON || f->items[to].editor == FORM_BUTTON)
		return save(f);
	if (it->editor != FORM_PICK || pick_accept(f, it) != PICK_REFUSED)
		go(f, to);
	return false;
}

static bool is_typing(key_code key)
{
	return (key >= 0x20 && key < KEYS_UP) || key == KEYS_LEFT || key == KEYS_RIGHT;
}

static bool item_key(struct form *f, struct form_item *it, key_code key)
{
	switch (it->editor) {
	case FORM_PICK:
		return pick_key(f, it, key);
	case FORM_TOGGLE:
		if (item_toggle_key(it, key)) {
			f->region_is_set |= it->field->type == FIELD_REGION;
			form_item_changed(f, it);
		} else {
			f->no_letters = is_typing(key);
		}
		return is_typing(key);
	case FORM_MORE:
		if (key == ' ' || key == KEYS_RIGHT)
			unfold(f);
		return is_typing(key);
	case FORM_BUTTON:
		return is_typing(key) && key != ' ';
	default:
		if (key == KEYS_UP || key == KEYS_DOWN || key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN)
			return false;
		if (!form_params_key(f, it, key) && line_key(&it->line, key) == LINE_CHANGED) {
			form_item_changed(f, it);
			form_params_tidy(f, false);
		}
		return true;
	}
}

static void click_line(struct form *f, int line, int x)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct form_item *it = &f->items[i];

		if (it->editor == FORM_BUTTON || line < it->y || line >= it->y + it->rows || !can_focus(f, i))
			continue;
		if (it->editor == FORM_PARAM_KEY && x > f->body.columns / 2 && can_focus(f, i + 1))
			i++;
		if (i != f->focus)
			go(f, i);
		else if (it->editor == FORM_TOGGLE)
			item_key(f, &f->items[i], ' ');
		if (f->items[f->focus].editor == FORM_MORE)
			unfold(f);
		return;
	}
}

/* Returns true when the form closes. */
static bool click(struct form *f)
{
	struct form_item *it = &f->items[f->focus];
	struct term_mouse m;

	term_mouse_event(ui_term(f->ui), &m);
	if (m.kind != MOUSE_CLICK && m.kind != MOUSE_DOUBLE)
		return false;
	if (rect_has(&f->button, m.y, m.x))
		return save(f);
	if (it->editor == FORM_PICK && rect_has(&f->list, m.y, m.x))
		pick_click(f, it, m.y - f->list.y);
	else if (rect_has(&f->body, m.y, m.x))
		click_line(f, m.y - f->body.y + f->top, m.x - f->body.x);
	return false;
}

bool form_key(void *state, key_code key)
{
	struct form *f = state;

	ui_touch(f->ui);
	if (f->saving) {
		if (key == KEYS_PASTE_END && f->waiting_count == FORM_WAITING_MAX)
			f->waiting_count--;		/* without its end, a paste would swallow all later keys */
		if (key != KEYS_ESC && f->waiting_count < FORM_WAITING_MAX)
			f->waiting[f->waiting_count++] = key;
		return key == KEYS_ESC;
	}
	if (paste_key(f, key))
		return false;
	if (key == KEYS_ESC)
		return escape(f);
	f->ask_discard = f->no_letters = false;
	if (key != KEYS_CTRL('R'))
		f->ask_theirs = false;
	switch (key) {
	case KEYS_CTRL('S'):
	case KEYS_F2:
		return save(f);
	case KEYS_ENTER:
		return enter(f);
	case KEYS_TAB:
		go(f, next_of(f, f->focus));
		return false;
	case KEYS_BACKTAB:
		go(f, previous_of(f, f->focus));
		return false;
	case KEYS_CTRL('R'):
		form_take_theirs(f);
		return false;
	case KEYS_MOUSE:
		return click(f);
	}
	if ((f->ops->key && f->ops->key(f, key)) || item_key(f, &f->items[f->focus], key))
		return false;
	switch (key) {
	case ' ':
		return f->items[f->focus].editor == FORM_BUTTON && save(f);
	case KEYS_DOWN:
		go(f, row_below(f, f->focus));
		return false;
	case KEYS_UP:
		go(f, row_above(f, f->focus));
		return false;
	case KEYS_HOME:
	case KEYS_PAGE_UP:
		go(f, next_of(f, f->count - 1));
		return false;
	case KEYS_END:
	case KEYS_PAGE_DOWN:
		go(f, f->count - 1);
		return false;
	}
	return false;
}
