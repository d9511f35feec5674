/*
 * Choosing a provider, an agent or a schedule by typing. The text narrows the list below the field, by title and id. Up and Down
 * move in the list; Enter or Tab takes the entry under its cursor. After a choice the list is closed, so that the other
 * fields are visible. Typing or Space opens it; Left and Right step through the entries that can be chosen. An agent
 * that can't take calls is listed with the reason, so that nobody searches for it.
 */
#include "config.h"

#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/hours.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define LIST_ROWS 8
#define PAGE 6

/* A record of the list; its texts belong to the snapshot. */
struct choice {
	const char *id, *title, *aside;
	const char *why_not;		/* NULL = it can be chosen */
	bool has_hours;			/* it is a schedule */
};

/* What each type of field chooses from. */
static const struct pick_kind {
	enum field_type type;
	enum entity entity;
	enum err_code unknown;
	const char *none;		/* N_(): there is no such record */
} kinds[] = {
	{ FIELD_AGENT, ENTITY_AGENT, ERR_AGENT_NOT_FOUND, N_("no agents yet: trunkdeck agent add") },
	{ FIELD_PROVIDER, ENTITY_PROVIDER, ERR_TRUNK_NOT_FOUND, N_("no providers yet") },
	{ FIELD_SCHEDULE, ENTITY_SCHEDULE, ERR_SCHEDULE_NOT_FOUND, N_("no schedules yet: trunkdeck schedule add") },
};

static const struct pick_kind *kind_of(const struct field *field)
{
	size_t i = 0;

	while (kinds[i].type != field->type)
		i++;
	return &kinds[i];
}

static size_t choice_count(const struct form *f, const struct field *field)
{
	size_t count;

	snapshot_records(ui_app(f->ui)->snapshot, kind_of(field)->entity, &count);
	return count;
}

static struct choice choice_at(const struct form *f, const struct field *field, size_t i)
{
	enum entity entity = kind_of(field)->entity;
	size_t count;
	const void *record = snapshot_records(ui_app(f->ui)->snapshot, entity, &count)[i];

	if (entity == ENTITY_AGENT) {
		const struct agent *a = record;
		struct choice c = { .id = a->id, .title = a->title, .aside = region_name(a->region) };

		agent_usable(a, &c.why_not);
		return c;
	}
	if (entity == ENTITY_SCHEDULE) {
		const struct schedule *s = record;

		return (struct choice){ .id = s->id, .title = s->title[0] ? s->title : s->id, .aside = "", .has_hours = true };
	} else {
		const struct provider *p = record;

		return (struct choice){ .id = p->id, .title = p->name, .aside = p->sip_domain };
	}
}

static struct choice match_at(const struct form *f, const struct form_item *it, size_t i)
{
	return choice_at(f, it->field, it->pick.match[i]);
}

static bool is_searching(const struct form_item *it)
{
	return line_text(&it->line)[0];
}

const char *pick_title(const struct form *f, const struct field *field, const char *id)
{
	const struct record *r = snapshot_get(ui_app(f->ui)->snapshot, kind_of(field)->entity, id);
	const char *title = "";

	if (r)
		title = r->entity == ENTITY_AGENT ? r->agent.title : r->entity == ENTITY_SCHEDULE ? r->schedule.title : r->provider.name;
	return title[0] ? title : id;
}

enum role pick_remark(const struct form *f, const struct form_item *it, char *to, size_t size)
{
	const struct agent *a = it->field->type == FIELD_AGENT ? snapshot_agent(ui_app(f->ui)->snapshot, it->value) : NULL;
	const struct hours_now *hours;
	const char *why;

	if (a && !agent_usable(a, &why))
		snprintf(to, size, "%s: %s", err_text_of(ERR_AGENT_UNUSABLE), why);
	if (it->field->type != FIELD_SCHEDULE || !it->value[0])
		return ROLE_WARN;
	hours = app_hours(ui_app(f->ui), it->value);
	str_copy(to, size, str_of(hours->text));
	return hours->known ? ROLE_DIM : ROLE_WARN;
}

/* --- matches --- */

/* keep: only the records changed, so the cursor stays on its record. Otherwise it goes to the record with exactly the
 * typed id, else to the first that can be chosen, else to the first; without a search to the chosen one. */
void pick_refresh(struct form *f, struct form_item *it, bool keep)
{
	size_t known = choice_count(f, it->field), first = PICK_NONE;
	const char *needle = line_text(&it->line), *wanted;
	struct form_pick *p = &it->pick;
	char *id = NULL;

	if (keep && p->at < p->count && p->match[p->at] < known)
		id = xstrdup(match_at(f, it, p->at).id);
	free(p->match);
	p->match = xcalloc(known + 1, sizeof(*p->match));
	p->count = 0;
	p->at = PICK_NONE;
	wanted = id ? id : is_searching(it) ? needle : it->value;
	for (size_t i = 0; i < known; i++) {
		struct choice c = choice_at(f, it->field, i);

		if (!utf8_find(c.title, needle) && !utf8_find(c.id, needle))
			continue;
		if (first == PICK_NONE && !c.why_not)
			first = p->count;
		if (p->at == PICK_NONE && !strcmp(c.id, wanted))
			p->at = p->count;
		p->match[p->count++] = i;
	}
	if (p->at == PICK_NONE && !id && is_searching(it) && p->count > 0)
		p->at = first != PICK_NONE ? first : 0;
	free(id);
}

bool pick_is_open(const struct form *f, const struct form_item *it)
{
	return form_is_focused(f, it) && it->editor == FORM_PICK
		&& (is_searching(it) || it->pick.touched || (!it->value[0] && it->field->flags & FIELD_REQUIRED));
}

/* --- choosing --- */

static void choose(struct form *f, struct form_item *it, const char *id)
{
	bool changes = strcmp(it->value, id) != 0;

	item_set(it, id);
	it->pick.touched = false;
	pick_refresh(f, it, false);
	if (changes)
		form_item_changed(f, it);
}

void pick_forget(struct form *f, struct form_item *it)
{
	it->pick.touched = false;
	line_set(&it->line, "");
	pick_refresh(f, it, false);
}

enum pick_result pick_accept(struct form *f, struct form_item *it)
{
	struct choice c;

	if (!it->pick.touched)
		return PICK_NOTHING;
	if (it->pick.at >= it->pick.count) {
		if (!is_searching(it))
			pick_forget(f, it);
		return PICK_NOTHING;
	}
	c = match_at(f, it, it->pick.at);
	if (strcmp(c.id, it->value) != 0 && c.why_not) {
		err_set(&it->err, ERR_AGENT_UNUSABLE, "%s", c.why_not);
		it->checked = true;
		return PICK_REFUSED;
	}
	if (strcmp(c.id, it->value) != 0)
		choose(f, it, c.id);
	else
		pick_forget(f, it);
	return PICK_TAKEN;
}

/* A search that chose nothing is an error, even if a record was chosen before, because the field shows the search. */
bool pick_check(struct form *f, const struct form_item *it, struct err *e)
{
	enum err_code code = kind_of(it->field)->unknown;

	if (!is_searching(it))
		return true;
	if (it->pick.at >= it->pick.count)
		return err_set(e, code, _("nothing matches \"%s\""), line_text(&it->line));
	if (match_at(f, it, it->pick.at).why_not)
		return err_set(e, ERR_AGENT_UNUSABLE, "%s", match_at(f, it, it->pick.at).why_not);
	if (form_is_focused(f, it))
		return true;		/* leaving the field chooses the entry */
	return err_set(e, code, _("\"%s\" is not chosen yet: Enter in this field chooses"), line_text(&it->line));
}

/* --- keys --- */

static bool move(struct form *f, struct form_item *it, int by)
{
	size_t last = it->pick.count - 1, at = it->pick.at;

	if (!pick_is_open(f, it) || it->pick.count == 0)
		return false;
	if ((by < 0 && (at == 0 || at == PICK_NONE)) || (by > 0 && at == last)) {
		it->pick.touched = is_searching(it);
		return false;
	}
	if (at == PICK_NONE)
		at = 0;
	else if (by < 0)
		at = at < (size_t)-by ? 0 : at - (size_t)-by;
	else
		at = last - at < (size_t)by ? last : at + (size_t)by;
	it->pick.at = at;
	it->pick.touched = true;
	return true;
}

/* Chooses the next or previous entry that can be chosen; after the last comes the first. */
static void cycle(struct form *f, struct form_item *it, bool forward)
{
	size_t n = it->pick.count, at = it->pick.at == PICK_NONE ? (forward ? n - 1 : 0) : it->pick.at;

	for (size_t tried = 0; tried < n; tried++) {
		at = forward ? (at + 1) % n : (at + n - 1) % n;
		if (!match_at(f, it, at).why_not) {
			choose(f, it, match_at(f, it, at).id);
			return;
		}
	}
}

bool pick_key(struct form *f, struct form_item *it, key_code key)
{
	enum line_result result;

	switch (key) {
	case KEYS_UP:
		return move(f, it, -1);
	case KEYS_DOWN:
		return move(f, it, 1);
	case KEYS_PAGE_UP:
		return move(f, it, -PAGE) || pick_is_open(f, it);
	case KEYS_PAGE_DOWN:
		return move(f, it, PAGE) || pick_is_open(f, it);
	case KEYS_LEFT:
	case KEYS_RIGHT:
		if (is_searching(it))
			break;
		cycle(f, it, key == KEYS_RIGHT);
		return true;
	case ' ':
		if (is_searching(it))
			break;
		it->pick.touched = true;
		return true;
	case KEYS_BACKSPACE:
	case KEYS_DELETE:
	case KEYS_CTRL('U'):
		if (is_searching(it) || !it->value[0])
			break;
		choose(f, it, "");
		return true;
	}
	result = line_key(&it->line, key);
	if (result == LINE_CHANGED) {
		it->pick.touched = is_searching(it);
		pick_refresh(f, it, false);
		if (it->checked)
			item_check(f, it);
		else
			err_clear(&it->err);
	}
	return result != LINE_IGNORED;
}

void pick_click(struct form *f, struct form_item *it, int row)
{
	size_t at = it->pick.top + (size_t)row;

	if (at >= it->pick.count)
		return;
	it->pick.at = at;
	it->pick.touched = true;
	pick_accept(f, it);
}

/* --- drawing --- */

int pick_rows(const struct form *f, const struct form_item *it)
{
	if (!pick_is_open(f, it))
		return 0;
	return it->pick.count < LIST_ROWS ? (it->pick.count > 0 ? (int)it->pick.count : 1) : LIST_ROWS;
}

void pick_hint(const struct form *f, const struct form_item *it, char *to, size_t size)
{
	size_t all = choice_count(f, it->field);

	if (is_searching(it))
		snprintf(to, size, _("%zu of %zu match; Enter chooses"), it->pick.count, all);
	else if (pick_is_open(f, it))
		snprintf(to, size, _("Type to search in %zu; Enter chooses"), all);
	else if (!it->value[0])
		str_copy(to, size, str_of(_(it->field->help)));
	else if (!(it->field->flags & FIELD_REQUIRED))
		snprintf(to, size, "%s", _("Type to search, Space for the list, Backspace for none"));
	else
		snprintf(to, size, "%s", _("Type to search, Space for the list, Left and Right for the next"));
}

static void draw_choice(const struct form *f, const struct canvas *list, int y, const struct choice *choice, bool selected)
{
	enum role role = choice->why_not ? ROLE_DIM : ROLE_NORMAL;
	int title = (list->area.columns - 2) * 2 / 5, rest = list->area.columns - title - 4;

	draw_foreign(list, y, 1, rest < 8 ? 0 : title, role, choice->title);
	if (rest >= 8 && choice->why_not) {
		draw_foreign(list, y, title + 3, rest, ROLE_DIM, choice->why_not);
	} else if (rest >= 8 && choice->has_hours) {
		draw_foreign(list, y, title + 3, rest, ROLE_DIM, app_hours(ui_app(f->ui), choice->id)->text);
	} else if (rest >= 8) {
		draw_foreign(list, y, title + 3, rest - 4, ROLE_DIM, choice->id);
		if (strlen(choice->aside) <= 2)
			draw_right(list, y, title + 3, rest, ROLE_DIM, choice->aside);
	}
	if (selected)
		draw_selected(list, y, 0);
}

void pick_draw(struct form *f, struct form_item *it, const struct canvas *c)
{
	size_t rows = c->area.rows > 0 ? (size_t)c->area.rows : 0;
	struct form_pick *p = &it->pick;
	size_t at = p->at == PICK_NONE ? 0 : p->at;

	draw_clear(c);
	if (rows == 0)
		return;
	if (p->count == 0)
		draw_text(c, 0, 1, 0, ROLE_DIM, choice_count(f, it->field) > 0 ? _("nothing matches") : _(kind_of(it->field)->none));
	if (at < p->top)
		p->top = at;
	else if (at >= p->top + rows)
		p->top = at - rows + 1;
	if (p->top + rows > p->count)
		p->top = p->count > rows ? p->count - rows : 0;
	for (size_t i = 0; i < rows && p->top + i < p->count; i++) {
		struct choice choice = match_at(f, it, p->top + i);

		draw_choice(f, c, (int)i, &choice, p->top + i == p->at);
	}
}
