/*
 * doctor: with a number everything that was checked; for many numbers people see what is not right, machines see all. In a table
 * the worst is first, and what to do stands under its line, so that it stays narrow.
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/doctor/doctor.h"

struct report {
	struct cli_output *out;
	bool all;			/* passed ones too, in tables */
	char about[FINDING_ABOUT_SIZE];	/* heading over the last line printed */
	struct finding *kept;		/* for a table, the worst first */
	size_t kept_count;
	size_t count[VERDICT_COUNT];
};

static json_t *text(const char *s)
{
	char *clean = utf8_clean_dup(str_of(s));
	json_t *json = json_string(clean);

	free(clean);
	return json;
}

static void put_object(struct cli_output *out, const struct finding *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "check", text(f->check));
	json_object_set_new(o, "result", text(verdict_name(f->verdict)));
	json_object_set_new(o, "number", text(f->number));
	json_object_set_new(o, "trunkId", text(f->provider));
	json_object_set_new(o, "server", text(f->server));
	json_object_set_new(o, "what", text(f->what));
	json_object_set_new(o, "seen", text(f->seen));
	json_object_set_new(o, "todo", text(f->todo));
	if (f->remedy.action != REMEDY_NONE) {
		json_t *remedy = json_object();

		json_object_set_new(remedy, "action", text(remedy_name(f->remedy.action)));
		json_object_set_new(remedy, "record", text(entity_name(f->remedy.entity)));
		json_object_set_new(remedy, "key", text(f->remedy.key));
		json_object_set_new(remedy, "field", text(f->remedy.field));
		json_object_set_new(o, "remedy", remedy);
	}
	cli_output_object(out, o);
	cli_output_flush(out);
}

/* "+15551234567 on na-1" over the lines that are about it. */
static void put_heading(struct report *r, const struct finding *f)
{
	char about[FINDING_ABOUT_SIZE];

	finding_about(f, about);
	if (strcmp(about, r->about) == 0)
		return;
	if (*r->about)
		cli_output_line(r->out, "%s", "");
	cli_output_line(r->out, "%s", about);
	str_copy(r->about, sizeof(r->about), str_of(about));
}

static void put_line(struct report *r, const struct finding *f)
{
	struct buf line;

	put_heading(r, f);
	buf_init(&line, BUF_UNBOUNDED);
	utf8_pad(&line, verdict_text(f->verdict), 8, true);
	buf_addc(&line, ' ');
	utf8_pad(&line, f->check, 12, true);
	cli_output_line(r->out, "  %s %s", line.p, f->seen);
	if (*f->todo)
		cli_output_line(r->out, "  %-22s%s %s", "", "->", f->todo);
	buf_clear(&line);
}

static void on_finding(void *arg, const struct finding *f)
{
	struct report *r = arg;

	r->count[f->verdict]++;
	switch (r->out->format) {
	case OUTPUT_TABLE:
		if (r->all || f->verdict != VERDICT_PASS)
			finding_insert(&r->kept, &r->kept_count, f);
		break;
	case OUTPUT_CSV:
		cli_output_row(r->out, (const char *[]){ f->check, verdict_name(f->verdict), f->number, f->provider, f->server,
							 f->seen, f->todo });
		break;
	case OUTPUT_JSON:
		put_object(r->out, f);
		break;
	}
}

/* --- the command --- */

static bool choose(struct cli *c, struct doctor_options *o, struct err *e)
{
	bool all = cli_args_has(&c->args, "all");
	int64_t seconds;

	o->number = c->args.positional_count > 0 ? c->args.positionals[0] : NULL;
	o->provider = cli_args_value(&c->args, "provider");
	if ((o->number != NULL) + (o->provider != NULL) + all != 1) {
		err_set_message(e, ERR_USAGE, "%s", _("doctor: which number?"));
		err_hint(e, "%s", _("give one NUMBER, or --provider PROVIDER, or --all"));
		return false;
	}
	if (!cli_args_count(&c->args, "timeout", 1, 10, &seconds, e))
		return false;
	o->timeout_ms = seconds * 1000;
	return !o->provider || cli_provider_id(o->snapshot, &o->provider, e);
}

static bool sum_up(struct report *r, struct err *e)
{
	size_t total = 0;

	for (int v = 0; v < VERDICT_COUNT; v++)
		total += r->count[v];
	for (size_t i = 0; i < r->kept_count; i++)
		put_line(r, &r->kept[i]);
	free(r->kept);
	if (*r->about)
		cli_output_line(r->out, "%s", "");
	cli_output_line(r->out, _("%zu checks: %zu ok, %zu warnings, %zu wrong, %zu unknown"), total, r->count[VERDICT_PASS],
			r->count[VERDICT_WARN], r->count[VERDICT_FAIL], r->count[VERDICT_UNKNOWN]);
	if (r->count[VERDICT_FAIL] == 0)
		return true;
	return err_set_message(e, ERR_FOUND_WRONG, _("%zu of %zu checks found something wrong"), r->count[VERDICT_FAIL], total);
}

bool cli_doctor(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "check" }, { .key = "result" }, { .key = "number" }, { .key = "trunkId" }, { .key = "server" },
		{ .key = "seen" }, { .key = "todo" },
	};
	struct report report = { .out = &c->out };
	struct doctor_options options = {
		.config = c->config, .store = c->store, .snapshot = snapshot_new(), .now_us = clock_wall_us(&clock_system),
		.report = on_finding, .arg = &report,
	};
	bool ok;

	ok = config_read_server_secrets(c->options->config, e) && store_read_snapshot(c->store, options.snapshot, true, e) && choose(c, &options, e);
	if (ok) {
		report.all = options.number != NULL;
		if (c->out.format == OUTPUT_CSV)
			cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		doctor_run(&options);
		ok = sum_up(&report, e);
	}
	snapshot_free(&options.snapshot);
	return ok;
}
