/*
 * libcurl's multi interface with a single transfer: curl_multi_poll() can watch one more descriptor, which the easy interface
 * can't. So a request ends at once when the program ends.
 *
 * The secret is in one header. curl sends it to the host that was asked and to no other, since redirects are off. CURLOPT_VERBOSE
 * is never on.
 */
#include "config.h"

#include "http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define POLL_MS 1000
/* A transfer that is slower for stall_s has failed. */
#define STALL_BYTES_PER_S 32L

struct http {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct mailbox *stop;
	struct buf body;
	char why[CURL_ERROR_SIZE];
};

/* --- addresses --- */

/* A part of the URL, NULL when it has none; freed by curl_free(). */
static char *url_part(const char *text, CURLUPart part)
{
	CURLU *url = curl_url();
	char *value = NULL;

	if (curl_url_set(url, CURLUPART_URL, text, 0) || curl_url_get(url, part, &value, 0))
		value = NULL;
	curl_url_cleanup(url);
	return value;
}

bool http_url_check(const char *text, struct err *e)
{
	static const CURLUPart not_allowed[] = { CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT };
	char *scheme = url_part(text, CURLUPART_SCHEME), *host = url_part(text, CURLUPART_HOST);
	bool ok = scheme && host && (!strcmp(scheme, "https") || (!strcmp(scheme, "http") && host_is_loopback(host)));

	curl_free(scheme);
	curl_free(host);
	for (size_t i = 0; i < ARRAY_LEN(not_allowed); i++) {
		char *part = url_part(text, not_allowed[i]);

		ok = ok && !part;
		curl_free(part);
	}
	if (ok)
		return true;
	err_set_message(e, ERR_CONFIG, "%s", _("the secret is not sent to this address"));
	return err_hint(e, "%s", _("allowed: https://HOST[:PORT][/PATH]; http:// only to this machine"));
}

void http_url_host(const char *text, char *to, size_t size)
{
	char *host = url_part(text, CURLUPART_HOST), *port = url_part(text, CURLUPART_PORT);

	snprintf(to, size, "%s%s%s", host ? host : "", port ? ":" : "", port ? port : "");
	curl_free(host);
	curl_free(port);
}

char *http_escape(const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0), *copy;

	if (!escaped)
		die("out of memory");
	copy = xstrdup(escaped);
	curl_free(escaped);
	return copy;
}

/* --- the connection --- */

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct http *h = arg;

	buf_add(&h->body, bytes, size * count);
	return h->body.overflow ? 0 : size * count;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (!longer)
		die("out of memory");
	return longer;
}

struct http *http_open(const struct http_options *o)
{
	struct http *h = xcalloc(1, sizeof(*h));
	char *line = xasprintf("Authorization: Bearer %s", o->secret);
	CURL *c;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		die("curl_global_init failed");
	h->multi = curl_multi_init();
	h->easy = curl_easy_init();
	if (!h->multi || !h->easy)
		die("no memory for a connection");
	h->stop = o->stop;
	h->headers = add_header(h->headers, line);
	h->headers = add_header(h->headers, "Accept: application/json");
	explicit_bzero(line, strlen(line));
	free(line);
	c = h->easy;
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, h->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->why);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_PER_S);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)o->stall_s);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name that takes long to resolve must not delay the end of the program. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->ca_file[0])
		curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file);
	return h;
}

void http_close(struct http **h)
{
	if (!*h)
		return;
	curl_easy_cleanup((*h)->easy);
	curl_multi_cleanup((*h)->multi);
	for (struct curl_slist *s = (*h)->headers; s; s = s->next)
		explicit_bzero(s->data, strlen(s->data));
	curl_slist_free_all((*h)->headers);
	buf_clear(&(*h)->body);
	FREE(h);
	curl_global_cleanup();
}

/* --- a request --- */

/* Runs the transfer in the multi handle until it ends, or until there is mail to stop. */
static enum http_result perform(struct http *h, CURLcode *code)
{
	struct curl_waitfd stop = { .fd = h->stop ? mailbox_fd(h->stop) : -1, .events = CURL_WAIT_POLLIN };
	int running = 1, left;
	CURLMsg *msg;

	while (running) {
		if (curl_multi_perform(h->multi, &running))
			die("curl_multi_perform failed");
		if (!running)
			break;
		if (curl_multi_poll(h->multi, &stop, h->stop != NULL, POLL_MS, NULL))
			die("curl_multi_poll failed");
		if (stop.revents)
			return HTTP_STOPPED;
	}
	msg = curl_multi_info_read(h->multi, &left);
	if (!msg || msg->msg != CURLMSG_DONE)
		die("curl ended a transfer without a result");
	*code = msg->data.result;
	switch (*code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_FILESIZE_EXCEEDED:
		return HTTP_TOO_LARGE;
	case CURLE_WRITE_ERROR:
		return h->body.overflow ? HTTP_TOO_LARGE : HTTP_UNREACHABLE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return HTTP_UNTRUSTED;
	default:
		return HTTP_UNREACHABLE;
	}
}

void http_get(struct http *h, const char *url, size_t max, struct http_answer *a)
{
	CURLcode code = CURLE_OK;
	curl_off_t wait = 0;
	char *host = url_part(url, CURLUPART_HOST), *redirect = NULL;

	*a = (struct http_answer){ .status = 0 };
	buf_clear(&h->body);
	buf_init(&h->body, max);
	h->why[0] = '\0';
	/* The proxies of the environment are obeyed, but a request to this machine goes there directly. */
	curl_easy_setopt(h->easy, CURLOPT_PROXY, host && host_is_loopback(host) ? "" : NULL);
	curl_free(host);
	curl_easy_setopt(h->easy, CURLOPT_URL, url);
	curl_easy_setopt(h->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)max);
	if (curl_multi_add_handle(h->multi, h->easy))
		die("curl_multi_add_handle failed");
	a->result = perform(h, &code);
	a->body = h->body.p;
	a->len = h->body.len;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &a->status);
	curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &wait);
	curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &redirect);
	a->retry_after_s = wait <= 0 ? 0 : wait > 1000000 ? 1000000 : (int)wait;
	if (redirect)
		http_url_host(redirect, a->redirect, sizeof(a->redirect));
	if (a->result != HTTP_ANSWERED)
		str_copy(a->why, sizeof(a->why), str_of(h->why[0] ? h->why : curl_easy_strerror(code)));
	curl_multi_remove_handle(h->multi, h->easy);
}
