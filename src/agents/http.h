/*
 * GET requests with a bearer secret, over connections that are kept. Only http.c knows libcurl. Certificates and names
 * are verified, redirects are not followed, a body is bounded, and nothing is retried. Requests block; mail ends them.
 *
 * One owner, one thread.
 */
#ifndef AGENTS_HTTP_H
#define AGENTS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"

struct http;

struct http_options {
	const char *secret;
	const char *ca_file;		/* PEM file; "" = the system's authorities */
	int connect_timeout_ms;
	int timeout_ms;
	int stall_s;
	struct mailbox *stop;		/* mail to it ends a request; NULL = none */
};

enum http_result {
	HTTP_ANSWERED,			/* with any status */
	HTTP_UNREACHABLE,		/* may be temporary */
	HTTP_UNTRUSTED,			/* the certificate was refused, or ca_file can't be read */
	HTTP_TOO_LARGE,
	HTTP_STOPPED,
};

struct http_answer {
	enum http_result result;
	long status;
	int retry_after_s;		/* the server's Retry-After; 0 = none */
	const char *body;		/* owned by the connection, until the next request */
	size_t len;
	char redirect[128];		/* the host a 3xx points to; "" = none */
	char why[192];			/* not ANSWERED: curl's words */
};

struct http *http_open(const struct http_options *o);
void http_close(struct http **h);
void http_get(struct http *h, const char *url, size_t max, struct http_answer *a);

/* Checks that the URL is https (or http on this machine) and has only host, port and path. */
bool http_url_check(const char *url, struct err *e);
/* Host and port of a URL, for messages. */
void http_url_host(const char *url, char *to, size_t size);
/* Text as part of a query; caller frees. */
char *http_escape(const char *text);

#endif
