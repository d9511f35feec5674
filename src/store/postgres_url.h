/* What may be shown of a PostgreSQL URL. */
#ifndef STORE_POSTGRES_URL_H
#define STORE_POSTGRES_URL_H

#include "trunkdeck/base/err.h"

/* The URL without password and options, for people; caller frees. NULL with ERR_CONFIG when it is no URL: the hint repeats
 * no part of it, because with a password that should have been percent-encoded any part may be the secret. */
char *postgres_url_name(const char *url, struct err *e);

/* The sslmode for a URL that says none, where PGSSLMODE says none either: "verify-full" for a server that is reached over a network;
 * "" = libpq's own. */
const char *postgres_url_sslmode(const char *url);

#endif
