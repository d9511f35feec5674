/*
 * Parser, decoder and tracker on any bytes. Besides not crashing: the frames do not depend on how the bytes were cut,
 * their headers lie within them, rejected frames are never decoded, and the tracker's sums are right.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "trunkdeck/ami/event.h"
#include "trunkdeck/ami/parse.h"
#include "trunkdeck/calls/tracker.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/ami";

struct run {
	struct tracker *tracker;
	uint64_t hash;			/* of all frames */
	uint64_t started, finished;
};

static void mix(struct run *r, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++)
		r->hash = (r->hash ^ p[i]) * 1099511628211u;
}

static void check_headers(struct run *r, const struct ami_frame *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct ami_header *h = &f->headers[i];

		FUZZ_ASSERT(h->key.p >= f->bytes.p && h->value.p >= h->key.p + h->key.len);
		FUZZ_ASSERT(h->value.p + h->value.len <= f->bytes.p + f->bytes.len);
		FUZZ_ASSERT(h->id == AMI_KEY_OTHER || f->by_key[h->id]);
		mix(r, &h->id, sizeof(h->id));
		mix(r, h->value.p, h->value.len);
	}
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct run *r = arg;
	struct call_event e;

	mix(r, &f->kind, sizeof(f->kind));
	mix(r, &f->reject, sizeof(f->reject));
	if (f->bytes.len)
		mix(r, f->bytes.p, f->bytes.len);
	check_headers(r, f);
	ami_event_decode(&e, f, 1);
	FUZZ_ASSERT(f->reject == AMI_ACCEPTED || e.kind == EVENT_OTHER);
	if (e.kind != EVENT_OTHER)
		tracker_apply(r->tracker, &e);
	else if (f->reject != AMI_ACCEPTED)
		tracker_taint(r->tracker, ami_get(f, AMI_KEY_UNIQUEID));
}

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	struct run *r = arg;

	r->started += change == CALL_CHANGE_STARTED;
	r->finished += change == CALL_CHANGE_FINISHED;
	FUZZ_ASSERT(c->linkedid[0]);
	FUZZ_ASSERT((c->state == CALL_ENDED) == (change == CALL_CHANGE_FINISHED));
}

static uint64_t run_all(const char *bytes, size_t len, size_t piece)
{
	struct run r = { .hash = 14695981039346656037u };
	const struct tracker_config config = { .server = "fuzz", .on_call = on_call, .arg = &r };
	struct ami_parser *parser = ami_parser_new(true, on_frame, &r);
	struct tracker_stats stats;

	r.tracker = tracker_new(&config);
	for (size_t at = 0, n; at < len; at += n) {
		n = piece < len - at ? piece : len - at;
		ami_parser_feed(parser, bytes + at, n);
	}
	ami_parser_idle(parser);
	tracker_flush(r.tracker);
	tracker_get_stats(r.tracker, &stats);
	FUZZ_ASSERT(stats.calls >= stats.live);
	FUZZ_ASSERT(r.finished + stats.live == r.started);
	tracker_free(&r.tracker);
	ami_parser_free(&parser);
	return r.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	uint64_t whole;

	if (!len)
		return 0;
	whole = run_all(text, len, len);
	FUZZ_ASSERT(run_all(text, len, 1 + bytes[len - 1]) == whole);
	return 0;
}
