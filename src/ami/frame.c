/*
 * Cuts one frame into headers, in one pass and in place. Nothing is allocated.
 *
 * This is the inner loop of the program: an event has about twenty lines. Asterisk writes its keys in a fixed order, so each key
 * remembers which key followed it last. That guess is right most of the time, and then one memcmp() replaces the search for the
 * colon and the look-up of the key in a hash of the known names. Unknown keys are only noted to find repeated ones.
 */
#include "config.h"

#include "frame.h"

#include <string.h>
#include <strings.h>

struct key {
	const char *text;		/* "Name: " */
	uint8_t len;			/* of the name */
	bool repeats;
};

static const struct key keys[AMI_KEY_COUNT] = {
	[AMI_KEY_OTHER] = { "", 0, true },
#define KEY_ENTRY(id, name, may_repeat) [AMI_KEY_##id] = { name ": ", sizeof(name) - 1, may_repeat },
	AMI_KEY_TABLE(KEY_ENTRY)
#undef KEY_ENTRY
};

/* Checks that same_bytes() can compare the key. */
#define KEY_FITS(id, name, may_repeat) _Static_assert(sizeof(name) + 1 <= 32, "key too long: " name);
AMI_KEY_TABLE(KEY_FITS)
#undef KEY_FITS
_Static_assert(AMI_KEY_COUNT <= 255, "ids are kept in bytes");

static unsigned key_hash(const char *key, size_t len)
{
	unsigned first = (unsigned char)key[0] | 0x20, middle = (unsigned char)key[len / 2] | 0x20;
	unsigned last = (unsigned char)key[len - 1] | 0x20;

	return (unsigned)len * 31 + first * 7 + middle * 131 + last * 17;
}

void tokenizer_init(struct tokenizer *t)
{
	memset(t, 0, sizeof(*t));
	for (unsigned id = 1; id < AMI_KEY_COUNT; id++) {
		unsigned slot = key_hash(keys[id].text, keys[id].len) % AMI_KEY_SLOTS;

		while (t->slots[slot])
			slot = (slot + 1) % AMI_KEY_SLOTS;
		t->slots[slot] = (uint8_t)id;
	}
}

static enum ami_key key_id(const struct tokenizer *t, const char *key, size_t len)
{
	unsigned slot = key_hash(key, len) % AMI_KEY_SLOTS;

	for (; t->slots[slot]; slot = (slot + 1) % AMI_KEY_SLOTS) {
		const struct key *k = &keys[t->slots[slot]];

		if (k->len == len && strncasecmp(k->text, key, len) == 0)
			return t->slots[slot];
	}
	return AMI_KEY_OTHER;
}

/* ChanVariable(channel), and ChanVariable after any prefix of a block. */
static bool other_may_repeat(struct str key)
{
	static const char name[] = "ChanVariable";
	const size_t len = sizeof(name) - 1;

	return key.len > len && (strncasecmp(key.p, "ChanVariable(", len + 1) == 0 ||
				 strncasecmp(key.p + key.len - len, name, len) == 0);
}

static uint32_t other_hash(struct str key)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ ((unsigned char)key.p[i] | 0x20)) * 16777619u;
	return hash;
}

static void note_other(struct tokenizer *t, struct parsed *f, const struct ami_header *h)
{
	uint32_t slot = other_hash(h->key) % AMI_OTHER_SLOTS;

	for (; t->others[slot].round == t->round; slot = (slot + 1) % AMI_OTHER_SLOTS) {
		const struct ami_header *earlier = &f->headers[t->others[slot].header];

		if (!str_eq_nocase(earlier->key, h->key))
			continue;
		if (!str_eq(earlier->value, h->value) && !other_may_repeat(h->key))
			f->repeated = true;
		return;
	}
	t->others[slot] = (struct other_slot){ t->round, (uint32_t)(h - f->headers) };
}

static void note_known(struct parsed *f, const struct ami_header *h)
{
	const struct ami_header *earlier = f->by_key[h->id];

	if (!earlier) {
		f->by_key[h->id] = h;
		f->seen[f->known++] = (uint8_t)h->id;
	} else if (!keys[h->id].repeats && !str_eq(earlier->value, h->value)) {
		f->repeated = true;
	}
}

static void set_value(struct ami_header *h, const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	while (p < end && end[-1] == '\n')
		end--;
	h->value = (struct str){ p, (size_t)(end - p) };
}

/* Compares up to 32 bytes like memcmp(), but without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t len)
{
	if (len >= 8)
		return memcmp(a, b, 8) == 0 && memcmp(a + len - 8, b + len - 8, 8) == 0 &&
		       (len <= 16 || memcmp(a + 8, b + 8, 8) == 0) && (len <= 24 || memcmp(a + 16, b + 16, 8) == 0);
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void add_line(struct tokenizer *t, struct parsed *f, unsigned last, const char *p, const char *end)
{
	struct ami_header *h = &f->headers[f->pub.count++];
	const unsigned guess = t->next[last];
	const struct key *k = &keys[guess];

	if (guess && (size_t)(end - p) >= k->len + 2u && same_bytes(p, k->text, k->len + 2u)) {
		h->key = (struct str){ p, k->len };
		h->id = (enum ami_key)guess;
		set_value(h, p + k->len + 2, end);
	} else {
		const char *colon = memchr(p, ':', (size_t)(end - p));

		if (!colon || colon == p) {
			f->malformed = true;
			h->key = (struct str){ p, 0 };
			h->id = AMI_KEY_OTHER;
			set_value(h, p, end);
		} else {
			h->key = (struct str){ p, (size_t)(colon - p) };
			/* Asterisk always writes a blank after the colon. A known key without it is shorter, and so
			 * easier to forge: it counts as another key. */
			h->id = colon + 1 < end && colon[1] == ' ' ? key_id(t, p, h->key.len) : AMI_KEY_OTHER;
			set_value(h, colon + 1, end);
		}
		t->next[last] = (uint8_t)h->id;
	}
	if (h->id != AMI_KEY_OTHER)
		note_known(f, h);
	else if (h->key.len)
		note_other(t, f, h);
}

/* Returns the CR of the next CR LF, or NULL. */
static const char *line_end(const char *p, const char *end)
{
	for (const char *from = p;;) {
		const char *lf = memchr(from, '\n', (size_t)(end - from));

		if (!lf)
			return NULL;
		if (lf > p && lf[-1] == '\r')
			return lf - 1;
		from = lf + 1;
	}
}

const char *tokenizer_read(struct tokenizer *t, struct parsed *f, const char *p, const char *end)
{
	const char *const begin = p;
	unsigned last = AMI_KEY_COUNT;

	while (f->known)
		f->by_key[f->seen[--f->known]] = NULL;
	f->pub = (struct ami_frame){ .kind = AMI_EVENT, .headers = f->headers, .by_key = f->by_key };
	f->malformed = f->repeated = f->remainder = f->owed.active = false;
	if (++t->round == 0) {
		memset(t->others, 0, sizeof(t->others));
		t->round = 1;
	}
	for (;;) {
		const char *cr = line_end(p, end);

		if (!cr)
			return NULL;
		if (cr == p)
			break;
		if (f->pub.count < AMI_MAX_HEADERS) {
			add_line(t, f, last, p, cr);
			last = f->headers[f->pub.count - 1].id;
		} else {
			f->pub.reject = AMI_REJECT_TOO_LARGE;
		}
		p = cr + 2;
	}
	f->pub.bytes = (struct str){ begin, (size_t)(p - begin) };
	if (f->pub.bytes.len > AMI_MAX_FRAME)
		f->pub.reject = AMI_REJECT_TOO_LARGE;
	return p + 2;
}

void parsed_move(struct parsed *f, const char *to)
{
	const char *from = f->pub.bytes.p;

	for (size_t i = 0; i < f->pub.count; i++) {
		f->headers[i].key.p = to + (f->headers[i].key.p - from);
		f->headers[i].value.p = to + (f->headers[i].value.p - from);
	}
	f->pub.bytes.p = to;
}

struct str ami_get(const struct ami_frame *f, enum ami_key key)
{
	return f->by_key[key] ? f->by_key[key]->value : (struct str){ NULL, 0 };
}

struct str ami_find(const struct ami_frame *f, const char *key)
{
	const struct str wanted = str_of(key);

	for (size_t i = 0; i < f->count; i++)
		if (str_eq_nocase(f->headers[i].key, wanted))
			return f->headers[i].value;
	return (struct str){ NULL, 0 };
}
