/*
 * A request is tried again when time may help: no connection, time-outs, 429, 5xx. The wait doubles and is jittered, so
 * that many screens that lost a server don't come back together; a Retry-After is obeyed to the second, and when it asks for
 * more than we would wait, the host has failed and the caller is told how long.
 *
 * Pages are numbered, not anchored: when an agent is deleted while we read, the first of the next page moves onto the page
 * already read and is never seen. A read that was torn like that usually shows (the total changed, an agent came twice,
 * the count is short), but not always: one deletion and one addition balance. So absence counts only if two reads
 * of the whole list in a row have the very same ids, or if nobody expected says otherwise, or the list is one page.
 */
#include "config.h"

#include "reading.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "http.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"

#define HOST_SIZE 128

struct reader {
	const struct agents_options *o;
	struct http *http;
	const char *url;		/* of the region */
	char host[HOST_SIZE];		/* of it, for messages */
	struct page_rules rules;
	struct agents_region *result;
};

/* --- a reading --- */

void reading_clear(struct reading *r)
{
	struct listed *l, *next;

	HASH_ITER(hh, r->by_id, l, next) {
		HASH_DEL(r->by_id, l);
		page_agent_clear(&l->is);
		free(l);
	}
	for (size_t i = 0; i < r->nameless_count; i++)
		page_agent_clear(&r->nameless[i]);
	free(r->nameless);
	*r = (struct reading){ .total = -1 };
}

size_t reading_count(const struct reading *r)
{
	return HASH_COUNT(r->by_id) + r->nameless_count;
}

static struct listed *find(const struct reading *r, const char *id)
{
	struct listed *l;

	HASH_FIND_STR(r->by_id, id, l);
	return l;
}

const struct page_agent *reading_find(const struct reading *r, const char *id)
{
	const struct listed *l = find(r, id);

	return l ? &l->is : NULL;
}

static void tear(struct reading *r, const char *why)
{
	if (!r->torn[0])
		str_copy(r->torn, sizeof(r->torn), str_of(why));
}

static void keep_nameless(struct reading *r, struct page_agent *a)
{
	if (r->nameless_count == r->nameless_size) {
		r->nameless_size = r->nameless_size ? 2 * r->nameless_size : 8;
		r->nameless = xreallocarray(r->nameless, r->nameless_size, sizeof(*r->nameless));
	}
	r->nameless[r->nameless_count++] = *a;
}

/* Takes the agent over. Starred agents come on every page, and may come in the list too. */
static void keep(struct reading *r, struct page_agent *a, bool starred)
{
	const char *id = a->agent.id;
	struct listed *l = id[0] ? find(r, id) : NULL;

	if (!id[0]) {
		keep_nameless(r, a);
	} else if (l) {
		if (!starred && l->round != 0)
			tear(r, _("an agent came twice"));
		if (!starred)
			l->round = r->pages;
		page_agent_clear(a);
	} else {
		l = xcalloc(1, sizeof(*l));
		l->is = *a;
		l->round = starred ? 0 : r->pages;
		HASH_ADD_KEYPTR(hh, r->by_id, l->is.agent.id, strlen(l->is.agent.id), l);
	}
}

/* The page's agents move into the reading. */
static void keep_page(struct reading *r, struct page *p)
{
	size_t listed = p->count - p->starred;

	r->pages++;
	if (r->pages == 1)
		r->total = p->total;
	else if (p->total != r->total)
		tear(r, _("the number of agents changed meanwhile"));
	if (p->number >= 0 && (size_t)p->number != r->pages)
		tear(r, _("it sent another page than the one asked for"));
	for (size_t i = 0; i < p->count; i++)
		keep(r, &p->agents[i], i >= listed);
	p->count = 0;
}

static bool lacks_any(const struct reading *r, const char *const *expected, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!find(r, expected[i]))
			return true;
	}
	return false;
}

static bool same_ids(const struct reading *a, const struct reading *b)
{
	for (const struct listed *l = a->by_id; l; l = l->hh.next) {
		if (!find(b, l->is.agent.id))
			return false;
	}
	return HASH_COUNT(a->by_id) == HASH_COUNT(b->by_id);
}

/* --- waiting --- */

static bool wait_on(struct mailbox *stop, int ms)
{
	struct pollfd p = { .fd = stop ? mailbox_fd(stop) : -1, .events = POLLIN };
	int n = poll(&p, 1, ms);

	return n == 0 || (n < 0 && errno == EINTR);
}

/* Between half of the step and all of it. */
static int jittered(int step)
{
	unsigned int random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		return step;
	return step / 2 + (int)(random % (unsigned int)(step - step / 2 + 1));
}

static int next_wait(const struct agents_options *o, int tried, const struct http_answer *a)
{
	int step = o->first_wait_ms;

	for (int i = 1; i < tried && step < o->longest_wait_ms; i++)
		step *= 2;
	step = jittered(step < o->longest_wait_ms ? step : o->longest_wait_ms);
	return a->retry_after_s > 0 ? a->retry_after_s * 1000 : step;
}

static bool pause_between(const struct agents_options *o, int ms)
{
	return o->wait ? o->wait(o->wait_arg, ms) : wait_on(o->stop, ms);
}

/* --- a request --- */

/* "HOST: what" and a hint. */
static bool fail(const struct reader *r, struct err *e, enum err_code code, const char *what, const char *hint)
{
	err_set_message(e, code, "%s: %s", r->host, what);
	err_hint(e, "%s", hint);
	return false;
}

static bool fail_status(const struct reader *r, const struct http_answer *a, enum err_code code, const char *hint,
			struct err *e)
{
	char said[100], what[160];

	page_refusal(a->body, a->len, r->o->secret, said, sizeof(said));
	snprintf(what, sizeof(what), _("HTTP %ld%s%s"), a->status, said[0] ? ": " : "", said);
	return fail(r, e, code, what, hint);
}

static bool fail_redirect(const struct reader *r, const struct http_answer *a, struct err *e)
{
	char what[160];

	snprintf(what, sizeof(what), _("HTTP %ld, a redirect to %s"), a->status, a->redirect[0] ? a->redirect : "?");
	page_hide(what, r->o->secret);
	return fail(r, e, ERR_DIRECTORY_REFUSED, what,
		    _("the secret is not sent elsewhere: if you trust it, write the new address into the configuration"));
}

static bool fail_busy(const struct reader *r, const struct http_answer *a, struct err *e)
{
	fail_status(r, a, ERR_DIRECTORY_UNREACHABLE, _("try again later"), e);
	if (a->retry_after_s > 0)
		err_hint(e, ngettext("it asks to be left alone for %d second", "it asks to be left alone for %d seconds",
				     (unsigned long)a->retry_after_s), a->retry_after_s);
	return false;
}

static bool judge_status(const struct reader *r, const struct http_answer *a, struct err *e)
{
	long status = a->status;

	if (status >= 200 && status < 300)
		return true;
	if (status >= 300 && status < 400)
		return fail_redirect(r, a, e);
	if (status == 429 || status >= 500)
		return fail_busy(r, a, e);
	if (status == 401)
		return fail_status(r, a, ERR_DIRECTORY_REFUSED, _("check the secret in [agents]"), e);
	if (status == 403)
		return fail_status(r, a, ERR_DIRECTORY_REFUSED,
				   _("is it this workspace's secret, and does its plan include the API?"), e);
	if (status == 404)
		return fail_status(r, a, ERR_DIRECTORY_REFUSED,
				   _("check the address in [agents]: it goes up to what is before /agents/search"), e);
	return fail_status(r, a, ERR_DIRECTORY_REFUSED, _("check [agents] in the configuration"), e);
}

static bool judge(const struct reader *r, const struct http_answer *a, struct err *e)
{
	char what[sizeof(a->why)];

	str_copy(what, sizeof(what), str_of(a->why));
	page_hide(what, r->o->secret);
	switch (a->result) {
	case HTTP_ANSWERED:
		return judge_status(r, a, e);
	case HTTP_UNTRUSTED:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, what,
			    _("ca_file must hold the authority that signed its certificate, and the address its name"));
	case HTTP_TOO_LARGE:
		return fail(r, e, ERR_DIRECTORY_ANSWER, _("the answer is too large"),
			    _("is the address that of the API, e.g. https://HOST/v3?"));
	case HTTP_STOPPED:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, _("given up"), "");
	default:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, what, _("check the address in [agents], and the network"));
	}
}

static bool may_pass(const struct http_answer *a)
{
	if (a->result == HTTP_ANSWERED)
		return a->status == 429 || a->status >= 500;
	return a->result == HTTP_UNREACHABLE;
}

/* A request, tried as often as makes sense. */
static bool ask(const struct reader *r, const char *url, struct http_answer *a, struct err *e)
{
	for (int tried = 1;; tried++) {
		int ms;

		http_get(r->http, url, AGENTS_PAGE_BYTES, a);
		err_clear(e);
		if (judge(r, a, e))
			return true;
		log_msg(LOG_LEVEL_INFO, "agent directory: %s", e->message);
		r->result->retry_after_s = a->retry_after_s;
		ms = next_wait(r->o, tried, a);
		if (!may_pass(a) || tried >= r->o->tries || ms > r->o->longest_wait_ms || !pause_between(r->o, ms))
			return false;
		r->result->retry_after_s = 0;
	}
}

/* --- a read --- */

static char *page_url(const struct reader *r, size_t page)
{
	char *workspace = http_escape(r->rules.workspace);
	size_t len = strlen(r->url);
	char *url;

	while (len > 0 && r->url[len - 1] == '/')
		len--;
	url = xasprintf("%.*s/agents/search?page=%zu&limit=%d&sortBy=firstCreated%s%s", (int)len, r->url, page,
			AGENTS_PAGE_LIMIT, workspace[0] ? "&workspaceId=" : "", workspace);
	free(workspace);
	return url;
}

static bool get_page(const struct reader *r, struct reading *into, struct page *page, struct err *e)
{
	char *url = page_url(r, into->pages + 1);
	struct http_answer a;
	struct err why = { .code = ERR_NONE };
	bool ok = ask(r, url, &a, e);

	free(url);
	*page = (struct page){ .total = -1 };
	if (!ok)
		return false;
	into->bytes += a.len;
	if (into->bytes > AGENTS_READ_BYTES)
		return fail(r, e, ERR_DIRECTORY_ANSWER, _("the directory is too large"), "");
	return page_parse(page, a.body, a.len, &r->rules, &why) || fail(r, e, why.code, why.message, why.hint);
}

/* Without hasMore the total decides, and without that an empty page is the end. */
static bool goes_on(struct reading *r, const struct page *p, size_t listed, size_t known_before)
{
	bool grew = reading_count(r) > known_before;
	bool more = p->says_more ? p->more : r->total >= 0 ? reading_count(r) < (size_t)r->total : listed > 0;

	if (more && !grew && p->says_more)
		tear(r, listed > 0 ? _("it sends the same agents again and again") : _("it sent an empty page before the end"));
	return more && grew;
}

static bool read_once(const struct reader *r, struct reading *into, struct err *e)
{
	bool more = true;

	while (more) {
		size_t known = reading_count(into), listed;
		struct page page;

		if (!get_page(r, into, &page, e)) {
			page_clear(&page);
			return false;
		}
		listed = page.count;
		keep_page(into, &page);
		more = goes_on(into, &page, listed, known);
		page_clear(&page);
		if (reading_count(into) > AGENTS_READ_COUNT)
			return fail(r, e, ERR_DIRECTORY_ANSWER, _("the directory is too large"), "");
	}
	if (into->total > 0 && reading_count(into) < (size_t)into->total)
		tear(into, _("it listed fewer agents than it says it has"));
	return true;
}

static bool is_settled(const struct reading *now, const struct reading *before, const char *const *expected, size_t count)
{
	if (now->torn[0])
		return false;
	return now->pages == 1 || !lacks_any(now, expected, count) || (before->pages > 0 && same_ids(now, before));
}

static void say_unsettled(const struct reader *r, const struct reading *now)
{
	fail(r, &r->result->err, ERR_DIRECTORY_UNSETTLED,
	     now->torn[0] ? now->torn : _("the list kept changing while it was read"),
	     _("agents missing from it are not taken for gone this time"));
}

static void read_settled(const struct reader *r, struct reading *out, const char *const *expected, size_t count)
{
	struct reading before = { .total = -1 };

	for (int n = 0; n < AGENTS_READS_MAX && r->result->state == AGENTS_UNSETTLED; n++) {
		reading_clear(&before);
		before = *out;
		*out = (struct reading){ .total = -1 };
		if (!read_once(r, out, &r->result->err)) {
			reading_clear(out);
			r->result->state = AGENTS_FAILED;
		} else if (is_settled(out, &before, expected, count)) {
			r->result->state = AGENTS_COMPLETE;
		}
	}
	reading_clear(&before);
	if (r->result->state == AGENTS_UNSETTLED)
		say_unsettled(r, out);
	r->result->count = reading_count(out);
}

void reading_host(struct reading *out, const struct agents_options *o, enum region region,
		  const char *const *expected, size_t count, struct agents_region *result)
{
	struct reader r = {
		.o = o,
		.url = o->url[region],
		.rules = { .dial = o->dial, .workspace = o->workspace },
		.result = result,
	};
	const struct http_options http = {
		.secret = o->secret,
		.ca_file = o->ca_file,
		.connect_timeout_ms = o->connect_timeout_ms,
		.timeout_ms = o->timeout_ms,
		.stall_s = o->stall_s,
		.stop = o->stop,
	};

	*out = (struct reading){ .total = -1 };
	*result = (struct agents_region){ .state = AGENTS_UNSETTLED };
	r.http = http_open(&http);
	http_url_host(r.url, r.host, sizeof(r.host));
	read_settled(&r, out, expected, count);
	http_close(&r.http);
}
