/*
 * Runs a recorded stream through parser, tracker and metrics, as fast as it can be read.
 *
 * The file is read in pieces that stay in the cache, once per repetition, so memory grows neither with its size nor with the count.
 * Each repetition has a tracker of its own and feeds the same metrics, so no tracker sees an id twice. All times are the stream's,
 * except cpu_s and elapsed_s.
 */
#include "config.h"

#include "trunkdeck/replay/replay.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "recording.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/metrics.h"

enum { PIECE = 128 * 1024 };

struct replay {
	const struct replay_options *options;
	struct ami_parser *parser;
	struct tracker *tracker;	/* NULL when parsing only */
	struct metrics *metrics;
	uint64_t calls;
	uint64_t live;
	int64_t last_us;		/* time stamp of the last event */
	bool banner;			/* Asterisk's greeting was found */
	char end[4];			/* the last bytes read */
};

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	struct replay *r = arg;

	metrics_call(r->metrics, c, change);
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct replay *r = arg;

	r->banner = r->banner || (f->kind == AMI_BANNER && f->reject == AMI_ACCEPTED);
	if (r->tracker)
		recording_frame(r->tracker, f, &r->last_us);
}

static bool run_once(struct replay *r, struct recording *from, const char *path, struct err *e)
{
	const struct tracker_config config = {
		.server = "replay",
		.trunk_techs = r->options->trunk_techs,
		.trunk_contexts = r->options->trunk_contexts,
		.on_call = on_call,
		.arg = r,
	};
	const size_t end_size = sizeof(r->end);
	struct tracker_stats stats;
	char *piece = xmalloc(PIECE);
	ssize_t n;

	if (!r->options->parse_only)
		r->tracker = tracker_new(&config);
	ami_parser_restart(r->parser, true);
	r->last_us = CALL_NO_TIME;
	while ((n = recording_read(from, piece, PIECE)) != 0) {
		size_t len = n > 0 ? (size_t)n : 0, keep = len < end_size ? end_size - len : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		ami_parser_feed(r->parser, piece, len);
		memmove(r->end, r->end + end_size - keep, keep);
		memcpy(r->end + keep, piece + len - (end_size - keep), end_size - keep);
	}
	free(piece);
	if (n < 0)
		err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	else
		ami_parser_idle(r->parser);
	if (r->tracker) {
		tracker_flush(r->tracker);
		tracker_get_stats(r->tracker, &stats);
		r->calls += stats.calls;
		r->live += stats.live;
		tracker_free(&r->tracker);
	}
	return n == 0;
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static json_t *result_to_json(const struct replay *r, double elapsed, double cpu)
{
	struct ami_parser_stats stats;
	json_t *o = json_object(), *rejected = json_object();

	ami_parser_get_stats(r->parser, &stats);
	for (int i = AMI_ACCEPTED + 1; i < AMI_REJECT_COUNT; i++)
		if (stats.rejected_by[i])
			json_object_set_new(rejected, ami_reject_name((enum ami_reject)i),
					    json_integer((json_int_t)stats.rejected_by[i]));
	json_object_set_new(o, "events", json_integer((json_int_t)stats.events));
	json_object_set_new(o, "frames_rejected", json_integer((json_int_t)stats.rejected));
	json_object_set_new(o, "rejected", rejected);
	json_object_set_new(o, "cut_off", json_boolean(memcmp(r->end, "\r\n\r\n", sizeof(r->end)) != 0));
	json_object_set_new(o, "calls", json_integer((json_int_t)r->calls));
	json_object_set_new(o, "live", json_integer((json_int_t)r->live));
	json_object_set_new(o, "numbers", metrics_numbers_to_json(r->metrics));
	json_object_set_new(o, "elapsed_s", json_real(elapsed));
	json_object_set_new(o, "cpu_s", json_real(cpu));
	return o;
}

json_t *replay_run(const char *path, const struct replay_options *options, struct err *e)
{
	const double elapsed = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct replay r = { .options = options };
	struct ami_parser_stats stats;
	struct recording from;
	json_t *result = NULL;
	bool ok = true;

	if (!recording_open(&from, path, e))
		return NULL;
	if (from.fd == STDIN_FILENO)
		path = _("standard input");
	r.metrics = metrics_new();
	r.parser = ami_parser_new(true, on_frame, &r);
	for (unsigned i = 0; i < options->repeat && ok; i++) {
		if (i > 0 && !recording_rewind(&from)) {
			ok = err_set_message(e, ERR_FILE, _("%s can't be read twice"), path);
			err_hint(e, _("Save the stream to a file to repeat it"));
		} else {
			ok = run_once(&r, &from, path, e);
		}
	}
	ami_parser_get_stats(r.parser, &stats);
	if (ok && (r.banner || stats.events > 0 || recording_refuse(e, path)))
		result = result_to_json(&r, seconds(CLOCK_MONOTONIC) - elapsed, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	ami_parser_free(&r.parser);
	metrics_free(&r.metrics);
	recording_close(&from);
	return result;
}
