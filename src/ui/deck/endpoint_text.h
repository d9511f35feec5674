/* Whether endpoints can be reached, in words: for a provider's card and for the Servers view. */
#ifndef UI_DECK_ENDPOINT_TEXT_H
#define UI_DECK_ENDPOINT_TEXT_H

#include <stddef.h>

#include "ui/term/theme.h"
#include "trunkdeck/app/app.h"

/* Writes "reachable 18 ms", "unreachable 3 min", "na-1 unreachable" or "unknown"; "" when no server is in the region.
 * Returns the role of the text. */
enum role provider_endpoint_text(char *to, size_t size, const struct endpoint_summary *sum, int64_t now_ms);
/* The same for one endpoint on one server. An endpoint that is not expected is dim. */
enum role endpoint_text(char *to, size_t size, const struct endpoint_report *r, bool expected, int64_t now_ms);

#endif
