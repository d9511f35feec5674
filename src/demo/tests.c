#include "config.h"

#include "tests.h"

#include <stdlib.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/mem.h"

#include <utlist.h>

enum stage { STAGE_ARRIVED, STAGE_ROUTE, STAGE_DIALLED, STAGE_ANSWERED, STAGE_AUDIO, STAGE_OVER };

struct demo_test {
	char *number, *id, *other_id, *agent;
	enum stage next;
	int64_t began_ms, began_us;
	int64_t at_us[STAGE_OVER];	/* since it began */
	struct demo_test *prev, *next_test;
};

struct demo_tests {
	struct demo_test *list;
};

static void drop(struct demo_tests *t, struct demo_test *one)
{
	DL_DELETE2(t->list, one, prev, next_test);
	free(one->number);
	free(one->id);
	free(one->other_id);
	free(one->agent);
	free(one);
}

struct demo_tests *demo_tests_new(void)
{
	return xcalloc(1, sizeof(struct demo_tests));
}

void demo_tests_free(struct demo_tests **t)
{
	while (*t && (*t)->list)
		drop(*t, (*t)->list);
	FREE(t);
}

void demo_tests_place(struct demo_tests *t, const struct demo_test_order *order, int64_t now_ms)
{
	struct demo_test *one = xcalloc(1, sizeof(*one));
	int64_t luck = (int64_t)(mail_key(order->number.p, order->number.len) % 400);

	one->number = str_dup(order->number);
	one->id = str_dup(order->id);
	one->other_id = str_dup(order->other_id);
	one->agent = xstrdup_null(order->agent);
	one->began_ms = now_ms;
	one->began_us = clock_wall_us(&clock_system);
	one->at_us[STAGE_ROUTE] = 400;
	one->at_us[STAGE_DIALLED] = 2100;
	one->at_us[STAGE_ANSWERED] = 6000 + luck * 20;
	one->at_us[STAGE_AUDIO] = 420000 + luck * 1000;
	DL_APPEND2(t->list, one, prev, next_test);
}

/* --- events --- */

static void event(const struct demo_test *one, struct buf *out, const char *name, const char *uniqueid, int half,
		  const char *more)
{
	int64_t at_us = one->began_us + (one->next < STAGE_OVER ? one->at_us[one->next] : one->at_us[STAGE_AUDIO]);

	buf_addf(out, "Event: %s\r\nPrivilege: call,all\r\nTimestamp: %lld.%06lld\r\n", name, (long long)(at_us / 1000000),
		 (long long)(at_us % 1000000));
	buf_addf(out, "Channel: Local/%s@trunkdeck-test-1;%d\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n", one->number, half);
	buf_adds(out, "CallerIDNum: test\r\nCallerIDName: trunkdeck test\r\nConnectedLineNum: <unknown>\r\n");
	buf_adds(out, "ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: trunkdeck-test\r\n");
	buf_addf(out, "Exten: %s\r\nPriority: 1\r\nUniqueid: %s\r\nLinkedid: %s\r\n%s\r\n", one->number, uniqueid, one->id, more);
}

static void arrive(const struct demo_test *one, struct buf *out)
{
	event(one, out, "Newchannel", one->id, 1, "");
	event(one, out, "Newchannel", one->other_id, 2, "");
	event(one, out, "UserEvent", one->other_id, 2, "UserEvent: TrunkdeckTest\r\nStage: arrived\r\n");
}

static void find_route(struct demo_test *one, struct buf *out)
{
	char *more;

	if (!one->agent) {
		event(one, out, "UserEvent", one->other_id, 2, "UserEvent: TrunkdeckUnmapped\r\n");
		event(one, out, "Hangup", one->other_id, 2, "Cause: 1\r\nCause-txt: Unallocated (unassigned) number\r\n");
		one->next = STAGE_OVER;
		return;
	}
	more = xasprintf("UserEvent: TrunkdeckTest\r\nStage: route\r\nAgent: %s\r\n", one->agent);
	event(one, out, "UserEvent", one->other_id, 2, more);
	free(more);
}

static void step(struct demo_test *one, struct buf *out)
{
	switch (one->next) {
	case STAGE_ARRIVED:
		arrive(one, out);
		break;
	case STAGE_ROUTE:
		find_route(one, out);
		break;
	case STAGE_DIALLED:
		event(one, out, "DialBegin", one->other_id, 2, "");
		break;
	case STAGE_ANSWERED:
		event(one, out, "DialEnd", one->other_id, 2, "DialStatus: ANSWER\r\n");
		break;
	case STAGE_AUDIO:
		event(one, out, "ChannelTalkingStart", one->other_id, 2, "");
		break;
	case STAGE_OVER:
		break;
	}
	if (one->next < STAGE_OVER)
		one->next++;
}

static int64_t due_ms(const struct demo_test *one)
{
	return one->began_ms + one->at_us[one->next] / 1000;
}

void demo_tests_turn(struct demo_tests *t, int64_t now_ms, struct buf *out)
{
	struct demo_test *one, *after;

	DL_FOREACH_SAFE2(t->list, one, after, next_test) {
		while (one->next < STAGE_OVER && due_ms(one) <= now_ms)
			step(one, out);
		if (one->next == STAGE_OVER)
			drop(t, one);
	}
}

int64_t demo_tests_next_at_ms(const struct demo_tests *t)
{
	int64_t at = -1;

	for (const struct demo_test *one = t->list; one; one = one->next_test)
		at = clock_earlier(at, due_ms(one));
	return at;
}
