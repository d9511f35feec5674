/*
 * A request is tried again if time may help: no connection, time-outs, 429, 5xx. The wait doubles and has jitter, so
 * that many screens that lost a server do not return together. A Retry-After is obeyed to the second. If it is above
 * the longest wait, the host has failed, and the caller gets its value.
 *
 * Pages are numbered. If an agent is deleted during a read, the first agent of the next page moves onto the page that
 * was already read, and is never seen. Such a read usually shows it (the total changed, an agent came twice, the count
 * is short), but not always: one deletion and one addition balance. So absence counts only if two reads in a row have
 * the same ids, every expected agent was there, or the list is one page.
 */
#include "config.h"

#include "directory.h"

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

struct reader {
	const struct agents_options *o;
	struct http *http;
	const char *url;		/* of the region */
	char host[128];			/* of the URL, for messages */
	struct directory_rules rules;
	struct agents_region *result;
};

/* --- a reading --- */

void directory_clear(struct directory *r)
{
	struct listed *l, *next;

	HASH_ITER(hh, r->by_id, l, next) {
		HASH_DEL(r->by_id, l);
		directory_agent_clear(&l->is);
		free(l);
	}
	for (size_t i = 0; i < r->nameless_count; i++)
		directory_agent_clear(&r->nameless[i]);
	free(r->nameless);
	*r = (struct directory){ .total = -1 };
}

size_t directory_count(const struct directory *r)
{
	return HASH_COUNT(r->by_id) + r->nameless_count;
}

static struct listed *find(const struct directory *r, const char *id)
{
	struct listed *l;

	HASH_FIND_STR(r->by_id, id, l);
	return l;
}

const struct directory_agent *directory_find(const struct directory *r, const char *id)
{
	const struct listed *l = find(r, id);

	return l ? &l->is : NULL;
}

static void tear(struct directory *r, const char *why)
{
	if (!r->torn[0])
		str_copy(r->torn, sizeof(r->torn), str_of(why));
}

/* Takes over the agent. Starred agents come on every page, and may be in the list too. */
static void keep(struct directory *r, struct directory_agent *a, bool starred)
{
	const char *id = a->agent.id;
	struct listed *l = id[0] ? find(r, id) : NULL;

	if (!id[0]) {
		if (r->nameless_count == r->nameless_size) {
			r->nameless_size = r->nameless_size ? 2 * r->nameless_size : 8;
			r->nameless = xreallocarray(r->nameless, r->nameless_size, sizeof(*r->nameless));
		}
		r->nameless[r->nameless_count++] = *a;
	} else if (l) {
		if (!starred && l->round != 0)
			tear(r, _("an agent was listed twice"));
		if (!starred)
			l->round = r->pages;
		directory_agent_clear(a);
	} else {
		l = xcalloc(1, sizeof(*l));
		l->is = *a;
		l->round = starred ? 0 : r->pages;
		HASH_ADD_KEYPTR(hh, r->by_id, l->is.agent.id, strlen(l->is.agent.id), l);
	}
}

/* --- waiting --- */

/* The doubled wait is reduced at random, to half of it at least. */
static int next_wait(const struct agents_options *o, int tried, const struct http_answer *a)
{
	int step = o->first_wait_ms;
	unsigned int random = 0;

	if (a->retry_after_s > 0)
		return a->retry_after_s * 1000;
	for (int i = 1; i < tried && step < o->longest_wait_ms; i++)
		step *= 2;
	step = step < o->longest_wait_ms ? step : o->longest_wait_ms;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		return step;
	return step / 2 + (int)(random % (unsigned int)(step - step / 2 + 1));
}

/* False when there is mail to stop. */
static bool wait_ms(const struct agents_options *o, int ms)
{
	struct pollfd p = { .fd = o->stop ? mailbox_fd(o->stop) : -1, .events = POLLIN };
	int n = o->wait ? !o->wait(o->wait_arg, ms) : poll(&p, 1, ms);

	return n == 0 || (n < 0 && errno == EINTR);
}

/* --- a request --- */

/* Sets *e to "HOST: what" and a hint. */
static bool fail(const struct reader *r, struct err *e, enum err_code code, const char *what, const char *hint)
{
	err_set_message(e, code, "%s: %s", r->host, what);
	return err_hint(e, "%s", hint);
}

static bool judge_status(const struct reader *r, const struct http_answer *a, struct err *e)
{
	static const struct { long from, to; enum err_code code; const char *hint; } rows[] = {
		{ 401, 401, ERR_DIRECTORY_REFUSED, N_("check the secret in [agents]") },
		{ 403, 403, ERR_DIRECTORY_REFUSED,
		  N_("check that the secret is that of this workspace, and that its plan includes the API") },
		{ 404, 404, ERR_DIRECTORY_REFUSED,
		  N_("check the address in [agents]: it is the part before /agents/search") },
		{ 429, 429, ERR_DIRECTORY_UNREACHABLE, N_("try again later") },
		{ 500, 9999, ERR_DIRECTORY_UNREACHABLE, N_("try again later") },
		{ 0, 9999, ERR_DIRECTORY_REFUSED, N_("check [agents] in the configuration") },
	};
	char said[100], what[160];
	size_t row = 0;

	if (a->status >= 200 && a->status < 300)
		return true;
	if (a->status >= 300 && a->status < 400) {
		snprintf(what, sizeof(what), _("HTTP %ld, a redirect to %s"), a->status, a->redirect[0] ? a->redirect : "?");
		directory_hide(what, r->o->secret);
		return fail(r, e, ERR_DIRECTORY_REFUSED, what,

	_("the secret is not sent to another address: if you trust the new one, write it into [agents]"));
	}
	while (a->status < rows[row].from || a->status > rows[row].to)
		row++;
	directory_refusal(a->body, a->len, r->o->secret, said, sizeof(said));
	snprintf(what, sizeof(what), _("HTTP %ld%s%s"), a->status, said[0] ? ": " : "", said);
	fail(r, e, rows[row].code, what, _(rows[row].hint));
	if (rows[row].code == ERR_DIRECTORY_UNREACHABLE && a->retry_after_s > 0)
		err_hint(e, ngettext("the directory asks for a pause of %d second",
				     "the directory asks for a pause of %d seconds",
				     (unsigned long)a->retry_after_s), a->retry_after_s);
	return false;
}

static bool judge(const struct reader *r, const struct http_answer *a, struct err *e)
{
	char what[sizeof(a->why)];

	str_copy(what, sizeof(what), str_of(a->why));
	directory_hide(what, r->o->secret);
	switch (a->result) {
	case HTTP_ANSWERED:
		return judge_status(r, a, e);
	case HTTP_UNTRUSTED:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, what,

	_("ca_file must hold the authority that signed the certificate, and the address must be a name in it"));
	case HTTP_TOO_LARGE:
		return fail(r, e, ERR_DIRECTORY_ANSWER, _("the answer is too large"),
			    _("check the address in [agents]: it must be that of the API, e.g. https://HOST/v3"));
	case HTTP_STOPPED:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, _("the request was stopped"), "");
	default:
		return fail(r, e, ERR_DIRECTORY_UNREACHABLE, what, _("check the address in [agents], and the network"));
	}
}

/* Sends a request and retries it if that may help. */
static bool ask(const struct reader *r, const char *url, struct http_answer *a, struct err *e)
{
	for (int tried = 1;; tried++) {
		bool may_pass;
		int ms;

		http_get(r->http, url, AGENTS_PAGE_BYTES, a);
		err_clear(e);
		if (judge(r, a, e))
			return true;
		log_msg(LOG_LEVEL_INFO, "agent directory: %s", e->message);
		r->result->retry_after_s = a->retry_after_s;
		ms = next_wait(r->o, tried, a);
		may_pass = a->result == HTTP_ANSWERED ? a->status == 429 || a->status >= 500 : a->result == HTTP_UNREACHABLE;
		if (!may_pass || tried >= r->o->tries || ms > r->o->longest_wait_ms || !wait_ms(r->o, ms))
			return false;
		r->result->retry_after_s = 0;
	}
}

/* --- a read --- */

static bool get_page(const struct reader *r, struct directory *into, struct directory_page *page, struct err *e)
{
	char *workspace = http_escape(r->rules.workspace), *url;
	size_t len = strlen(r->url);
	struct http_answer a;
	struct err why = { .code = ERR_NONE };
	bool ok;

	while (len > 0 && r->url[len - 1] == '/')
		len--;
	url = xasprintf("%.*s/agents/search?page=%zu&limit=%d&sortBy=firstCreated%s%s", (int)len, r->url, into->pages + 1,
			AGENTS_PAGE_LIMIT, workspace[0] ? "&workspaceId=" : "", workspace);
	free(workspace);
	ok = ask(r, url, &a, e);
	free(url);
	*page = (struct directory_page){ .total = -1 };
	if (!ok)
		return false;
	into->bytes += a.len;
	if (into->bytes > AGENTS_READ_BYTES)
		return fail(r, e, ERR_DIRECTORY_ANSWER, _("the directory is too large"), "");
	return directory_page_parse(page, a.body, a.len, &r->rules, &why) || fail(r, e, why.code, why.message, why.hint);
}

static bool read_once(const struct reader *r, struct directory *into, struct err *e)
{
	bool more = true;

	while (more) {
		size_t known = directory_count(into), all, listed;
		struct directory_page page;

		if (!get_page(r, into, &page, e)) {
			directory_page_clear(&page);
			return false;
		}
		all = page.count;
		listed = all - page.starred;
		into->pages++;
		if (into->pages == 1)
			into->total = page.total;
		else if (page.total != into->total)
			tear(into, _("the number of agents changed meanwhile"));
		if (page.number >= 0 && (size_t)page.number != into->pages)
			tear(into, _("it sent a page that was not asked for"));
		for (size_t i = 0; i < all; i++)
			keep(into, &page.agents[i], i >= listed);
		page.count = 0;		/* keep() took them over */
		/* Without hasMore the total decides. Without a total, an empty page is the end. */
		more = page.says_more ? page.more : into->total >= 0 ? directory_count(into) < (size_t)into->total : all > 0;
		if (more && directory_count(into) == known) {
			if (page.says_more)
				tear(into, all > 0 ? _("it sent the same agents again")
				     : _("it sent an empty page before the end"));
			more = false;
		}
		directory_page_clear(&page);
		if (directory_count(into) > AGENTS_READ_COUNT)
			return fail(r, e, ERR_DIRECTORY_ANSWER, _("the directory is too large"), "");
	}
	if (into->total > 0 && directory_count(into) < (size_t)into->total)
		tear(into, _("it listed fewer agents than it says it has"));
	return true;
}

/* True if absence counts: one page, every expected agent present, or the same ids as in the read before. */
static bool is_settled(const struct directory *now, const struct directory *before, const char *const *expected,
		       size_t count)
{
	bool same = before->pages > 0 && HASH_COUNT(now->by_id) == HASH_COUNT(before->by_id);
	size_t found = 0;

	while (found < count && find(now, expected[found]))
		found++;
	for (const struct listed *l = now->by_id; same && l; l = l->hh.next)
		same = find(before, l->is.agent.id) != NULL;
	return !now->torn[0] && (now->pages == 1 || found == count || same);
}

void directory_read(struct directory *out, const struct agents_options *o, enum region region,
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

	struct directory before = { .total = -1 };

	*out = (struct directory){ .total = -1 };
	*result = (struct agents_region){ .state = AGENTS_UNSETTLED };
	r.http = http_open(&http);
	http_url_host(r.url, r.host, sizeof(r.host));
	for (int n = 0; n < AGENTS_READS_MAX && result->state == AGENTS_UNSETTLED; n++) {
		directory_clear(&before);
		before = *out;
		*out = (struct directory){ .total = -1 };
		if (!read_once(&r, out, &result->err)) {
			directory_clear(out);
			result->state = AGENTS_FAILED;
		} else if (is_settled(out, &before, expected, count)) {
			result->state = AGENTS_COMPLETE;
		}
	}
	directory_clear(&before);
	if (result->state == AGENTS_UNSETTLED)
		fail(&r, &result->err, ERR_DIRECTORY_UNSETTLED,
		     out->torn[0] ? out->torn : _("the list kept changing while it was read"),
		     _("agents that it does not list are kept for now"));
	result->count = directory_count(out);
	http_close(&r.http);
}
