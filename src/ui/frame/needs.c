/* Why an action is not possible now: checks its `needs` against the app and the record under the cursor. */
#include "config.h"

#include "trunkdeck/app/replay.h"
#include "trunkdeck/base/gettext.h"
#include "ui_private.h"

/* Returns why one need is not met; NULL = it is met. */
static const char *unmet(const struct ui *ui, enum action_need need, const struct view_cursor *at)
{
	const struct view_ops *ops = ui->views[ui->view];
	const struct app *a = ui->app;
	bool calls = ui->view == VIEW_CALLS;
	const char *why;

	switch (need) {
	case NEED_CHANGE:
		return app_why_no_change(a);
	case NEED_SERVER:
		return a->replay ? _("this is a replay: there is no server to ask") : NULL;
	case NEED_CONFIGURED:
		return a->server_count > 0 ? NULL : _("no servers are configured");
	case NEED_AGENT:
		return a->config->read_only ? _("read-only mode: a test makes an agent take a call") : NULL;
	case NEED_ADDABLE:
		why = app_why_no_add(a);
		if (calls)
			return at->call && at->call->number[0] != '\0' && !at->number ? why :
			       _("no call to an unknown number is under the cursor");
		return why || at->provider ? why : _("add a provider first");
	case NEED_RECORD:
		return at->provider ? NULL : _("nothing is selected");
	case NEED_NUMBER:
		return at->number ? NULL : _("no number is under the cursor");
	case NEED_CALL:
		return at->call ? NULL : _("no call is under the cursor");
	case NEED_LIVE_CALL:
		return at->live ? app_why_no_hangup(a, at->call) : _("no live call is under the cursor");
	case NEED_CALLER:
		return at->call && at->call->caller[0] != '\0' ? NULL : _("no call with a known caller is under the cursor");
	case NEED_SUBJECT:
		if (calls)
			return at->call && at->call->number[0] != '\0' ? NULL : _("no call to a number is under the cursor");
		return at->provider ? NULL : _("nothing is selected");
	case NEED_TARGET:
		if (calls)
			return at->number ? NULL : _("no call to a known number is under the cursor");
		return at->provider ? NULL : _("nothing is selected");
	case NEED_UNDO:
		return app_can_undo(a) ? NULL : _("nothing to undo");
	case NEED_REDO:
		return app_can_redo(a) ? NULL : _("nothing to redo");
	case NEED_REPLAY:
		if (!a->replay)
			return _("this is no replay: 'trunkdeck replay FILE --speed 1' shows one");
		return a->replay->state == REPLAY_ENDED ? _("the recording has ended") : NULL;
	case NEED_FASTER:
		return a->replay->speed < REPLAY_SPEED_MAX ? NULL : _("the replay has its highest speed");
	case NEED_SLOWER:
		return a->replay->speed > 1 ? NULL : _("the replay has its lowest speed; step goes from event to event");
	case NEED_FILTER:
		return ops->list ? NULL : _("this view can't be filtered");
	case NEED_COPY:
		return ops->list ? NULL : _("there is nothing to copy in this view");
	case NEED_MESSAGE:
		return messages_count(a->messages) > 0 ? NULL : _("there is no message yet");
	case NEED_TERMINAL:
		return term_fd(ui->term) >= 0 ? NULL : _("there is no terminal to return to");
	}
	return NULL;
}

const char *ui_why_not(struct ui *ui, enum action_id action)
{
	const struct view_ops *ops = ui->views[ui->view];
	struct view_cursor at = { 0 };
	const char *why = NULL;

	if (ops->cursor)
		ops->cursor(ui_view_state(ui, ui->view), &at);
	for (unsigned needs = action_get(action)->needs; needs != 0 && !why; needs &= needs - 1)
		why = unmet(ui, (enum action_need)(needs & -needs), &at);
	return why;
}
