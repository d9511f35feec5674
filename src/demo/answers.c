#include "config.h"

#include "answers.h"

#include <stdlib.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/dialplan.h"

static void begin(const struct demo_question *q, struct buf *out, const char *more)
{
	buf_addf(out, "Response: Success\r\n%s%s", q->id_text, more);
}

static void end_list(const struct demo_question *q, struct buf *out, const char *event)
{
	buf_addf(out, "Event: %s\r\n%sEventList: Complete\r\nListItems: 1\r\n\r\n", event, q->id_text);
}

static void refuse(const struct demo_question *q, struct buf *out, const char *message)
{
	buf_addf(out, "Response: Error\r\n%sMessage: %s\r\n\r\n", q->id_text, message);
}

static void on_commands(const struct demo_question *q, struct buf *out)
{
	static const char *const allowed[] = {
		"CoreShowChannels", "DBGet", "DBPut", "Getvar", "ShowDialPlan", "PJSIPShowEndpoint", "Hangup", "Originate",
	};

	begin(q, out, "");
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		buf_addf(out, "%s: (Priv: all)\r\n", allowed[i]);
	buf_adds(out, "\r\n");
}

static void on_dialplan(const struct demo_question *q, struct buf *out)
{
	bool version = str_eq(q->subject, STR(DIALPLAN_VERSION_CONTEXT));
	char *extension = version ? xasprintf("%d", dialplan_version()) : xstrdup("_X.");

	begin(q, out, "EventList: start\r\nMessage: DialPlan list will follow\r\n\r\n");
	buf_addf(out, "Event: ListDialplan\r\n%sContext: %.*s\r\nExtension: %s\r\nPriority: 1\r\nApplication: NoOp\r\n\r\n",
		 q->id_text, (int)q->subject.len, q->subject.p, extension);
	free(extension);
	end_list(q, out, "ShowDialPlanComplete");
}

static void on_config(const struct demo_question *q, struct buf *out)
{
	begin(q, out, "Category-000000: general\r\nLine-000000-000000: timestampevents=yes\r\n");
	buf_adds(out, "Category-000001: mappings\r\nLine-000001-000000: linkedid=Linkedid\r\n\r\n");
}

static void on_endpoint(const struct demo_question *q, struct buf *out)
{
	if (!str_eq(q->subject, str_of(q->endpoint)) && !str_eq(q->subject, str_of(q->silent_endpoint))) {
		refuse(q, out, "Unable to retrieve endpoint");
		return;
	}
	begin(q, out, "EventList: start\r\nMessage: Following are Details for this endpoint\r\n\r\n");
	buf_addf(out, "Event: EndpointDetail\r\n%sObjectType: endpoint\r\nObjectName: %.*s\r\nContext: trunkdeck-in\r\n\r\n",
		 q->id_text, (int)q->subject.len, q->subject.p);
	end_list(q, out, "EndpointDetailComplete");
}

static const struct {
	const char *action;
	void (*fn)(const struct demo_question *q, struct buf *out);
} answers[] = {
	{ "ListCommands", on_commands }, { "ShowDialPlan", on_dialplan },
	{ "GetConfig", on_config }, { "PJSIPShowEndpoint", on_endpoint },
};

bool demo_answer(const struct demo_question *q, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		if (str_eq_nocase(q->action, str_of(answers[i].action))) {
			answers[i].fn(q, out);
			return true;
		}
	}
	return false;
}
