/* What the demonstration Asterisk answers when asked about itself: all is as it should be. Pure. */
#ifndef DEMO_ANSWERS_H
#define DEMO_ANSWERS_H

#include <stdbool.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

struct demo_question {
	struct str action;
	const char *id_text;		/* the ActionID line, or empty */
	struct str subject;		/* the one header that matters: Context, Filename or Endpoint */
	const char *endpoint, *silent_endpoint;
};

/* Appends the answer; false when this is no action of its. */
bool demo_answer(const struct demo_question *q, struct buf *out);

#endif
