/*
 * Ends a call: sends Hangup for its trunk leg on the control link. A read-only program is refused here. So are bad
 * channel names: they came from the network, and one that begins with '/' would hang up all channels that it matches.
 *
 * Each request is answered once. If the link goes down before the server answers, the result is reported as not known.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/mem.h"

#define NORMAL_CLEARING "16"

struct hangup {
	uint64_t tag;
	char channel[CALL_TEXT];
	struct hangup *next;
};

static void report(struct ami_server *s, const char *channel, const struct err *e)
{
	struct ami_hangup_report r = { .err = *e };

	str_copy(r.server, sizeof(r.server), str_of(s->config.name));
	str_copy(r.channel, sizeof(r.channel), str_of(channel));
	ami_server_post(s, s->handlers->hangup, 0, &r, sizeof(r), MAIL_MUST);
}

/* Asterisk's main/manager.c has these texts. */
static void explain(const struct ami_server *s, struct str message, struct err *e)
{
	char *line;

	if (ami_is_denied(message)) {
		line = ami_right_line(s->config.user, ami_right_of("Hangup"));
		err_set_message(e, ERR_SERVER_REFUSED, "%s", _("our AMI user may not hang calls up"));
		err_hint(e, _("%s, then connect again"), line);
		free(line);
	} else if (str_eq_nocase(message, STR("No such channel"))) {
		err_set_message(e, ERR_SERVER_REFUSED, "%s", _("the call had ended already"));
	} else {
		err_set(e, ERR_SERVER_REFUSED, "%.*s", (int)message.len, message.p);
	}
}

static void on_answer(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	struct err e = { 0 };
	struct hangup *h;

	(void)last;
	LL_SEARCH_SCALAR(s->hangups, h, tag, tag);
	if (!h)
		return;
	if (!ami_response_ok(f))
		explain(s, ami_get(f, AMI_KEY_MESSAGE), &e);
	report(s, h->channel, &e);
	LL_DELETE(s->hangups, h);
	free(h);
}

static bool may_hang_up(const struct ami_server *s, const char *channel, struct err *e)
{
	const char *end = channel;

	while (*end && (unsigned char)*end >= 0x20 && *end != 0x7f)
		end++;
	if (s->read_only)
		return err_set(e, ERR_READ_ONLY, _("calls can't be hung up in this mode"));
	if (!*channel || *channel == '/' || *end)
		return err_set_message(e, ERR_SERVER_REFUSED, "%s", _("the channel has a name that is not sent to a server"));
	if (ami_link_state(s->control) != LINK_UP)
		return err_set(e, ERR_SERVER_UNREACHABLE, _("try again when %s is connected"), s->config.name);
	return true;
}

void ami_hangup_channel(struct ami_server *s, const char *channel)
{
	const struct ami_field fields[] = { { "Channel", channel }, { "Cause", NORMAL_CLEARING }, { NULL, NULL } };
	struct err e = { 0 };
	struct hangup *h;

	if (!may_hang_up(s, channel, &e) ||
	    !ami_link_request(s->control, "Hangup", fields, on_answer, s, s->hangup_tag + 1, &e)) {
		report(s, channel, &e);
		return;
	}
	h = xcalloc(1, sizeof(*h));
	h->tag = ++s->hangup_tag;
	str_copy(h->channel, sizeof(h->channel), str_of(channel));
	LL_APPEND(s->hangups, h);
}

void ami_hangup_control_down(struct ami_server *s)
{
	struct err e = { 0 };

	err_set(&e, ERR_SERVER_UNREACHABLE, "%s", _("the connection was lost before the answer: look whether the call goes on"));
	for (const struct hangup *h = s->hangups; h; h = h->next)
		report(s, h->channel, &e);
	ami_hangup_clear(s);
}

void ami_hangup_clear(struct ami_server *s)
{
	struct hangup *h, *next;

	LL_FOREACH_SAFE(s->hangups, h, next)
		free(h);
	s->hangups = NULL;
}
