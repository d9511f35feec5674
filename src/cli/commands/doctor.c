/*
 * doctor: for one number, all checks are printed. For many numbers, tables show only findings that are not ok, worst
 * first; JSON and CSV show everything. The advice stands on a line below its finding.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/doctor/doctor.h"

struct report {
	struct cli_output *out;
	bool all;			/* tables show passed checks too */
	char about[FINDING_ABOUT_SIZE];	/* heading of the last line printed: "+15551234567 on na-1" */
	struct finding *kept;		/* for a table, the worst first */
	size_t kept_count;
	size_t count[VERDICT_COUNT];
};

static void put_lines(struct report *r, const struct finding *f)
{
	char about[FINDING_ABOUT_SIZE];
	struct buf line;

	finding_about(f, about);
	if (strcmp(about, r->about) != 0) {
		if (*r->about)
			cli_output_line(r->out, "%s", "");
		cli_output_line(r->out, "%s", about);
		str_copy(r->about, sizeof(r->about), str_of(about));
	}
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
	json_t *remedy = NULL;

	r->count[f->verdict]++;
	if (r->out->format == OUTPUT_TABLE) {
		if (r->all || f->verdict != VERDICT_PASS)
			finding_insert(&r->kept, &r->kept_count, f);
		return;
	}
	if (f->remedy.action != REMEDY_NONE)
		remedy = json_pack("{ss ss so so}", "action", remedy_name(f->remedy.action), "record",
				   entity_name(f->remedy.entity), "key", cli_text(f->remedy.key), "field",
				   cli_text(f->remedy.field));
	cli_output_row(r->out, (json_t *[]){ cli_text(f->check), cli_text(verdict_name(f->verdict)), cli_text(f->number),
					     cli_text(f->provider), cli_text(f->server), cli_text(f->agent), cli_text(f->what), cli_text(f->seen),
					     cli_text(f->todo), remedy });
	cli_output_flush(r->out);
}

bool cli_doctor(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "check" }, { .key = "result" }, { .key = "number" }, { .key = "trunkId" },
		{ .key = "server" }, { .key = "agentId" },
		{ .key = "what", .flags = COLUMN_JSON_ONLY }, { .key = "seen" }, { .key = "todo" },
		{ .key = "remedy", .flags = COLUMN_JSON_ONLY },
	};
	struct report r = { .out = &c->out };
	struct doctor_options o = {
		.config = c->config, .store = c->store, .snapshot = snapshot_new(), .now_us = clock_wall_us(&clock_system),
		.number = c->args.positional_count > 0 ? c->args.positionals[0] : NULL,
		.provider = cli_args_value(&c->args, "provider"), .report = on_finding, .arg = &r,
	};
	size_t total = 0;
	int64_t seconds;
	bool ok = config_read_server_secrets(c->options->config, e) && store_read_snapshot(c->store, o.snapshot, true, e);

	if (ok && (o.number != NULL) + (o.provider != NULL) + cli_args_has(&c->args, "all") != 1) {
		ok = err_set_message(e, ERR_USAGE, "%s", _("doctor needs a number"));
		err_hint(e, "%s", _("give one NUMBER, or --provider PROVIDER, or --all"));
	}
	ok = ok && cli_args_count(&c->args, "timeout", 1, 10, &seconds, e) &&
	     (!o.provider || cli_provider_id(o.snapshot, &o.provider, e));
	if (ok) {
		o.timeout_ms = seconds * 1000;
		r.all = o.number != NULL;
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
		doctor_run(&o);
		for (int v = 0; v < VERDICT_COUNT; v++)
			total += r.count[v];
		for (size_t i = 0; i < r.kept_count; i++)
			put_lines(&r, &r.kept[i]);
		if (*r.about)
			cli_output_line(r.out, "%s", "");
		cli_output_line(r.out, _("%zu checks: %zu ok, %zu warnings, %zu wrong, %zu unknown"), total,
				r.count[VERDICT_PASS], r.count[VERDICT_WARN], r.count[VERDICT_FAIL], r.count[VERDICT_UNKNOWN]);
		if (r.count[VERDICT_FAIL] > 0)
			ok = err_set_message(e, ERR_FOUND_WRONG, _("%zu of %zu checks found something wrong"),
					     r.count[VERDICT_FAIL], total);
	}
	free(r.kept);
	snapshot_free(&o.snapshot);
	return ok;
}
