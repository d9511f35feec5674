/* The parts of a PostgreSQL URL that may be shown. */
#ifndef STORE_POSTGRES_URL_H
#define STORE_POSTGRES_URL_H

#include "trunkdeck/base/err.h"

/* Returns the URL without password and options, for display; caller frees. NULL with ERR_CONFIG if it is not a URL. The
 * hint repeats no part of the URL: if the password should have been percent-encoded, any part may be the secret. */
char *postgres_url_name(const char *url, struct err *e);

/* The sslmode for a URL, when neither the URL nor PGSSLMODE has one: "verify-full" for a server that is reached over a
 * network, "" = libpq's default. */
const char *postgres_url_sslmode(const char *url);

#endif
