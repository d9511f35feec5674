/*
 * Checks one frame by itself: head, channel blocks, identities (rules 1 to 3 and 5 of ami/parse.h).
 *
 * A block is checked by the position of its keys, not by their presence. A caller can write less into one field than
 * the rest of the block has: a frame that he ends early lacks a whole block, and the rest of the frame that he cut
 * lacks its beginning. The first reason in the order of the rules is reported. `owed` and `remainder` are set for every
 * reason, because they decide about the neighbours of the frame.
 */
#include "config.h"

#include "frame.h"

#include <string.h>
#include <strings.h>

#include "trunkdeck/base/mem.h"

#define LAST_BLOCK_KEY (4 * AMI_BLOCK_KEYS)	/* of the blocks in AMI_KEY_TABLE */

_Static_assert(AMI_KEY_CHANNEL == 1 && AMI_KEY_LINKEDID == AMI_BLOCK_KEYS, "the block without prefix comes first");
_Static_assert(AMI_KEY_LOCALTWOLINKEDID == LAST_BLOCK_KEY, "then the three others");

static const char *const block_names[] = {
#define BLOCK_NAME(id, name, repeats) name,
	AMI_BLOCK_TABLE(BLOCK_NAME, , "")
#undef BLOCK_NAME
};

static const char *const block_prefixes[] = { "", "Dest", "LocalOne", "LocalTwo" };

/* The fixed part of a Cdr, in Asterisk's order. */
#define CDR_TABLE(X) \
	X(ACCOUNTCODE, "AccountCode") X(SOURCE, "Source") X(DESTINATION, "Destination") \
	X(DESTINATIONCONTEXT, "DestinationContext") X(CALLERID, "CallerID") X(CHANNEL, "Channel") \
	X(DESTINATIONCHANNEL, "DestinationChannel") X(LASTAPPLICATION, "LastApplication") X(LASTDATA, "LastData") \
	X(STARTTIME, "StartTime") X(ANSWERTIME, "AnswerTime") X(ENDTIME, "EndTime") X(DURATION, "Duration") \
	X(BILLABLESECONDS, "BillableSeconds") X(DISPOSITION, "Disposition") X(AMAFLAGS, "AMAFlags") \
	X(UNIQUEID, "UniqueID") X(USERFIELD, "UserField")

static const char *const cdr_names[] = {
#define CDR_NAME(id, name) name,
	CDR_TABLE(CDR_NAME)
#undef CDR_NAME
};

static const uint8_t cdr_ids[] = {
#define CDR_ID(id, name) AMI_KEY_##id,
	CDR_TABLE(CDR_ID)
#undef CDR_ID
};

static void reject(struct parsed *f, enum ami_reject reason)
{
	if (f->pub.reject == AMI_ACCEPTED)
		f->pub.reject = reason;
}

/* Is it a list like "call,all": at least two words, the last is "all"? */
static bool is_privilege(struct str s)
{
	if (s.len < 5 || memcmp(s.p + s.len - 4, ",all", 4) != 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') && (s.p[i] != ',' || i == 0 || s.p[i - 1] == ','))
			return false;
	return true;
}

/* Is it a time stamp like "1795341781.812617"? */
static bool is_timestamp(struct str s)
{
	if (s.len < 8 || s.p[s.len - 7] != '.')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') && i != s.len - 7)
			return false;
	return true;
}

static bool is_identity(struct str s)
{
	if (s.len < 1 || s.len > 149)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return true;
}

static void check_head(struct parsed *f, bool timestamps)
{
	const struct ami_header *h = f->headers;
	const size_t n = f->pub.count;
	enum ami_reject why = AMI_ACCEPTED;

	if (n && h->id == AMI_KEY_RESPONSE) {
		f->pub.kind = AMI_RESPONSE;
	} else if (!n || h->id != AMI_KEY_EVENT || !h->value.len) {
		why = AMI_REJECT_FIRST_LINE;
	} else if (n > 1 && h[1].id == AMI_KEY_PRIVILEGE && is_privilege(h[1].value)) {
		f->pub.async = true;
		if (timestamps && !(n > 2 && h[2].id == AMI_KEY_TIMESTAMP && is_timestamp(h[2].value)))
			why = AMI_REJECT_NO_TIMESTAMP;
	} else if (!f->by_key[AMI_KEY_ACTIONID]) {
		why = AMI_REJECT_NO_PRIVILEGE;
	}
	if (why == AMI_ACCEPTED)
		return;
	reject(f, why);
	f->remainder = true;
}

static bool key_is(struct str key, const char *prefix, size_t prefix_len, const char *name)
{
	size_t len = strlen(name);

	return key.len == prefix_len + len && strncasecmp(key.p, prefix, prefix_len) == 0 &&
	       strncasecmp(key.p + prefix_len, name, len) == 0;
}

/* The keys must come in order, but with gaps, because several fields of a frame may be forged. */
void owed_pay(struct owed *o, const struct parsed *f, size_t from)
{
	for (size_t i = from; i < f->pub.count && o->next < o->count; i++)
		o->next += key_is(f->headers[i].key, o->prefix, o->prefix_len, o->names[o->next]);
	o->active = o->next < o->count;
}

/* The block stops after its first `have` keys: the header `at` is not the next one. */
static void broken(struct parsed *f, struct str prefix, const char *const *names, size_t count, size_t have, size_t at)
{
	struct owed *o = &f->owed;

	reject(f, AMI_REJECT_SPLIT);
	if (o->active || prefix.len >= sizeof(o->prefix))
		return;
	*o = (struct owed){ .active = true, .names = names, .next = have, .count = count, .prefix_len = prefix.len };
	memcpy(o->prefix, prefix.p, prefix.len);
	owed_pay(o, f, at);
}

/* A run of keys that belong to a block: its place in the frame, and which part of the block it is. */
struct run {
	struct str prefix;
	int known;			/* index of a known prefix, -1 = another */
	size_t first;			/* position of the first key in the block */
	size_t length;
};

/* Recognises a run of the blocks whose keys have ids. */
static bool known_run(const struct parsed *f, size_t i, struct run *r)
{
	const struct ami_header *h = &f->headers[i];
	const size_t left = f->pub.count - i;
	unsigned id = h->id;
	size_t n = 1;

	r->first = (id - 1) % AMI_BLOCK_KEYS;
	while (n < left && r->first + n < AMI_BLOCK_KEYS && (unsigned)h[n].id == id + n)
		n++;
	r->known = (int)((id - 1) / AMI_BLOCK_KEYS);
	r->prefix = (struct str){ h->key.p, strlen(block_prefixes[r->known]) };
	r->length = n;
	return n > 1;
}

static bool suffix_is(struct str key, const char *name)
{
	size_t len = strlen(name);

	return key.len > len && strncasecmp(key.p + key.len - len, name, len) == 0;
}

/* Recognises a run of a block with an unknown prefix, by its first key or by the first of its last three. */
static bool other_run(const struct parsed *f, size_t i, struct run *r)
{
	const struct ami_header *h = &f->headers[i];
	const size_t left = f->pub.count - i, tail = AMI_BLOCK_KEYS - 3;
	size_t n = 1;

	if (suffix_is(h->key, "Channel"))
		r->first = 0;
	else if (suffix_is(h->key, block_names[tail]))
		r->first = tail;
	else
		return false;
	r->prefix = (struct str){ h->key.p, h->key.len - strlen(block_names[r->first]) };
	while (n < left && r->first + n < AMI_BLOCK_KEYS &&
	       key_is(h[n].key, r->prefix.p, r->prefix.len, block_names[r->first + n]))
		n++;
	r->known = -1;
	r->length = n;
	return n > 1;
}

static void check_blocks(struct parsed *f)
{
	bool began = false;

	for (size_t i = 0; i < f->pub.count;) {
		unsigned id = f->headers[i].id;
		struct run r;

		if (id > LAST_BLOCK_KEY || !(id == AMI_KEY_OTHER ? other_run(f, i, &r) : known_run(f, i, &r))) {
			i++;
			continue;
		}
		if (r.first > 0 && r.length >= 3 && r.first + r.length == AMI_BLOCK_KEYS) {
			/* The end of a block without its beginning. If a block began in the same frame, that one was interrupted
			 * or closed early; otherwise this is the rest of another frame. */
			reject(f, AMI_REJECT_SPLIT);
			f->remainder = f->remainder || !began || f->pub.kind == AMI_RESPONSE;
		} else if (r.first == 0 && r.length == AMI_BLOCK_KEYS) {
			const struct ami_header *uniqueid = &f->headers[i + AMI_BLOCK_KEYS - 2];

			began = true;
			f->pub.blocks |= r.known < 0 ? 0 : 1u << r.known;
			if (!is_identity(uniqueid[0].value) || !is_identity(uniqueid[1].value))
				reject(f, AMI_REJECT_BAD_UNIQUEID);
		} else if (r.first == 0) {
			began = true;
			broken(f, r.prefix, block_names, AMI_BLOCK_KEYS, r.length, i + r.length);
		}
		i += r.length;
	}
}

/* A Cdr has its own order, from its first AccountCode on. */
static void check_cdr(struct parsed *f)
{
	const size_t count = ARRAY_LEN(cdr_names);
	size_t i = 0, n = 0;

	while (i < f->pub.count && f->headers[i].id != AMI_KEY_ACCOUNTCODE)
		i++;
	while (n < count && i + n < f->pub.count && f->headers[i + n].id == cdr_ids[n])
		n++;
	if (n < count) {
		broken(f, STR(""), cdr_names, count, n, i + n);
		return;
	}
	f->pub.blocks |= AMI_BLOCK_CDR;
	if (!is_identity(f->headers[i + n - 2].value))
		reject(f, AMI_REJECT_BAD_UNIQUEID);
}

void frame_check(struct parsed *f, bool timestamps)
{
	const struct ami_header *flags = f->by_key[AMI_KEY_AMAFLAGS];

	check_head(f, timestamps);
	if (f->malformed)
		reject(f, AMI_REJECT_MALFORMED_LINE);
	if (f->repeated)
		reject(f, AMI_REJECT_DUPLICATE_KEY);
	check_blocks(f);
	if (f->pub.async && str_eq_nocase(f->headers[0].value, STR("Cdr"))) {
		check_cdr(f);
	} else if (flags && flags + 1 < f->headers + f->pub.count && flags[1].id == AMI_KEY_UNIQUEID) {
		/* The end of a Cdr without its beginning. */
		reject(f, AMI_REJECT_SPLIT);
		f->remainder = true;
	}
}
