/* replay: prints the figures of a recorded stream as one JSON object, or as a table of numbers with a summary below. */
#include "config.h"

#include <limits.h>

#include "cli/io/command.h"
#include "trunkdeck/app/replay.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/replay/replay.h"

static void put_table(struct cli_output *out, json_t *result)
{
#define COLUMN(id, name, text, help) { .key = name, .label = text, .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN },
	static const struct cli_column columns[] = {
		{ .key = "number", .label = N_("Number") },
		{ .key = "offered", .label = N_("Offered"), .flags = COLUMN_RIGHT },
		OUTCOME_TABLE(COLUMN)
		{ .key = "peak_concurrent", .label = N_("Peak"), .flags = COLUMN_RIGHT },
		{ .key = "talk_ms_mean", .label = N_("Talk ms"), .flags = COLUMN_RIGHT, .path = "talk_ms.mean" },
		{ .key = "response_ms_p50", .label = N_("Response ms"), .flags = COLUMN_RIGHT, .path = "response_ms.p50" },
		{ .key = "response_ms_p95", .label = N_("p95"), .flags = COLUMN_RIGHT, .path = "response_ms.p95" },
		{ .key = "response_source", .label = N_("Measured to"), .path = "response_ms.source" },
	};
#undef COLUMN
	json_t *n;
	const char *name;
	double elapsed_s = 0;
	json_int_t events = 0, calls = 0, live = 0, rejected = 0;

	cli_output_columns(out, columns, ARRAY_LEN(columns));
	json_object_foreach(json_object_get(result, "numbers"), name, n) {
		json_object_set_new(n, "number", cli_text(name));
		cli_output_object(out, json_incref(n));
	}
	json_unpack(result, "{s:I, s:I, s:I, s:I, s:F}", "events", &events, "calls", &calls, "live", &live, "frames_rejected",
		    &rejected, "elapsed_s", &elapsed_s);
	if (out->row_count > 0)
		cli_output_line(out, "%s", "");
	cli_output_line(out, _("%" JSON_INTEGER_FORMAT " events, %" JSON_INTEGER_FORMAT " calls, %" JSON_INTEGER_FORMAT
			       " still live, in %.2f s"), events, calls, live, elapsed_s);
	cli_output_line(out, _("%" JSON_INTEGER_FORMAT " frames rejected"), rejected);
	json_object_foreach(json_object_get(result, "rejected"), name, n)
		cli_output_line(out, _("  %s: %" JSON_INTEGER_FORMAT), name, json_integer_value(n));
	if (json_is_true(json_object_get(result, "cut_off")))
		cli_output_line(out, "%s", _("the stream ends inside a frame"));
}

bool cli_replay(struct cli *c, struct err *e)
{
	const char *techs = cli_args_value(&c->args, "trunk-techs");
	const char *contexts = cli_args_value(&c->args, "trunk-contexts");
	struct replay_options options = { .trunk_techs = techs ? techs : "PJSIP", .trunk_contexts = contexts ? contexts : "" };
	int64_t repeat, speed;
	json_t *result;

	if (!cli_args_count(&c->args, "repeat", 1, 1, &repeat, e) || !cli_args_count(&c->args, "speed", 1, 0, &speed, e))
		return false;
	if (speed > 0 && c->options->show_replay && c->out.format == OUTPUT_TABLE) {
		const struct cli_replay_show show = {
			.path = c->args.positionals[0], .speed = (int)speed, .trunk_techs = options.trunk_techs,
			.trunk_contexts = options.trunk_contexts,
		};

		if (speed > REPLAY_SPEED_MAX)
			return err_set_message(e, ERR_USAGE, _("--speed %lld: at most %d is allowed"), (long long)speed,
					       REPLAY_SPEED_MAX);
		if (cli_args_has(&c->args, "repeat"))
			return err_set_message(e, ERR_USAGE, "%s",
				       _("--repeat is for figures and --speed for the screen: give one of them"));
		return c->options->show_replay(c->options->arg, &show, e);
	}
	options.repeat = repeat > UINT_MAX ? UINT_MAX : (unsigned)repeat;
	result = replay_run(c->args.positionals[0], &options, e);
	if (!result)
		return false;
	if (c->out.format == OUTPUT_JSON) {
		cli_output_object(&c->out, result);
		return true;
	}
	put_table(&c->out, result);
	json_decref(result);
	return true;
}
