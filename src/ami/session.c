/* A session has its own link and drives it in a loop. The first failure ends the wait. */
#include "config.h"

#include "trunkdeck/ami/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/ami/link.h"
#include "trunkdeck/ami/transport.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

/* The current action. An answer that comes too late has another tag and is dropped. */
struct question {
	uint64_t tag;
	ami_frame_fn *fn;
	void *arg;
	bool done;
	bool ok;
	struct err err;
};

struct ami_session {
	struct ami_session_options options;
	struct ami_timing timing;
	struct ami_link *link;
	char *buffer;
	int epoll;
	bool was_up;
	bool stopped;
	struct question question;
};

static void on_state(void *arg)
{
	((struct ami_session *)arg)->was_up = true;
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct ami_session *q = arg;

	if (q->options.on_event)
		q->options.on_event(q->options.arg, f);
}

bool ami_session_listen(struct ami_session *q, int64_t ms, const bool *done, struct err *e)
{
	int64_t now = clock_mono_ms(&clock_system);
	const int64_t until = now + ms;

	for (; !*done && now < until; now = clock_mono_ms(&clock_system)) {
		int64_t next = ami_link_next_at_ms(q->link);
		bool more = ami_link_has_more(q->link);
		struct epoll_event event;

		if (next < 0 || next > until)
			next = until;
		if (more || next < now)
			next = now;
		if (epoll_wait(q->epoll, &event, 1, (int)(next - now)) > 0) {
			q->stopped = q->stopped || event.data.ptr == q;
			more = true;
		}
		if (more)
			ami_link_work(q->link);
		/* The link would connect again after a failure; a session reports the failure. */
		if (ami_link_state(q->link) != LINK_RETRY)
			ami_link_tick(q->link, clock_mono_ms(&clock_system));
		ami_link_flush(q->link);
		if (q->stopped)
			return err_set_message(e, ERR_SERVER_UNREACHABLE, "%s", _("stopped"));
		if (ami_link_state(q->link) == LINK_RETRY) {
			*e = ami_link_info(q->link)->err;
			return false;
		}
	}
	return true;
}

static void watch_stop(struct ami_session *q, int operation)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = q };

	if (q->options.stop && epoll_ctl(q->epoll, operation, mailbox_fd(q->options.stop), &ev))
		die("epoll_ctl failed");
}

bool ami_session_open(struct ami_session **out, const struct ami_session_options *options, struct err *e)
{
	struct ami_session *q = xcalloc(1, sizeof(*q));

	*out = NULL;
	if (!transport_global_init(e)) {
		free(q);
		return false;
	}
	q->options = *options;
	q->timing = ami_timing_default;
	q->timing.connect = q->timing.login = options->timeout_ms / 2;
	q->buffer = xmalloc(AMI_READ_SIZE);
	q->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (q->epoll < 0)
		die("epoll_create1 failed");
	watch_stop(q, EPOLL_CTL_ADD);
	q->link = ami_link_new(&(struct ami_link_config){
		.server = options->server, .timing = &q->timing, .buffer = q->buffer, .epoll = q->epoll,
		.name = "query", .events = options->events,
		.on_up = on_state, .on_down = on_state, .on_frame = on_frame, .arg = q,
	});
	/* The link's own deadlines come first, with a better message. */
	if (ami_session_listen(q, 2 * options->timeout_ms, &q->was_up, e)) {
		*out = q;
		return true;
	}
	ami_session_close(&q);
	return false;
}

void ami_session_close(struct ami_session **q)
{
	if (!*q)
		return;
	ami_link_free(&(*q)->link);
	close((*q)->epoll);
	free((*q)->buffer);
	FREE(q);
	transport_global_cleanup();
}

static void on_answer(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct question *question = &((struct ami_session *)arg)->question;

	if (tag != question->tag)
		return;
	if (f->kind == AMI_RESPONSE) {
		char *message = str_dup(ami_get(f, AMI_KEY_MESSAGE));

		/* Ping and a few others answer with something other than Success; only Error is an error. */
		question->ok = !str_eq_nocase(ami_get(f, AMI_KEY_RESPONSE), STR("Error"));
		if (!question->ok)
			err_set_message(&question->err, ERR_SERVER_REFUSED, "%s", message);
		free(message);
	}
	if (question->fn)
		question->fn(question->arg, f);
	question->done = last;
}

bool ami_session_action(struct ami_session *q, const char *action, const struct ami_field *fields, ami_frame_fn *fn, void *arg,
		   struct err *e)
{
	const int64_t ms = q->options.timeout_ms;
	struct question *question = &q->question;
	bool heard;

	*question = (struct question){ .tag = question->tag + 1, .fn = fn, .arg = arg };
	if (!ami_link_request(q->link, action, fields, on_answer, q, question->tag, e))
		return false;
	ami_link_flush(q->link);
	heard = ami_session_listen(q, ms, &question->done, e);
	if (!question->done) {
		question->tag++;
		return heard && err_set_message(e, ERR_SERVER_UNREACHABLE, _("%s:%d: no answer in %d s"),
						q->options.server->host, q->options.server->port, (int)(ms / 1000));
	}
	if (!question->ok && e)
		*e = question->err;
	return question->ok;
}

struct wanted {
	enum ami_key key;
	char *value;
};

static void take_value(void *arg, const struct ami_frame *f)
{
	struct wanted *w = arg;

	if (!w->value && f->by_key[w->key])
		w->value = str_dup(ami_get(f, w->key));
}

bool ami_session_value(struct ami_session *q, const char *action, const struct ami_field *fields, enum ami_key key, char **out,
		     struct err *e)
{
	struct wanted w = { .key = key };
	bool ok = ami_session_action(q, action, fields, take_value, &w, e);

	*out = ok ? (w.value ? w.value : xstrdup("")) : NULL;
	if (!ok)
		free(w.value);
	return ok;
}

bool ami_session_facts(struct ami_session *q, struct server_facts *out, struct err *e)
{
	const struct ami_field none[] = { { NULL, NULL } };
	char *stamp = NULL, *version = NULL;
	int64_t asked_us = clock_mono_us(&clock_system), stamp_us;
	struct err ignored;
	bool ok;

	*out = (struct server_facts){ .clock_known = ami_session_value(q, "Ping", none, AMI_KEY_TIMESTAMP, &stamp, &ignored) };
	if (out->clock_known) {
		stamp_us = ami_event_time(str_of(stamp));
		out->clock_known = stamp_us >= 0;
		out->clock_us = stamp_us - (clock_wall_us(&clock_system) - (clock_mono_us(&clock_system) - asked_us) / 2);
	}
	ok = ami_session_value(q, "CoreSettings", none, AMI_KEY_ASTERISKVERSION, &version, e);
	str_copy(out->version, sizeof(out->version), str_of(version));
	free(stamp);
	free(version);
	return ok;
}

void ami_session_hurry(struct ami_session *q, int64_t timeout_ms)
{
	watch_stop(q, EPOLL_CTL_DEL);
	q->options.stop = NULL;
	q->stopped = false;
	if (timeout_ms < q->options.timeout_ms)
		q->options.timeout_ms = timeout_ms;
}

/* --- how the server would treat a call --- */

bool ami_session_db_get(struct ami_session *q, const char *family, const char *key, char **out, struct err *e)
{
	const struct ami_field fields[] = { { "Family", family }, { "Key", key }, { NULL, NULL } };

	if (ami_session_value(q, "DBGet", fields, AMI_KEY_VAL, out, e))
		return true;
	if (e->code != ERR_SERVER_REFUSED || strcmp(e->message, "Database entry not found") != 0)
		return false;
	*out = xstrdup("");
	return true;
}

bool ami_session_variable(struct ami_session *q, const char *name, char **out, struct err *e)
{
	const struct ami_field fields[] = { { "Variable", name }, { NULL, NULL } };

	return ami_session_value(q, "Getvar", fields, AMI_KEY_VALUE, out, e);
}

/* Values of the present form begin with "3,"; see routes/desired.h. A dial string may hold commas. */
enum { AGENT_OF_NUMBER = 6, DIAL_OF_AGENT = 4 };

/* Takes `count` fields of a value from `first` on; a value of a former form is the wanted text itself. Caller frees. */
static char *take_field(char *value, size_t first, size_t count)
{
	struct str field = str_field(str_of(value), ',', first);
	char *text;

	if (!str_starts(str_of(value), STR("3,")))
		return value;
	if (count > 1)
		field.len = strlen(field.p);
	text = str_dup(field);
	free(value);
	return text;
}

bool ami_session_key(struct ami_session *q, enum routes_mode mode, const char *family, const char *key, char **out, struct err *e)
{
	char *function;
	bool ok;

	if (mode != ROUTES_ODBC)
		return ami_session_db_get(q, family, key, out, e);
	function = xasprintf("TRUNKDECK_KEY(%s,%s)", family, key);
	ok = ami_session_variable(q, function, out, e);
	free(function);
	return ok;
}

/* In odbc mode a former server has a function for each look-up; this one gives agent,dial. */
static bool former_route(struct ami_session *q, const char *number, char **agent, char **dial, struct err *e)
{
	char *name = xasprintf("TRUNKDECK_ROUTE(%s)", number), *row, *comma;
	bool ok = ami_session_variable(q, name, &row, e);

	free(name);
	if (!ok)
		return false;
	comma = strchr(row, ',');
	*agent = xstrndup(row, comma ? (size_t)(comma - row) : strlen(row));
	*dial = xstrdup(comma ? comma + 1 : "");
	free(row);
	return true;
}

bool ami_session_route(struct ami_session *q, enum routes_mode mode, const char *number, char **agent, char **dial,
		     struct err *e)
{
	char *row;

	*agent = *dial = NULL;
	if (!ami_session_key(q, mode, "trunkdeck", number, &row, e))
		return false;
	if (mode == ROUTES_ODBC && !str_starts(str_of(row), STR("3,"))) {
		free(row);
		return former_route(q, number, agent, dial, e);
	}
	*agent = take_field(row, AGENT_OF_NUMBER, 1);
	if (**agent && !ami_session_key(q, mode, "trunkdeckagent", *agent, &row, e)) {
		FREE(agent);
		return false;
	}
	*dial = **agent ? take_field(row, DIAL_OF_AGENT, SIZE_MAX) : xstrdup("");
	return true;
}
