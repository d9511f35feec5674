/*
 * The inside of the AMI parser: one frame cut into headers, and the results of checking it alone. ami/frame.c cuts,
 * ami/check.c checks; ami/parse.c owns the stream.
 */
#ifndef AMI_FRAME_H
#define AMI_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/buf.h"

/* The keys of a broken block that must still come. */
struct owed {
	bool active;
	const char *const *names;	/* without prefix */
	size_t next, count;
	char prefix[24];
	size_t prefix_len;
};

struct parsed {
	struct ami_frame pub;
	bool malformed;			/* a line without a colon */
	bool repeated;			/* a key twice with different values */
	bool remainder;			/* headless: the rest of a frame after a forged empty line */
	struct owed owed;
	uint64_t end;			/* where it ends in the stream */
	struct buf own;			/* a copy of its bytes, when the caller's are gone */
	size_t known;			/* entries of `seen` */
	uint8_t seen[AMI_KEY_COUNT];
	const struct ami_header *by_key[AMI_KEY_COUNT];
	struct ami_header headers[AMI_MAX_HEADERS];
};

#define AMI_KEY_SLOTS 512		/* power of two, several times AMI_KEY_COUNT */
#define AMI_OTHER_SLOTS 1024		/* power of two, twice AMI_MAX_HEADERS */

struct other_slot {
	uint32_t round;
	uint32_t header;
};

struct tokenizer {
	uint8_t slots[AMI_KEY_SLOTS];	/* hash of a key's name to its id */
	uint8_t next[AMI_KEY_COUNT + 1];/* the key that last followed this one; the last entry is the start of a frame */
	struct other_slot others[AMI_OTHER_SLOTS];
	uint32_t round;			/* number of the frame; a slot with an older one is free */
};

void tokenizer_init(struct tokenizer *t);
/* Cuts the frame at p. Returns the byte after its empty line, or NULL when the frame does not end before `end`. */
const char *tokenizer_read(struct tokenizer *t, struct parsed *f, const char *p, const char *end);
/* Call it when the frame's bytes have moved to `to`. */
void parsed_move(struct parsed *f, const char *to);

/* Rules 1 to 3 and 5 of ami/parse.h: sets reject, remainder, owed, async, blocks. */
void frame_check(struct parsed *f, bool timestamps);
/* Looks for the rest of a broken block in f, from header `from` on. */
void owed_pay(struct owed *o, const struct parsed *f, size_t from);

#endif
