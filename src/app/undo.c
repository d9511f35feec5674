/*
 * Undo and redo. A step is one change that was made here; `at` says how many of the steps are in force, so undo takes step at - 1
 * back and redo makes step `at` again. Both are a MUTATION_REVERT of the change rows that the step made last: taking back
 * what took it back makes it again. The store refuses that when somebody else has changed the record since.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define STEPS_MAX 10000
#define FIELDS_NAMED 3
#define VALUE_WIDTH 40

struct undo_step {
	struct record record;		/* for its key */
	int64_t first, last;		/* change rows */
	char *back, *forth;		/* what undo and redo do, in words */
};

static void remove_step(struct undo_list *l, size_t i)
{
	record_clear(&l->steps[i].record);
	free(l->steps[i].back);
	free(l->steps[i].forth);
	memmove(&l->steps[i], &l->steps[i + 1], (--l->count - i) * sizeof(l->steps[0]));
	if (l->at > i)
		l->at--;
}

void undo_free(struct app *a)
{
	struct undo_list *l = &a->private->undo;

	while (l->count > 0)
		remove_step(l, l->count - 1);
	FREE(&l->steps);
}

/* --- words --- */

static void add_value(struct buf *to, const struct field *f, const struct record *r)
{
	char *value = field_get(f, r), *clean = utf8_clean_dup(str_of(value));
	int width;
	size_t len = utf8_fit(clean, VALUE_WIDTH, &width);

	if (*clean)
		buf_addf(to, "%.*s%s", (int)len, clean, clean[len] ? "..." : "");
	else
		buf_adds(to, "\"\"");
	free(clean);
	free(value);
}

char *record_difference(const struct record *from, const struct record *to)
{
	size_t named = 0, more = 0;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_adds(&text, "");
	for (const struct field *f = entity_fields(to->entity); f->key; f++) {
		char *was = field_get(f, from), *is = field_get(f, to);
		bool same = strcmp(was, is) == 0;

		free(was);
		free(is);
		if (same || (f->flags & (FIELD_READONLY | FIELD_KEY)))
			continue;
		if (named == FIELDS_NAMED) {
			more++;
			continue;
		}
		buf_addf(&text, "%s%s ", named++ ? ", " : "", f->option ? f->option : f->key);
		add_value(&text, f, from);
		buf_adds(&text, " -> ");
		add_value(&text, f, to);
	}
	if (more)
		buf_addf(&text, ngettext(", %zu field more", ", %zu fields more", more), more);
	return buf_take(&text);
}

char *change_difference(const struct change *c)
{
	struct record before, after;
	char *text;

	if (!change_record(c, true, &before))
		return xstrdup("");
	if (!change_record(c, false, &after)) {
		record_clear(&before);
		return xstrdup("");
	}
	text = record_difference(&before, &after);
	record_clear(&before);
	record_clear(&after);
	return text;
}

static char *difference_text(const struct record *from, const struct record *to)
{
	char *difference = record_difference(from, to), *text = xasprintf("%s: %s", record_title(to), difference);

	free(difference);
	return text;
}

void undo_remember(struct app *a, const struct mutation *m, const struct mutation_result *r)
{
	struct undo_list *l = &a->private->undo;
	struct undo_step step = { .first = r->first_change, .last = r->change_id };
	char *added = xasprintf(_("%s added"), record_title(&r->now)), *deleted = xasprintf(_("%s deleted"), record_title(&r->now));

	if (m->kind == MUTATION_EDIT) {
		step.back = difference_text(&r->now, &r->before);
		step.forth = difference_text(&r->before, &r->now);
		free(added);
		free(deleted);
	} else {
		step.back = m->kind == MUTATION_ADD ? deleted : added;
		step.forth = m->kind == MUTATION_ADD ? added : deleted;
	}
	record_copy(&step.record, &r->now);
	while (l->count > l->at)
		remove_step(l, l->count - 1);
	if (l->count == STEPS_MAX)
		remove_step(l, 0);
	if (l->count == l->size) {
		l->size = l->size ? l->size * 2 : 16;
		l->steps = xreallocarray(l->steps, l->size, sizeof(*l->steps));
	}
	l->steps[l->count++] = step;
	l->at = l->count;
}

/* --- going back and forth --- */

bool app_can_undo(const struct app *a)
{
	const struct undo_list *l = &a->private->undo;

	return l->at > 0 && !l->running;
}

bool app_can_redo(const struct app *a)
{
	const struct undo_list *l = &a->private->undo;

	return l->at < l->count && !l->running;
}

static void go(struct app *a, bool back, app_result_fn *fn, void *arg)
{
	struct undo_list *l = &a->private->undo;
	const struct undo_step *s = &l->steps[back ? l->at - 1 : l->at];
	const struct mutation m = {
		.kind = MUTATION_REVERT, .record = s->record, .first_change = s->first, .last_change = s->last,
	};

	l->running = true;
	change_send(a, &m, back ? REQUEST_UNDO : REQUEST_REDO, fn, arg);
}

bool app_undo(struct app *a, app_result_fn *fn, void *arg)
{
	if (!app_can_undo(a))
		return false;
	go(a, true, fn, arg);
	return true;
}

bool app_redo(struct app *a, app_result_fn *fn, void *arg)
{
	if (!app_can_redo(a))
		return false;
	go(a, false, fn, arg);
	return true;
}

/* A step that was refused for good leaves the list, so that those before it can still be taken back. */
void undo_done(struct app *a, bool back, const struct mutation_result *r)
{
	struct undo_list *l = &a->private->undo;
	size_t i = back ? l->at - 1 : l->at;
	struct undo_step *s = &l->steps[i];
	const char *text = back ? s->back : s->forth;

	l->running = false;
	if (r->done) {
		s->first = r->first_change;
		s->last = r->change_id;
		l->at = back ? i : i + 1;
		messages_add(a->messages, MESSAGE_INFO, back ? _("Undone: %s") : _("Done again: %s"), text);
	} else {
		messages_add(a->messages, MESSAGE_ERROR, back ? _("Not undone: %s. %s. %s") : _("Not done again: %s. %s. %s"), text,
			     r->err.message, r->err.hint);
		if (err_class_of(r->err.code) == ERR_CLASS_REFUSED)
			remove_step(l, i);
	}
	a->dirty |= APP_DIRTY_MESSAGES;
}
