/* test: places a test call to the number's agent on each server (number_test.h), and prints each call when it ends. */
#include "config.h"

#include <stdlib.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/doctor/number_test.h"

struct tally {
	struct cli *cli;
	const struct number *number;
	size_t calls;
	size_t failed;
	struct err first;		/* the first failure */
};

static void put_lines(struct cli_output *out, const struct server_config *server, const struct test_call *t, const struct err *why)
{
	cli_output_line(out, "%s", server->name);
	for (int i = 0; i < TEST_STEP_COUNT; i++) {
		struct buf line;

		if (t->at_us[i] < 0)
			continue;
		buf_init(&line, BUF_UNBOUNDED);
		utf8_pad(&line, test_step_text((enum test_step)i), 18, true);
		buf_addf(&line, "%7.0f ms", (double)t->at_us[i] / 1000);
		if (i == TEST_STEP_ROUTE)
			buf_addf(&line, *t->way ? "  -> %s (%s)" : "  -> %s", t->agent, t->way);
		cli_output_line(out, "  %s", line.p);
		buf_clear(&line);
	}
	for (size_t i = 0; i < t->attempt_count; i++) {
		const struct test_attempt *a = &t->attempts[i];
		char *text = xasprintf(_("%s (%s) did not take it: %s, %lld ms"), a->agent, a->way, a->result, (long long)a->ms);

		cli_output_line(out, "  %s", text);
		free(text);
	}
	if (why->code != ERR_NONE)
		cli_output_line(out, "  %s", why->message);
	if (why->hint[0] != '\0')
		cli_output_line(out, "  -> %s", why->hint);
}

static json_t *attempts_json(const struct test_call *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->attempt_count; i++)
		json_array_append_new(list, json_pack("{so so so sI}", "agent", cli_text(t->attempts[i].agent), "way",
						      cli_text(t->attempts[i].way), "result", cli_text(t->attempts[i].result),
						      "ms", (json_int_t)t->attempts[i].ms));
	return list;
}

static void on_report(void *arg, const struct server_config *server, const struct test_call *t, const struct err *why, bool over)
{
	struct tally *tally = arg;
	struct cli_output *out = &tally->cli->out;
	json_t *at[TEST_STEP_COUNT];

	if (!over)
		return;
	tally->calls++;
	if (why->code != ERR_NONE && tally->failed++ == 0)
		tally->first = *why;
	for (int i = 0; i < TEST_STEP_COUNT && out->format != OUTPUT_TABLE; i++)
		at[i] = t->at_us[i] < 0 ? json_null() : json_real((double)t->at_us[i] / 1000);
	if (out->format == OUTPUT_TABLE)
		put_lines(out, server, t, why);
	else
		cli_output_row(out, (json_t *[]){ cli_text(server->name), cli_text(tally->number->e164),
						  json_boolean(test_call_ok(t)), cli_text(t->agent), at[0], at[1], at[2], at[3],
						  at[4], cli_text(why->message), cli_text(why->hint), cli_text(t->way),
						  cli_text(t->turned_away), attempts_json(t) });
	cli_output_flush(out);
}

/* --at: in the zone of the number's schedule, or of the workspace where it has none. */
static bool read_at(struct cli *c, struct snapshot *s, const struct number *n, int64_t *at_us, struct err *e)
{
	const char *text = cli_args_value(&c->args, "at"), *name = snapshot_workspace(s)->time_zone;
	const struct schedule *schedule = snapshot_schedule(s, n->schedule);
	struct zone *zone;
	bool ok;

	if (!text)
		return true;
	name = schedule ? schedule->time_zone : name && *name ? name : "UTC";
	zone = zone_open(name);
	if (!zone) {
		err_set_message(e, ERR_USAGE, _("this machine does not know the time zone %s"), name);
		return err_hint(e, "%s", _("install tzdata, or give the instant in UTC: 2026-11-22T10:30:00Z"));
	}
	ok = number_test_at(zone, text, clock_wall_us(&clock_system), at_us);
	zone_free(&zone);
	if (ok)
		return true;
	err_set_message(e, ERR_USAGE, _("--at %s is not a time"), text);
	return err_hint(e, _("allowed: 'Sat 22:00', 22:00, 2026-12-24, 2026-12-24T10:30 (in %s), 2026-12-24T10:30:00Z"), name);
}

bool cli_test(struct cli *c, struct err *e)
{
#define COLUMN(id, name, text) { .key = name "_ms" },
	static const struct cli_column columns[] = {
		{ .key = "server" }, { .key = "number" }, { .key = "ok", .flags = COLUMN_YES_NO }, { .key = "agent" },
		TEST_STEP_TABLE(COLUMN) { .key = "cause" }, { .key = "todo", .flags = COLUMN_JSON_ONLY },
		{ .key = "way" }, { .key = "reason" }, { .key = "attempts", .flags = COLUMN_JSON_ONLY },
	};
#undef COLUMN
	const char *only = cli_args_value(&c->args, "server");
	struct record r = { .entity = ENTITY_NUMBER };
	struct tally tally = { .cli = c, .number = &r.number };
	struct number_test test = {
		.config = c->config, .number = &r.number, .server = only, .report = on_report, .arg = &tally,
	};
	struct snapshot *directory = NULL;
	bool ok;

	_Static_assert(TEST_STEP_COUNT == 5, "on_report() has a cell for each step");
	ok = cli_args_count(&c->args, "timeout", 1, NUMBER_TEST_TIMEOUT_MS / 1000, &test.timeout_ms, e) &&
	     (!only || cli_server(c->config, only, e)) && config_read_server_secrets(c->options->config, e) &&
	     (directory = cli_directory(c, e)) && cli_find(c, directory, &r, e) &&
	     read_at(c, directory, &r.number, &test.at_us, e);
	if (ok) {
		test.timeout_ms *= 1000;
		test.snapshot = directory;
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		ok = number_test_run(&test, e);
	}
	if (ok && tally.failed > 0)
		ok = err_set_message(e, tally.first.code, _("%zu of %zu test calls failed: %.120s"), tally.failed, tally.calls,
				     tally.first.message);
	record_clear(&r);
	snapshot_free(&directory);
	return ok;
}
