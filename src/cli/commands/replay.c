/* replay: the result object as it is, or as a table of numbers with a summary below. */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/io/command.h"
#include "trunkdeck/app/replay.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/replay/replay.h"

/* Columns before and after those of the outcomes. */
enum { BEFORE = 2, AFTER = 5, COLUMNS = BEFORE + OUTCOME_COUNT + AFTER };

static void make_columns(struct cli_column columns[COLUMNS])
{
	struct cli_column *c = columns;

	*c++ = (struct cli_column){ .key = "number", .label = _("Number") };
	*c++ = (struct cli_column){ .key = "offered", .label = _("Offered"), .right = true };
	for (int o = 0; o < OUTCOME_COUNT; o++)
		*c++ = (struct cli_column){
			.key = outcome_name((enum call_outcome)o),
			.label = outcome_text((enum call_outcome)o),
			.right = true,
			.zero_hidden = true,
		};
	*c++ = (struct cli_column){ .key = "peak_concurrent", .label = _("Peak"), .right = true };
	*c++ = (struct cli_column){ .key = "talk_ms_mean", .label = _("Talk ms"), .right = true };
	*c++ = (struct cli_column){ .key = "response_ms_p50", .label = _("Response ms"), .right = true };
	*c++ = (struct cli_column){ .key = "response_ms_p95", .label = _("p95"), .right = true };
	*c++ = (struct cli_column){ .key = "response_source", .label = _("Measured to") };
}

static json_int_t count(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static char *count_text(const json_t *o, const char *key)
{
	return xasprintf("%" JSON_INTEGER_FORMAT, count(o, key));
}

/* "" where nothing was measured: 0 ms would be a lie. */
static char *time_text(const json_t *o, const char *key)
{
	return count(o, "count") > 0 ? count_text(o, key) : xstrdup("");
}

static void put_number(struct cli_output *out, const char *number, const json_t *n)
{
	const json_t *talk = json_object_get(n, "talk_ms"), *response = json_object_get(n, "response_ms");
	const char *source = json_string_value(json_object_get(response, "source"));
	char *cells[COLUMNS], **c = cells;

	*c++ = xstrdup(number);
	*c++ = count_text(n, "offered");
	for (int o = 0; o < OUTCOME_COUNT; o++)
		*c++ = count_text(n, outcome_name((enum call_outcome)o));
	*c++ = count_text(n, "peak_concurrent");
	*c++ = time_text(talk, "mean");
	*c++ = time_text(response, "p50");
	*c++ = time_text(response, "p95");
	*c++ = xstrdup(source ? source : "");
	cli_output_row(out, (const char *const *)cells);
	for (size_t i = 0; i < COLUMNS; i++)
		free(cells[i]);
}

static void put_rejected(struct cli_output *out, const json_t *rejected)
{
	const char *why;
	json_t *n;

	/* A const object has no iterator in jansson. */
	json_object_foreach((json_t *)rejected, why, n)
		cli_output_line(out, _("  %s: %" JSON_INTEGER_FORMAT), why, json_integer_value(n));
}

static void put_summary(struct cli_output *out, const json_t *result)
{
	cli_output_line(out, _("%" JSON_INTEGER_FORMAT " events, %" JSON_INTEGER_FORMAT " calls, %" JSON_INTEGER_FORMAT
			       " still live, in %.2f s"), count(result, "events"), count(result, "calls"),
			count(result, "live"), json_real_value(json_object_get(result, "elapsed_s")));
	cli_output_line(out, _("%" JSON_INTEGER_FORMAT " frames rejected"), count(result, "frames_rejected"));
	put_rejected(out, json_object_get(result, "rejected"));
	if (json_is_true(json_object_get(result, "cut_off")))
		cli_output_line(out, "%s", _("the stream ends inside a frame"));
}

static void put_result(struct cli_output *out, const json_t *result)
{
	json_t *numbers = json_object_get(result, "numbers"), *n;
	struct cli_column columns[COLUMNS];
	const char *number;

	make_columns(columns);
	cli_output_columns(out, columns, COLUMNS);
	json_object_foreach(numbers, number, n)
		put_number(out, number, n);
	if (out->format == OUTPUT_TABLE && json_object_size(numbers) > 0)
		cli_output_line(out, "%s", "");
	put_summary(out, result);
}

static bool count_it(struct cli *c, const struct replay_options *given, int64_t repeat, struct err *e)
{
	struct replay_options options = *given;
	json_t *result;

	options.repeat = repeat > UINT_MAX ? UINT_MAX : (unsigned)repeat;
	result = replay_run(c->args.positionals[0], &options, e);
	if (!result)
		return false;
	if (c->out.format == OUTPUT_JSON) {
		cli_output_object(&c->out, result);
		return true;
	}
	put_result(&c->out, result);
	json_decref(result);
	return true;
}

static bool show_it(struct cli *c, const struct replay_options *given, int64_t speed, struct err *e)
{
	const struct cli_replay_show show = {
		.path = c->args.positionals[0],
		.speed = (int)speed,
		.trunk_techs = given->trunk_techs,
		.trunk_contexts = given->trunk_contexts,
	};

	if (speed > REPLAY_SPEED_MAX)
		return err_set_message(e, ERR_USAGE, _("--speed %lld: %d is the most"), (long long)speed, REPLAY_SPEED_MAX);
	if (cli_args_has(&c->args, "repeat"))
		return err_set_message(e, ERR_USAGE, "%s", _("--repeat is for figures, --speed for the screen: give one of them"));
	return c->options->show_replay(c->options->arg, &show, e);
}

bool cli_replay(struct cli *c, struct err *e)
{
	const char *techs = cli_args_value(&c->args, "trunk-techs");
	const char *contexts = cli_args_value(&c->args, "trunk-contexts");
	const struct replay_options options = {
		.trunk_techs = techs ? techs : "PJSIP",
		.trunk_contexts = contexts ? contexts : "",
	};
	int64_t repeat, speed;

	if (!cli_args_count(&c->args, "repeat", 1, 1, &repeat, e) || !cli_args_count(&c->args, "speed", 1, 0, &speed, e))
		return false;
	if (speed > 0 && c->options->show_replay && c->out.format == OUTPUT_TABLE)
		return show_it(c, &options, speed, e);
	return count_it(c, &options, repeat, e);
}
