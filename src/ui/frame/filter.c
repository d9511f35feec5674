/*
 * The filter line. The text narrows the view while it is typed. Enter keeps it, Esc clears it; Up, Down and the page
 * keys move in the list. The fields that the last word can begin are shown above the line, and Tab completes them. A
 * text with an error is not kept, and the error is shown above the line.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "ui_private.h"

#define FILTER_MAX 200

struct filter {
	struct ui *ui;
	struct line_edit line;
	struct err wrong;
};

static const struct filter_rows *rows_of(const struct filter *f)
{
	return f->ui->views[f->ui->view]->list->rows;
}

static void set_filter(struct filter *f, const char *text)
{
	struct app *a = f->ui->app;
	struct filter_words *q = filter_words_new(text, rows_of(f), app_zone(a), clock_wall_us(a->clock));
	const struct err *wrong = filter_words_error(q);

	f->wrong = wrong ? *wrong : (struct err){ .code = ERR_NONE };
	filter_words_free(&q);
	ui_set_filter(f->ui, text);
}

/* Returns the word that is being typed, without the '!' before it. */
static const char *last_word(const char *text)
{
	const char *blank = strrchr(text, ' ');

	text = blank != NULL ? blank + 1 : text;
	return text + (*text == '!');
}

/* Appends "number: label: ..." of the fields that begin like the word, and returns how many bytes they have in common. */
static size_t add_fields(const struct filter *f, const char *word, struct buf *to)
{
	size_t len = strlen(word), common = 0;
	const char *name, *first = NULL;

	for (size_t i = 0; (name = filter_rows_field(rows_of(f), i)) != NULL; i++) {
		if (strncmp(name, word, len) != 0)
			continue;
		if (first == NULL)
			common = strlen(first = name);
		while (strncmp(name, first, common) != 0)
			common--;
		buf_addf(to, "%s%s:", to->len > 0 ? " " : "", name);
	}
	return common;
}

/* Draws the error, or the fields, above the prompt in as many rows as they need. */
static void filter_draw(void *state, const struct canvas *screen)
{
	struct filter *f = state;
	struct canvas status = frame_status(f->ui, screen), c = canvas_sub(screen, 0, 1, 0, screen->area.columns - 2);
	bool wrong = f->wrong.code != ERR_NONE;
	struct buf text;
	int lines;

	buf_init(&text, BUF_UNBOUNDED);
	if (wrong)
		buf_addf(&text, "%s; %s", f->wrong.message, f->wrong.hint);
	else
		add_fields(f, last_word(line_text(&f->line)), &text);
	lines = text.len > 0 ? draw_wrapped(&c, 0, 0, ROLE_DIM, text.p) : 0;
	if (lines > 0 && lines + 1 < status.area.y) {
		c = canvas_sub(screen, status.area.y - lines, 0, lines, screen->area.columns);
		draw_clear(&c);
		c = canvas_sub(&c, 0, 1, lines, screen->area.columns - 2);
		draw_wrapped(&c, 0, 0, wrong ? ROLE_ALARM : ROLE_DIM, text.p);
	}
	buf_clear(&text);
	frame_prompt(f->ui, screen, "/", &f->line);
}

static void complete(struct filter *f)
{
	const char *text = line_text(&f->line), *word = last_word(text);
	size_t before = (size_t)(word - text), common;
	struct buf fields, line;

	buf_init(&fields, BUF_UNBOUNDED);
	buf_init(&line, BUF_UNBOUNDED);
	common = add_fields(f, word, &fields);
	if (fields.len > 0) {
		buf_add(&line, text, before);
		buf_add(&line, fields.p, common);
		if (strchr(fields.p, ' ') == NULL)
			buf_addc(&line, ':');
		line_set(&f->line, line.p);
		set_filter(f, line.p);
	}
	buf_clear(&line);
	buf_clear(&fields);
}

static bool filter_key(void *state, key_code key)
{
	struct filter *f = state;

	if (!line_pasting(&f->line)) {
		switch (key) {
		case KEYS_ENTER:
			return f->wrong.code == ERR_NONE;
		case KEYS_ESC:
			ui_set_filter(f->ui, "");
			return true;
		case KEYS_TAB:
			complete(f);
			return false;
		case KEYS_UP: case KEYS_DOWN: case KEYS_PAGE_UP: case KEYS_PAGE_DOWN:
			ui_view_action(f->ui, keymap_lookup(key, SCOPE_LIST));
			return false;
		}
	}
	if (key == KEYS_BACKSPACE && *line_text(&f->line) == '\0')
		return true;
	if (line_key(&f->line, key) == LINE_CHANGED)
		set_filter(f, line_text(&f->line));
	return false;
}

static void filter_close(void *state)
{
	struct filter *f = state;

	line_clear(&f->line);
	free(f);
}

static const struct overlay_ops filter_ops = {
	.name = "filter",
	.draw = filter_draw,
	.key = filter_key,
	.close = filter_close,
	.hint = N_("Enter keep  Esc clear  Tab complete  Up/Down move  ! before a word: not"),
};

void filter_open(struct ui *ui, const char *text)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->ui = ui;
	line_init(&f->line, text, FILTER_MAX);
	ui_push(ui, &filter_ops, f);
	set_filter(f, text);	/* gives the views time to prepare before the first word is typed */
}
