/*
 * record: the app without a screen. It listens to all servers and writes every finished call into the store until it is
 * stopped. Messages go to standard error, one a line, with their level. The store and the servers may be away for a
 * time. At the end every call is written, or the exit code says that some could not be.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/command.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/app/loop.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/utf8.h"

#define FINISH_MS 10000
/* Then the store worker ends after its present statements, which may each wait 5 s for another program's lock. */
#define LEAVE_MS 15000
#define RAW_KEEP_MOST 999

struct recorder {
	struct app *app;
	bool quiet;
	uint64_t told;			/* id of the last message printed */
	enum store_state store_state;
};

/* For the journal the line begins with a priority, for people with the level as a word. */
static void put_line(const struct recorder *r, enum message_level level, const char *text)
{
	static const struct { int priority; const char *word; } levels[] = {
		[MESSAGE_INFO] = { 6, "info" }, [MESSAGE_WARN] = { 4, "warning" }, [MESSAGE_ERROR] = { 3, "error" },
	};
	char *clean;

	if (r->quiet && level == MESSAGE_INFO)
		return;
	clean = utf8_clean_dup(str_of(text));
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", levels[level].priority, clean);
	else
		fprintf(stderr, "%s: %s\n", levels[level].word, clean);
	free(clean);
}

static void say(struct recorder *r)
{
	const struct messages *all = r->app->messages;
	size_t new = 0, count = messages_count(all);

	while (new < count && messages_get(all, new)->id > r->told)
		new++;
	for (; new > 0; new--) {
		const struct message *m = messages_get(all, new - 1);

		put_line(r, m->level, m->text);
		r->told = m->id;
	}
}

static void on_turn(void *arg)
{
	struct recorder *r = arg;

	say(r);
	if (r->app->store_state != r->store_state && r->app->store_state == STORE_STATE_OK)
		put_line(r, MESSAGE_INFO, _("the store is open"));
	r->store_state = r->app->store_state;
	r->app->dirty = 0;
}

static bool start_raw(struct recorder *r, const struct cli_args *args, struct err *e)
{
	static const char units[] = "KMG";
	const char *size = cli_args_value(args, "raw-size");
	struct raw_log_options options = { .path = cli_args_value(args, "raw"), .max = RAW_LOG_MAX_DEFAULT };
	int64_t keep;

	if (!options.path && (size || cli_args_has(args, "raw-keep")))
		return err_set_message(e, ERR_USAGE, "%s", _("--raw-size and --raw-keep belong to --raw FILE"));
	if (!options.path)
		return true;
	if (size) {
		size_t digits = strspn(size, "0123456789");
		const char *unit = size[digits] ? strchr(units, size[digits]) : NULL;
		bool ok = digits <= 12 && str_to_i64((struct str){ size, digits }, &options.max) &&
			  (!size[digits] || (unit && !size[digits + 1]));

		for (const char *u = units; ok && unit && u <= unit; u++)
			options.max *= 1024;
		if (!ok || options.max < RAW_LOG_MAX_LEAST)
			return cli_args_refuse(args, "raw-size", _("at least 64K, written like 500K, 64M or 1G"), e);
	}
	if (!cli_args_count(args, "raw-keep", 0, RAW_LOG_KEEP_DEFAULT, &keep, e))
		return false;
	options.keep = keep > RAW_KEEP_MOST ? RAW_KEEP_MOST : (int)keep;
	return app_record_raw(r->app, &options, e);
}

bool cli_record(struct cli *c, struct err *e)
{
	struct recorder r = { .quiet = cli_args_has(&c->args, "quiet") };
	const struct loop_client client = { .arg = &r, .input_fd = -1, .turn = on_turn };
	size_t left;
	bool ok;

	if (c->config->read_only)
		return err_set(e, ERR_READ_ONLY, _("recording writes into the store: run it without --read-only"));
	if (c->config->server_count == 0) {
		err_set_message(e, ERR_CONFIG, "%s", _("no servers are configured: there is nothing to record"));
		return err_hint(e, "%s", _("add a [server NAME] section to the configuration"));
	}
	if (!config_read_store_url(c->options->config, e) || !config_read_server_secrets(c->options->config, e) ||
	    !config_read_agents_secret(c->options->config, e))
		return false;
	loop_block_signals();
	r.app = app_new(c->config, &clock_system);
	ok = start_raw(&r, &c->args, e) && app_start_recorder(r.app, e);
	if (ok) {
		loop_run(r.app, &client);
		loop_end_within(FINISH_MS + LEAVE_MS);
		left = app_finish_recording(r.app, FINISH_MS);
		say(&r);
		if (left > 0)
			ok = err_set_message(e, ERR_STORE_UNREACHABLE,
					     ngettext("%zu finished call could not be written and is lost",
						      "%zu finished calls could not be written and are lost", left), left);
	}
	app_free(&r.app);
	return ok;
}
