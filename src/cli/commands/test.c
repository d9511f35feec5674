/* test: number_test.h, printed server by server. */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/doctor/number_test.h"

struct tally {
	struct cli *cli;
	const struct number *number;
	size_t calls;
	size_t failed;
	struct err first;		/* failure */
};

/* --- output --- */

static void put_object(struct cli *c, const struct server_config *server, const struct number *n, const struct test_call *t,
		       const struct err *why)
{
	json_t *o = json_object();

	json_object_set_new(o, "server", json_string(server->name));
	json_object_set_new(o, "number", json_string(n->e164));
	json_object_set_new(o, "ok", json_boolean(test_call_ok(t)));
	json_object_set_new(o, "agent", json_string(t->agent));
	for (int i = 0; i < TEST_STEP_COUNT; i++) {
		char *key = xasprintf("%s_ms", test_step_name((enum test_step)i));

		json_object_set_new(o, key, t->at_us[i] < 0 ? json_null() : json_real((double)t->at_us[i] / 1000));
		free(key);
	}
	json_object_set_new(o, "cause", json_string(why->message));
	json_object_set_new(o, "todo", json_string(why->hint));
	cli_output_object(&c->out, o);
}

static void put_steps(struct cli *c, const struct server_config *server, const struct test_call *t, const struct err *why)
{
	cli_output_line(&c->out, "%s", server->name);
	for (int i = 0; i < TEST_STEP_COUNT; i++) {
		struct buf line;

		if (t->at_us[i] < 0)
			continue;
		buf_init(&line, BUF_UNBOUNDED);
		utf8_pad(&line, test_step_text((enum test_step)i), 18, true);
		cli_output_line(&c->out, i == TEST_STEP_ROUTE ? "  %s%7.0f ms  -> %s" : "  %s%7.0f ms", line.p,
				(double)t->at_us[i] / 1000, t->agent);
		buf_clear(&line);
	}
	if (why->code != ERR_NONE)
		cli_output_line(&c->out, "  %s", why->message);
	if (why->hint[0] != '\0')
		cli_output_line(&c->out, "  -> %s", why->hint);
}

static void put_row(struct cli *c, const struct server_config *server, const struct number *n, const struct test_call *t,
		    const struct err *why)
{
	char *at[TEST_STEP_COUNT];

	for (int i = 0; i < TEST_STEP_COUNT; i++)
		at[i] = t->at_us[i] < 0 ? xstrdup("") : xasprintf("%.3f", (double)t->at_us[i] / 1000);
	cli_output_row(&c->out, (const char *[]){ server->name, n->e164, test_call_ok(t) ? "yes" : "no", t->agent, at[0], at[1],
						  at[2], at[3], at[4], why->message });
	for (int i = 0; i < TEST_STEP_COUNT; i++)
		free(at[i]);
}

/* --- the calls --- */

static void on_report(void *arg, const struct server_config *server, const struct test_call *t, const struct err *why, bool over)
{
	struct tally *tally = arg;
	struct cli *c = tally->cli;

	if (!over)
		return;
	if (c->out.format == OUTPUT_JSON)
		put_object(c, server, tally->number, t, why);
	else if (c->out.format == OUTPUT_CSV)
		put_row(c, server, tally->number, t, why);
	else
		put_steps(c, server, t, why);
	cli_output_flush(&c->out);
	tally->calls++;
	if (why->code != ERR_NONE && tally->failed++ == 0)
		tally->first = *why;
}

static bool test_all(struct cli *c, struct snapshot *directory, const struct number *n, int64_t timeout_ms, struct err *e)
{
	struct tally tally = { .cli = c, .number = n };
	const struct number_test test = {
		.config = c->config, .snapshot = directory, .number = n, .server = cli_args_value(&c->args, "server"),
		.timeout_ms = timeout_ms, .report = on_report, .arg = &tally,
	};

	if (!number_test_run(&test, e))
		return false;
	if (tally.failed == 0)
		return true;
	err_set_message(e, tally.first.code, _("%zu of %zu test calls failed: %.120s"), tally.failed, tally.calls,
			tally.first.message);
	return false;
}

bool cli_test(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "server" }, { .key = "number" }, { .key = "ok" }, { .key = "agent" }, { .key = "arrived_ms" },
		{ .key = "route_ms" }, { .key = "agent_dialled_ms" }, { .key = "agent_answered_ms" },
		{ .key = "first_audio_ms" }, { .key = "cause" },
	};
	const char *only = cli_args_value(&c->args, "server");
	struct snapshot *directory = NULL;
	struct record r = { .entity = ENTITY_NUMBER };
	int64_t seconds;
	bool ok;

	ok = cli_args_count(&c->args, "timeout", 1, NUMBER_TEST_TIMEOUT_MS / 1000, &seconds, e) && (!only || cli_server(c->config, only, e)) &&
		config_read_server_secrets(c->options->config, e) && (directory = cli_directory(c, e)) && cli_find(c, directory, &r, e);
	if (ok) {
		if (c->out.format == OUTPUT_CSV)
			cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		ok = test_all(c, directory, &r.number, seconds * 1000, e);
	}
	record_clear(&r);
	snapshot_free(&directory);
	return ok;
}
