/* Each text that users see goes through _(). N_() marks texts of static tables, to be translated when shown. */
#ifndef TRUNKDECK_BASE_GETTEXT_H
#define TRUNKDECK_BASE_GETTEXT_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

#endif
