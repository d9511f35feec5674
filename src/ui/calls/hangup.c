/* Hanging up, safely: the question says who is cut off from whom. The list holds still while it is open. */
#include "config.h"

#include "calls.h"

#include <stdlib.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_json.h"

/* A question that is open. */
struct pending {
	struct app *app;
	struct call call;
};

static void confirmed(void *arg)
{
	struct pending *p = arg;

	app_hangup(p->app, &p->call);
}

static char *title_of(const struct call *c)
{
	char *caller = utf8_clean_dup(str_of(c->caller));
	char *title = xasprintf(_("Hang up on %s?"), *caller ? caller : _("anonymous"));

	free(caller);
	return title;
}

static void say_call(struct buf *text, const struct calls *v, const struct call *c)
{
	int64_t now = clock_wall_us(v->app->clock);
	char *caller = utf8_clean_dup(str_of(c->caller));
	char *number = utf8_clean_dup(str_of(c->number)), *agent = utf8_clean_dup(str_of(calls_text(v->app, c, CALLS_AGENT)));
	char age[SHORT_SIZE];

	format_age(age, now - c->started_us);
	buf_addf(text, _("Caller: %s %s\n"), *caller ? caller : _("anonymous"), call_country(c));
	buf_addf(text, _("Number: %s\n"), number);
	if (*agent)
		buf_addf(text, _("Agent:  %s\n"), agent);
	buf_addf(text, _("State:  %s, for %s\n"), call_state_text(calls_state(v, c, now)), age);
	buf_adds(text, _("The line goes dead for both. This can't be undone."));
	free(caller);
	free(number);
	free(agent);
}

void calls_ask_hangup(struct calls *v)
{
	bool live;
	const struct call *c = calls_selected(v, &live);
	struct pending *p;
	struct buf text;
	char *title;

	if (!c || !live)
		return;
	p = xcalloc(1, sizeof(*p));
	p->app = v->app;
	p->call = *c;
	calls_freeze(v);
	title = title_of(&p->call);
	buf_init(&text, 2000);
	say_call(&text, v, &p->call);
	dialog_ask(v->ui, &(struct dialog_options){ .title = title, .text = text.p, .yes = _("Hang up"), .no = _("Keep"),
						     .confirmed = confirmed, .closed = free, .arg = p });
	buf_clear(&text);
	free(title);
}
