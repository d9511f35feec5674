/* Hanging up. The question names the caller and the agent. The list does not change while the question is open. */
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

void calls_ask_hangup(struct calls *v, const struct call *call)
{
	struct app *a = v->view.app;
	struct pending *p = xcalloc(1, sizeof(*p));
	const struct call *c = &p->call;
	const struct agent *agent;
	char *caller, *number, *title, *agent_name, age[SHORT_SIZE];
	int64_t now = clock_wall_us(a->clock);
	struct buf text;

	p->app = a;
	p->call = *call;
	calls_freeze(v);
	agent = snapshot_agent(a->snapshot, c->agent);
	caller = utf8_clean_dup(str_of(c->caller[0] != '\0' ? c->caller : _("anonymous")));
	number = utf8_clean_dup(str_of(c->number));
	agent_name = utf8_clean_dup(str_of(agent ? agent->title : c->agent));
	title = xasprintf(_("Hang up on %s?"), caller);
	format_age(age, time_minus(app_by_server_clock(a, c, now), c->started_us));
	buf_init(&text, 2000);
	buf_addf(&text, _("Caller: %s %s\n"), caller, call_country(c));
	buf_addf(&text, _("Number: %s\n"), number);
	if (*agent_name)
		buf_addf(&text, _("Agent:  %s\n"), agent_name);
	buf_addf(&text, _("State:  %s, for %s\n"), call_state_text(calls_state(v, c, now)), age);
	buf_adds(&text, _("Both sides are cut off. This can't be undone."));
	dialog_ask(v->view.ui, &(struct dialog_options){ .title = title, .text = text.p, .yes = _("Hang up"), .no = _("Keep"),
							  .confirmed = confirmed, .closed = free, .arg = p });
	buf_clear(&text);
	free(title);
	free(agent_name);
	free(number);
	free(caller);
}
