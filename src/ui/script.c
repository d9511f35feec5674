/*
 * The script's commands are a table of names and functions, which get the rest of the line. Each command finishes, and
 * a frame is painted, before the screen is read, so that a script sees what a person would see.
 */
#include "config.h"

#include "script.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/tracker.h"
#include "ui/frame/ui_private.h"

#define SETTLE_MS 20000			/* real time: a worker that takes longer is taken as hung */
#define REST_MS 50

struct script {
	struct ui *ui;
	struct app *app;
	struct td_clock *clock;
	const char *path;
	int line;
	struct err *err;
};

static bool fail(const struct script *s, enum err_code code, const char *what, const char *detail)
{
	return err_set_message(s->err, code, "%s:%d: %s%s%.100s", s->path, s->line, what, *detail != '\0' ? ": " : "", detail);
}

static bool usage(const struct script *s, const char *what, const char *detail)
{
	return fail(s, ERR_USAGE, what, detail);
}

static bool cmd_size(struct script *s, char *rest)
{
	int columns, rows;
	char more;

	if (sscanf(rest, "%4dx%4d%c", &columns, &rows, &more) != 2 || columns < 1 || rows < 1)
		return usage(s, _("a size looks like 80x24"), rest);
	term_set_size(ui_term(s->ui), rows, columns);
	ui_paint(s->ui);
	return true;
}

static bool cmd_key(struct script *s, char *rest)
{
	char *save = NULL;

	for (char *name = strtok_r(rest, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save)) {
		key_code key;

		if (!keymap_parse(name, &key))
			return usage(s, _("no key is called"), name);
		ui_key(s->ui, key);
	}
	return true;
}

static bool cmd_type(struct script *s, char *rest)
{
	uint32_t code;
	size_t used;

	for (struct str text = str_of(rest); (used = utf8_next(text, &code)) > 0;) {
		ui_key(s->ui, code);
		text.p += used;
		text.len -= used;
	}
	return true;
}

static bool cmd_paste(struct script *s, char *rest)
{
	ui_key(s->ui, KEYS_PASTE_BEGIN);
	cmd_type(s, rest);
	ui_key(s->ui, KEYS_PASTE_END);
	return true;
}

static bool cmd_do(struct script *s, char *rest)
{
	enum action_id action = action_by_name(rest);

	if (action == ACTION_NONE)
		return usage(s, _("no action is called"), rest);
	ui_do(s->ui, action);
	return true;
}

/*
 * Waits in real milliseconds, in slices of a poll on the inbox. The workers must be idle for some time: a request that
 * was just sent to the ami thread is not counted until that thread reports it.
 */
static bool settle(struct script *s)
{
	int64_t now = clock_mono_ms(&clock_system), until = now + SETTLE_MS, rest_since = -1;

	for (; now <= until; now = clock_mono_ms(&clock_system)) {
		while (app_handle_mail(s->app, 0))
			;
		if (!app_is_settled(s->app))
			rest_since = -1;
		else if (rest_since < 0)
			rest_since = now;
		else if (now - rest_since >= REST_MS)
			return true;
		poll(&(struct pollfd){ .fd = mailbox_fd(s->app->inbox), .events = POLLIN }, 1, 10);
	}
	return false;
}

static bool cmd_wait(struct script *s, char *rest)
{
	if (strcmp(rest, "settled") != 0)
		return usage(s, _("what can be waited for is: settled"), rest);
	if (!settle(s))
		return fail(s, ERR_FOUND_WRONG, _("the workers did not come to rest"), "");
	ui_paint(s->ui);
	return true;
}

static bool cmd_advance(struct script *s, char *rest)
{
	int64_t ms;

	if (!str_to_i64(str_of(rest), &ms) || ms < 0)
		return usage(s, _("milliseconds are needed"), rest);
	clock_advance(s->clock, ms);
	ui_paint(s->ui);
	return true;
}

/* --- calls of a recorded stream, in the same way as from a server --- */

struct feeding {
	struct script *script;
	struct tracker *tracker;
	int64_t last_us;
};

static void feed_call(void *arg, const struct call *c, enum call_change change)
{
	struct feeding *f = arg;
	struct ami_call_report *r = xcalloc(1, sizeof(*r));

	r->call = *c;
	r->change = change;
	mailbox_post(f->script->app->inbox, (struct mail){ app_ami_handlers.call, call_key(c), r, free }, MAIL_MUST);
}

static void feed_frame(void *arg, const struct ami_frame *frame)
{
	struct feeding *f = arg;
	struct call_event e;

	if (frame->kind != AMI_EVENT || frame->reject != AMI_ACCEPTED)
		return;
	ami_event_decode(&e, frame, f->last_us);
	f->last_us = e.at_us;
	tracker_apply(f->tracker, &e);
}

static void feed(struct feeding *f, FILE *in)
{
	const struct tracker_config config = { .server = "na-1", .on_call = feed_call, .arg = f };
	struct ami_parser *parser = ami_parser_new(true, feed_frame, f);
	char bytes[4096];
	size_t n;

	f->tracker = tracker_new(&config);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		ami_parser_feed(parser, bytes, n);
	ami_parser_idle(parser);
	ami_parser_free(&parser);
	tracker_free(&f->tracker);
}

/* The wall clock is set to the end of the stream, so that ages are those of the recording. */
static bool cmd_calls(struct script *s, char *rest)
{
	struct feeding f = { .script = s, .last_us = clock_wall_us(s->clock) };
	const char *slash = strrchr(s->path, '/');
	char *path = xasprintf("%.*s%s", rest[0] == '/' || !slash ? 0 : (int)(slash + 1 - s->path), s->path, rest);
	FILE *in = fopen(path, "re");

	free(path);
	if (in == NULL)
		return fail(s, ERR_FILE, rest, strerror(errno));
	feed(&f, in);
	fclose(in);
	s->clock->virtual_wall_us = f.last_us;
	while (app_handle_mail(s->app, 0))
		;
	ui_paint(s->ui);
	return true;
}

static bool is_shown(struct script *s, const char *text)
{
	char *screen;
	bool found;

	ui_paint(s->ui);
	screen = term_dump(ui_term(s->ui), false);
	found = strstr(screen, text) != NULL;
	free(screen);
	return found;
}

static bool wrong_screen(struct script *s, const char *what, const char *text)
{
	char *screen = term_dump(ui_term(s->ui), false);

	fputs(screen, stderr);
	free(screen);
	return fail(s, ERR_FOUND_WRONG, what, text);
}

static bool cmd_expect(struct script *s, char *rest)
{
	return is_shown(s, rest) || wrong_screen(s, _("the screen does not show"), rest);
}

static bool cmd_refute(struct script *s, char *rest)
{
	return !is_shown(s, rest) || wrong_screen(s, _("the screen shows"), rest);
}

static bool dump(struct script *s, const char *path, bool attributes)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	char *screen;
	bool ok;

	if (f == NULL)
		return fail(s, ERR_FILE, path, strerror(errno));
	ui_paint(s->ui);
	screen = term_dump(ui_term(s->ui), attributes);
	ok = fputs(screen, f) >= 0;
	free(screen);
	ok = (f == stdout ? fflush(f) : fclose(f)) == 0 && ok;
	return ok || fail(s, ERR_FILE, path, strerror(errno));
}

static bool cmd_dump(struct script *s, char *rest)
{
	return dump(s, rest, false);
}

static bool cmd_dump_attrs(struct script *s, char *rest)
{
	return dump(s, rest, true);
}

static const struct {
	const char *name;
	bool (*run)(struct script *s, char *rest);
} commands[] = {
	{ "calls", cmd_calls },
	{ "size", cmd_size },
	{ "key", cmd_key },
	{ "type", cmd_type },
	{ "paste", cmd_paste },
	{ "do", cmd_do },
	{ "wait", cmd_wait },
	{ "advance", cmd_advance },
	{ "expect", cmd_expect },
	{ "refute", cmd_refute },
	{ "dump", cmd_dump },
	{ "dump-attrs", cmd_dump_attrs },
};

static bool run_line(struct script *s, char *line)
{
	char *rest;

	line[strcspn(line, "\r\n")] = '\0';
	line += strspn(line, " \t");
	if (*line == '\0' || *line == '#')
		return true;
	rest = line + strcspn(line, " ");
	if (*rest != '\0')
		*rest++ = '\0';
	if (*rest == '\0')
		return usage(s, _("the command needs a value"), line);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, line) == 0)
			return commands[i].run(s, rest);
	return usage(s, _("no command is called"), line);
}

bool script_run(struct ui *ui, struct app *app, struct td_clock *clock, const char *path, struct err *e)
{
	struct script s = { .ui = ui, .app = app, .clock = clock, .path = path, .err = e };
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	if (f == NULL)
		return err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	ui_paint(ui);
	while (ok && !ui->quit && getline(&line, &size, f) >= 0) {
		s.line++;
		ok = run_line(&s, line);
	}
	free(line);
	fclose(f);
	return ok;
}
