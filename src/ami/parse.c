/*
 * The stream side of the AMI parser: it finds where frames begin and end, checks neighbours, and delivers.
 *
 * Frames that lie wholly in the bytes fed are read in place. Copied are only an incomplete frame (to `carry`) and, when
 * feeding ends, the frames that are held back (rule 4 of ami/parse.h). Usually one event is held until the next one has
 * been read. Only frames shorter than AMI_FIELD_REACH wait after it. A frame longer than AMI_MAX_FRAME is skipped.
 *
 * Offsets in the stream, not time, decide how long the rest of a broken block is awaited.
 */
#include "config.h"

#include "trunkdeck/ami/parse.h"

#include <string.h>

#include "frame.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* After so many frames in a row without a time stamp, the server no longer sends them. */
#define UNSTAMPED_MAX 64

WORDS_DEFINE(ami_reject, enum ami_reject, AMI_REJECT_TABLE)

/* A held event, as many of the shortest frames ("Response: ", 14 bytes) as fit its reach, and the one being read. */
#define FRAMES (AMI_FIELD_REACH / 14 + 3)

struct ami_parser {
	ami_frame_fn *fn;
	void *arg;
	bool banner;			/* the banner line is still to come */
	bool overlong;			/* the banner line was too long; its rest is dropped */
	bool skipping;			/* inside a frame above the limit */
	bool timestamps;		/* this connection sends them */
	unsigned unstamped;
	uint64_t offset;		/* of the next frame in the stream */
	struct owed owed;
	uint64_t owed_since;
	struct buf carry;		/* a frame without its end */
	struct ami_parser_stats stats;
	struct tokenizer tokenizer;
	size_t first, held;		/* a ring of frames: those held back; the one after them is being read */
	struct parsed frames[FRAMES];
};

/* The longest frame, its empty line, and enough bytes to see that it goes on. */
#define CARRY_MAX (AMI_MAX_FRAME + 4)

struct ami_parser *ami_parser_new(bool banner, ami_frame_fn *fn, void *arg)
{
	struct ami_parser *p = xcalloc(1, sizeof(*p));

	p->fn = fn;
	p->arg = arg;
	p->banner = banner;
	buf_init(&p->carry, CARRY_MAX);
	tokenizer_init(&p->tokenizer);
	return p;
}

void ami_parser_free(struct ami_parser **p)
{
	if (!*p)
		return;
	buf_clear(&(*p)->carry);
	for (size_t i = 0; i < FRAMES; i++)
		buf_clear(&(*p)->frames[i].own);
	FREE(p);
}

void ami_parser_restart(struct ami_parser *p, bool banner)
{
	p->banner = banner;
	p->overlong = p->skipping = p->timestamps = p->owed.active = false;
	p->unstamped = 0;
	p->held = 0;
	p->offset = p->stats.bytes;
	buf_reset(&p->carry);
}

uint64_t ami_parser_offset(const struct ami_parser *p)
{
	return p->offset;
}

void ami_parser_get_stats(const struct ami_parser *p, struct ami_parser_stats *out)
{
	*out = p->stats;
}

static void deliver(struct ami_parser *p, const struct ami_frame *f)
{
	if (f->reject != AMI_ACCEPTED) {
		p->stats.rejected++;
		p->stats.rejected_by[f->reject]++;
	} else if (f->kind != AMI_BANNER) {
		p->stats.frames++;
		p->stats.events += f->kind == AMI_EVENT;
	}
	p->fn(p->arg, f);
}

/* Returns the i-th held frame; the one after the last is free for reading. */
static struct parsed *frame_at(struct ami_parser *p, size_t i)
{
	return &p->frames[(p->first + i) % FRAMES];
}

/* Returns the frame to read into. While none is held it is always the same, so that the others use no memory. */
static struct parsed *free_frame(struct ami_parser *p)
{
	if (!p->held)
		p->first = 0;
	return frame_at(p, p->held);
}

static void deliver_held(struct ami_parser *p)
{
	while (p->held) {
		struct parsed *f = frame_at(p, 0);

		p->first = (p->first + 1) % FRAMES;
		p->held--;
		deliver(p, &f->pub);
	}
}

/* Copies the held frames before the bytes they were read from are gone. */
static void keep_held(struct ami_parser *p)
{
	for (size_t i = 0; i < p->held; i++) {
		struct parsed *f = frame_at(p, i);

		if (f->pub.bytes.p == f->own.p)
			continue;
		if (f->own.max)
			buf_reset(&f->own);
		else		/* only here, so that frames that are never held use no memory */
			buf_init(&f->own, CARRY_MAX);
		buf_add(&f->own, f->pub.bytes.p, f->pub.bytes.len);
		parsed_move(f, f->own.p);
	}
}

/* Rule 4: checks a frame and the held ones against each other. */
static void judge(struct ami_parser *p, struct parsed *f)
{
	if (p->owed.active && p->offset - p->owed_since > AMI_SPLIT_REACH)
		p->owed.active = false;
	if (p->owed.active) {
		f->pub.reject = AMI_REJECT_AFTER_SPLIT;
		owed_pay(&p->owed, f, 0);
	} else {
		for (size_t i = 0; f->remainder && i < p->held; i++)
			frame_at(p, i)->pub.reject = i ? AMI_REJECT_AFTER_SPLIT : AMI_REJECT_SPLIT;
	}
	/* The rest of one block may hold the broken beginning of the next. */
	if (!p->owed.active && f->owed.active) {
		p->owed = f->owed;
		p->owed_since = p->offset;
	}
}

static void reject_large(struct ami_parser *p, enum ami_frame_kind kind)
{
	static const struct ami_header *const none[AMI_KEY_COUNT];
	const struct ami_frame f = { .kind = kind, .reject = AMI_REJECT_TOO_LARGE, .by_key = none };

	deliver_held(p);
	deliver(p, &f);
}

/* The free frame has been read: `size` bytes of the stream. A held event is delivered when the bytes after it show that
 * it was whole: as many bytes as a forged field can reach, or a block that begins (and breaks), which is longer than
 * such a field. A frame rejected for another reason shows nothing, because it may be part of the forgery. */
static void accept_frame(struct ami_parser *p, size_t size)
{
	struct parsed *f = frame_at(p, p->held);

	p->offset += size;
	f->end = p->offset;
	if (f->pub.reject == AMI_REJECT_TOO_LARGE) {
		reject_large(p, AMI_EVENT);
		return;
	}
	frame_check(f, p->timestamps);
	judge(p, f);
	/* Only an accepted stamp counts, so a forger cannot make the parser require stamps. He cannot end the
	 * requirement either: Asterisk's own stamped frames come between his. */
	if (f->pub.reject == AMI_REJECT_NO_TIMESTAMP) {
		if (++p->unstamped >= UNSTAMPED_MAX)
			p->timestamps = false;
	} else if (f->pub.reject == AMI_ACCEPTED && f->pub.async) {
		p->unstamped = 0;
		p->timestamps = p->timestamps || (f->pub.count > 2 && f->headers[2].id == AMI_KEY_TIMESTAMP);
	}
	if (p->held && (f->remainder || p->owed.active || f->end - frame_at(p, 0)->end >= AMI_FIELD_REACH))
		deliver_held(p);
	if (p->held || (f->pub.reject == AMI_ACCEPTED && f->pub.blocks))
		p->held++;
	else
		deliver(p, &f->pub);
}

/* Returns how many bytes belong to the frame in carry: up to its empty line, or all; *ended says which. */
static size_t find_end(const struct buf *carry, const char *bytes, size_t len, bool *ended)
{
	const char *from = bytes, *lf;

	*ended = false;
	while ((lf = memchr(from, '\n', len - (size_t)(from - bytes)))) {
		char before[3] = { 0 };
		size_t in = (size_t)(lf - bytes);

		for (size_t back = 1; back <= 3; back++) {
			if (back <= in)
				before[3 - back] = bytes[in - back];
			else if (back - in <= carry->len)
				before[3 - back] = carry->p[carry->len - (back - in)];
		}
		from = lf + 1;
		if (memcmp(before, "\r\n\r", 3) == 0) {
			*ended = true;
			break;
		}
	}
	return *ended ? (size_t)(from - bytes) : len;
}

/* Skips a frame above the limit; only its last three bytes are kept. */
static size_t skip_large(struct ami_parser *p, const char *bytes, size_t len)
{
	bool ended;
	size_t n = find_end(&p->carry, bytes, len, &ended);

	p->offset += n;
	buf_add(&p->carry, bytes + (n > 3 ? n - 3 : 0), n > 3 ? 3 : n);
	if (p->carry.len > 3)
		buf_consume(&p->carry, p->carry.len - 3);
	if (ended) {
		p->skipping = false;
		buf_reset(&p->carry);
		reject_large(p, AMI_EVENT);
	}
	return n;
}

/* Appends more of the frame in carry. */
static size_t continue_carry(struct ami_parser *p, const char *bytes, size_t len)
{
	const size_t room = AMI_MAX_FRAME + 2 - p->carry.len;
	bool ended;
	size_t n;

	if (p->carry.len == 1 && p->carry.p[0] == '\r' && bytes[0] == '\n') {
		p->offset += 2;
		buf_reset(&p->carry);
		return 1;
	}
	n = find_end(&p->carry, bytes, len < room ? len : room, &ended);
	buf_add(&p->carry, bytes, n);
	if (ended) {
		tokenizer_read(&p->tokenizer, free_frame(p), p->carry.p, p->carry.p + p->carry.len);
		accept_frame(p, p->carry.len);
		keep_held(p);
		buf_reset(&p->carry);
	} else if (p->carry.len >= AMI_MAX_FRAME + 2) {
		p->skipping = true;
		p->offset += p->carry.len;
		buf_consume(&p->carry, p->carry.len - 3);
	}
	return n;
}

/* Reads all frames that end within the bytes; the rest goes to carry. */
static size_t read_in_place(struct ami_parser *p, const char *bytes, size_t len)
{
	const char *at = bytes, *const end = bytes + len;

	while (at < end) {
		const char *next;

		if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') {
			p->offset += 2;
			at += 2;
			continue;
		}
		next = tokenizer_read(&p->tokenizer, free_frame(p), at, end);
		if (!next)
			break;
		accept_frame(p, (size_t)(next - at));
		at = next;
	}
	keep_held(p);
	if (at < end && end - at < AMI_MAX_FRAME + 2)
		buf_add(&p->carry, at, (size_t)(end - at));
	else if (at < end)
		return (size_t)(at - bytes) + continue_carry(p, at, (size_t)(end - at));
	return len;
}

static size_t read_banner(struct ami_parser *p, const char *bytes, size_t len)
{
	static const struct ami_header *const none[AMI_KEY_COUNT];
	struct ami_frame f = { .kind = AMI_BANNER, .by_key = none };
	const char *lf = memchr(bytes, '\n', len);
	size_t n = lf ? (size_t)(lf - bytes) + 1 : len;

	if (p->overlong || p->carry.len + n > AMI_MAX_BANNER) {
		p->overlong = true;
		p->offset += n;
	} else {
		buf_add(&p->carry, bytes, n);
	}
	if (!lf)
		return n;
	p->banner = false;
	f.bytes = (struct str){ p->carry.p, p->carry.len };
	if (!p->overlong && (str_starts(f.bytes, STR("Event: ")) || str_starts(f.bytes, STR("Response: "))))
		return n;
	p->offset += p->carry.len;
	if (p->overlong) {
		p->overlong = false;
		reject_large(p, AMI_BANNER);
	} else {
		while (f.bytes.len && (f.bytes.p[f.bytes.len - 1] == '\n' || f.bytes.p[f.bytes.len - 1] == '\r'))
			f.bytes.len--;
		if (!str_starts(f.bytes, STR("Asterisk Call Manager/")))
			f.reject = AMI_REJECT_FIRST_LINE;
		deliver(p, &f);
	}
	buf_reset(&p->carry);
	return n;
}

void ami_parser_feed(struct ami_parser *p, const char *bytes, size_t len)
{
	p->stats.bytes += len;
	while (len) {
		size_t n;

		if (p->banner)
			n = read_banner(p, bytes, len);
		else if (p->skipping)
			n = skip_large(p, bytes, len);
		else if (p->carry.len)
			n = continue_carry(p, bytes, len);
		else
			n = read_in_place(p, bytes, len);
		bytes += n;
		len -= n;
	}
}

void ami_parser_idle(struct ami_parser *p)
{
	if (!p->carry.len && !p->skipping)
		deliver_held(p);
}
