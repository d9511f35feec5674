/*
 * The file passes through a window of memory. One frame at a time goes from it to the parser, at the moment when it is
 * due. That moment is read before the parser checks the frame, so a forger may have written it. A forger can write at
 * most one whole frame into a field, and Asterisk's own next frame has the true time. So a frame is due at its own
 * stamp or at the next one, whichever is earlier, and never before the frames already played.
 */
#include "config.h"

#include "trunkdeck/replay/player.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "recording.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define WINDOW ((size_t)1024 * 1024)
#define KEEP_AHEAD ((size_t)512 * 1024)		/* more than the largest frame and the stamp after it */
#define NEIGHBOUR ((size_t)8 * 1024)		/* a broken frame's rest, and the next whole one */
#define PLAY_AT_ONCE ((size_t)64 * 1024)
#define TAIL ((size_t)64 * 1024)		/* at the end of the file, where its last stamp is looked for */

struct player {
	struct recording from;
	struct ami_parser *parser;
	struct tracker *tracker;
	struct mailbox *to_main;
	const struct ami_handlers *handlers;
	const char *(*prefix_of)(void *arg, struct str endpoint);
	void *prefix_arg;

	char *window;
	size_t at, len;			/* unread bytes of the window */
	bool at_eof;
	size_t piece;			/* bytes of the next frame, 0 = none is known */
	int64_t due_us;			/* when it is due; never goes back */
	int64_t fed_us;			/* when the frame before was due */
	bool holding;			/* the parser may hold an event back */

	int64_t start_us, end_us;
	int64_t now_us;			/* of the last event applied */
	bool changed;			/* a call changed since this was cleared */
	bool ended;
	bool cut_off;
	struct str last_reject;
};

/* --- callbacks of parser and tracker --- */

static void on_call(void *arg, const struct call *call, enum call_change change)
{
	struct player *p = arg;
	struct ami_call_report *r = xcalloc(1, sizeof(*r));

	r->call = *call;
	r->change = change;
	p->changed = true;
	mailbox_post(p->to_main, (struct mail){ p->handlers->call, call_key(call), r, free }, MAIL_MUST);
}

static void on_detail(void *arg, const struct call_detail *d)
{
	struct player *p = arg;
	struct call_detail *copy = xmalloc(sizeof(*copy));

	*copy = *d;
	mailbox_post(p->to_main, (struct mail){ p->handlers->detail, call_key(&d->call), copy, free }, MAIL_MUST);
}

bool player_watch(struct player *p, const char *linkedid)
{
	return tracker_watch(p->tracker, str_of(linkedid));
}

static const char *prefix_of(void *arg, struct str endpoint)
{
	struct player *p = arg;

	return p->prefix_of ? p->prefix_of(p->prefix_arg, endpoint) : NULL;
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct player *p = arg;

	if (f->reject != AMI_ACCEPTED)
		p->last_reject = str_of(ami_reject_text(f->reject));
	recording_frame(p->tracker, f, &p->now_us);
}

/* --- time stamps --- */

/* Returns the first stamp in the text; -1 = none. */
static int64_t stamp_in(const char *text, size_t len, const char **where)
{
	static const struct str key = { "\nTimestamp: ", 12 };
	const char *found = len ? memmem(text, len, key.p, key.len) : NULL;
	const char *end = found ? memchr(found + key.len, '.', len - (size_t)(found + key.len - text)) : NULL;
	int64_t seconds;

	*where = found;
	if (!end || !str_to_i64((struct str){ found + key.len, (size_t)(end - found) - key.len }, &seconds) || seconds < 0 ||
	    seconds > INT32_MAX * INT64_C(100))
		return -1;
	seconds *= 1000000;
	for (int64_t unit = 100000; ++end < text + len && *end >= '0' && *end <= '9' && unit; unit /= 10)
		seconds += (*end - '0') * unit;
	return seconds;
}

static int64_t last_stamp_in(const char *text, size_t len)
{
	int64_t last = -1, stamp;
	const char *where;

	for (const char *at = text;; at = where + 1) {
		stamp = stamp_in(at, len - (size_t)(at - text), &where);
		if (!where)
			return last;
		if (stamp >= 0)
			last = stamp;
	}
}

/* --- the window --- */

static void fill_window(struct player *p)
{
	ssize_t n = 1;

	if (p->at_eof || p->len - p->at >= KEEP_AHEAD)
		return;
	memmove(p->window, p->window + p->at, p->len - p->at);
	p->len -= p->at;
	p->at = 0;
	while (WINDOW - p->len >= 3 && n != 0) {
		n = recording_read(&p->from, p->window + p->len, WINDOW - p->len);
		if (n < 0 && errno != EINTR)
			n = 0;
		else if (n > 0)
			p->len += (size_t)n;
	}
	p->at_eof = n == 0;
}

/* Finds the next frame and when it is due. False: none. Bytes that are no frame, or have no end in sight, pass as
 * is. */
static bool look_ahead(struct player *p)
{
	const char *at, *end, *where;
	int64_t own, next;
	size_t left;

	if (p->piece)
		return true;
	fill_window(p);
	at = p->window + p->at;
	left = p->len - p->at;
	if (!left)
		return false;
	end = memmem(at, left, "\r\n\r\n", 4);
	p->cut_off = !end && p->at_eof;
	p->piece = end ? (size_t)(end - at) + 4 : left;
	own = stamp_in(at, p->piece, &where);
	left -= p->piece;
	next = stamp_in(at + p->piece, left < NEIGHBOUR ? left : NEIGHBOUR, &where);
	if (own >= 0 && next >= 0 && next < own)
		own = next;
	p->fed_us = p->due_us;
	if (own > p->due_us)
		p->due_us = own;
	return true;
}

/* --- opening and closing --- */

/* Finds where the stream begins and ends. */
static bool examine(struct player *p, const char *path, struct err *e)
{
	char *tail = xmalloc(TAIL);
	const char *where;
	off_t size = lseek(p->from.fd, 0, SEEK_END), from = size > (off_t)TAIL ? size - (off_t)TAIL : 0;
	ssize_t n = pread(p->from.fd, tail, TAIL, from);

	p->end_us = last_stamp_in(tail, n > 0 ? (size_t)n : 0);
	free(tail);
	recording_rewind(&p->from);
	fill_window(p);
	p->start_us = stamp_in(p->window, p->len, &where);
	if (p->start_us < 0 && !memmem(p->window, p->len, "Event: ", 7))
		return recording_refuse(e, path);
	if (p->start_us < 0) {
		err_set_message(e, ERR_FILE, _("%s has no time stamps: it can be counted, but not shown"), path);
		return err_hint(e, "%s",
		_("'trunkdeck replay FILE' counts it; timestampevents = yes in manager.conf makes Asterisk send them"));
	}
	if (p->end_us < p->start_us)
		p->end_us = p->start_us;
	p->now_us = p->due_us = p->fed_us = p->start_us;
	return true;
}

bool player_open(struct player **out, const struct player_options *options, struct err *e)
{
	struct player *p = xcalloc(1, sizeof(*p));
	const struct tracker_config config = {
		.server = options->server,
		.trunk_techs = options->trunk_techs,
		.trunk_contexts = options->trunk_contexts,
		.on_call = on_call,
		.on_detail = on_detail,
		.prefix_of = prefix_of,
		.arg = p,
	};

	p->window = xmalloc(WINDOW);
	p->parser = ami_parser_new(true, on_frame, p);
	p->tracker = tracker_new(&config);
	*out = p;
	if (!recording_open(&p->from, options->path, e)) {
		player_free(out);
		return false;
	}
	if (lseek(p->from.fd, 0, SEEK_CUR) < 0) {
		err_set_message(e, ERR_FILE, _("%s can't be shown, because it can't be read twice"), options->path);
		err_hint(e, "%s", _("Save the stream to a file"));
	} else if (examine(p, options->path, e)) {
		return true;
	}
	player_free(out);
	return false;
}

void player_free(struct player **player)
{
	struct player *p = *player;

	if (!p)
		return;
	recording_close(&p->from);
	ami_parser_free(&p->parser);
	tracker_free(&p->tracker);
	free(p->window);
	FREE(player);
}

void player_connect(struct player *p, struct mailbox *to_main, const struct ami_handlers *handlers,
		    const char *(*fn)(void *arg, struct str endpoint), void *arg)
{
	p->handlers = handlers;
	p->to_main = to_main;
	p->prefix_of = fn;
	p->prefix_arg = arg;
}

/* --- playing --- */

static void be_silent(struct player *p)
{
	p->holding = false;
	ami_parser_idle(p->parser);
}

enum player_result player_play(struct player *p, int64_t until_us, bool to_change)
{
	size_t played = 0;

	p->changed = false;
	while (look_ahead(p)) {
		int64_t next_us = p->due_us < until_us ? p->due_us : until_us;

		if (p->holding && next_us - p->fed_us >= AMI_IDLE_MS * 1000)
			be_silent(p);
		if (to_change && p->changed)
			return PLAYER_CHANGED;
		if (p->due_us > until_us)
			return PLAYER_WAITS;
		if (played >= PLAY_AT_ONCE)
			return PLAYER_MORE;
		played += p->piece;
		ami_parser_feed(p->parser, p->window + p->at, p->piece);
		p->at += p->piece;
		p->piece = 0;
		p->holding = true;
	}
	if (!p->ended) {
		be_silent(p);
		tracker_flush(p->tracker);
	}
	p->ended = true;
	return PLAYER_ENDED;
}

/* --- asking --- */

int64_t player_start_us(const struct player *p)
{
	return p->start_us;
}

int64_t player_end_us(const struct player *p)
{
	return p->end_us;
}

int64_t player_now_us(const struct player *p)
{
	return p->now_us;
}

int64_t player_next_us(const struct player *p)
{
	int64_t silent_us = p->fed_us + AMI_IDLE_MS * 1000;

	return p->holding && silent_us < p->due_us ? silent_us : p->due_us;
}

bool player_cut_off(const struct player *p)
{
	return p->cut_off;
}

void player_fill_status(const struct player *p, struct server_status *out)
{
	struct ami_parser_stats parsed;
	struct tracker_stats calls;

	ami_parser_get_stats(p->parser, &parsed);
	tracker_get_stats(p->tracker, &calls);
	out->tail = out->control = LINK_UP;
	out->rtt_us = out->lag_us = out->uptime_s = -1;
	out->events = parsed.events;
	out->rejected = parsed.rejected;
	out->live = calls.live;
	out->routes.settled = true;
	str_copy(out->last_reject, sizeof(out->last_reject), p->last_reject);
}
