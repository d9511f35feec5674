/*
 * Recorded streams are played by their own time stamps: nothing comes early, the calls are those of a replay, steps go
 * from change to change, and forged stamps neither speed up nor stop the stream.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/replay/player.h"
#include "trunkdeck/replay/replay.h"

struct fixture {
	struct player *player;
	struct mailbox *box;
	size_t reports, finished;
};

static void on_call(void *taker, void *value)
{
	const struct ami_call_report *r = value;
	struct fixture *f = taker;

	assert_string_equal(r->call.server, "replay");
	f->reports++;
	f->finished += r->change == CALL_CHANGE_FINISHED;
}

static const struct ami_handlers handlers = { .call = on_call };

static void open_path(struct fixture *f, const char *path)
{
	const struct player_options options = { .path = path, .server = "replay" };
	struct err e = { 0 };

	*f = (struct fixture){ .box = mailbox_new(65536) };
	if (!player_open(&f->player, &options, &e))
		fail_msg("%s", e.message);
	player_connect(f->player, f->box, &handlers, NULL, NULL);
}

static void open_fixture(struct fixture *f, const char *name)
{
	char *relative = xasprintf("tests/data/ami/%s.ami", name), *path = source_path(relative);

	open_path(f, path);
	free(path);
	free(relative);
}

static void close_fixture(struct fixture *f)
{
	player_free(&f->player);
	mailbox_free(&f->box);
}

static void take_mail(struct fixture *f)
{
	struct mail m;

	while (mailbox_take(f->box, &m))
		mail_deliver(&m, f);
}

static char *write_file(const char *bytes, size_t len)
{
	char *name = xstrdup("/tmp/trunkdeck-player-XXXXXX");
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	return name;
}

static void remove_file(char *name)
{
	unlink(name);
	free(name);
}

static void nothing_is_played_early(void **state)
{
	struct fixture f;
	struct server_status s = { 0 };
	uint64_t events = 0;

	(void)state;
	open_fixture(&f, "lab_answered_websocket");
	for (int64_t at = player_start_us(f.player) - 1; at < player_end_us(f.player); at += 10000) {
		assert_int_equal(player_play(f.player, at, false), PLAYER_WAITS);
		assert_true(player_now_us(f.player) <= at || events == 0);
		assert_true(player_next_us(f.player) > at);
		player_fill_status(f.player, &s);
		assert_true(s.events >= events);
		events = s.events;
		take_mail(&f);
	}
	assert_true(f.reports > 0);
	assert_int_equal(player_play(f.player, player_end_us(f.player), false), PLAYER_ENDED);
	take_mail(&f);
	assert_int_equal(f.finished, 1);
	assert_false(player_cut_off(f.player));
	assert_int_equal(player_play(f.player, INT64_MAX, false), PLAYER_ENDED);
	close_fixture(&f);
}

/* A live connection delivers the held event when nothing has followed for AMI_IDLE_MS. */
static void silence_delivers_the_held_event(void **state)
{
	struct fixture f;
	struct server_status before = { 0 }, after = { 0 };
	int64_t at;

	(void)state;
	open_fixture(&f, "lab_answered_websocket");
	at = player_start_us(f.player);
	assert_int_equal(player_play(f.player, at, false), PLAYER_WAITS);
	do {
		at = player_next_us(f.player);
		player_fill_status(f.player, &before);
		assert_int_equal(player_play(f.player, at, false), PLAYER_WAITS);
		player_fill_status(f.player, &after);
	} while (after.events == before.events || player_next_us(f.player) < at + 100000);
	assert_true(at > player_now_us(f.player));
	close_fixture(&f);
}

static void the_calls_are_those_of_a_replay(void **state)
{
	const char *build = getenv("abs_builddir");
	char *path = xasprintf("%s/tests/data/ami/load_1020_lean.ami", build ? build : ".");
	const struct replay_options options = { .repeat = 1 };
	struct err e = { 0 };
	json_t *counted = replay_run(path, &options, &e);
	enum player_result result;
	struct fixture f;

	(void)state;
	assert_non_null(counted);
	open_path(&f, path);
	do {
		result = player_play(f.player, INT64_MAX, false);
		take_mail(&f);
	} while (result == PLAYER_MORE);
	assert_int_equal(result, PLAYER_ENDED);
	assert_int_equal(f.finished, json_integer_value(json_object_get(counted, "calls")));
	close_fixture(&f);
	json_decref(counted);
	free(path);
}

static void steps_from_change_to_change(void **state)
{
	enum player_result result;
	struct fixture f;
	int steps = 0;

	(void)state;
	open_fixture(&f, "lab_answered_websocket");
	while ((result = player_play(f.player, INT64_MAX, true)) == PLAYER_CHANGED) {
		steps++;
		assert_true(mailbox_waiting(f.box) > 0);
		take_mail(&f);
	}
	assert_int_equal(result, PLAYER_ENDED);
	assert_int_equal(mailbox_waiting(f.box), 0);
	assert_int_equal(f.finished, 1);
	assert_true(steps > 3);
	close_fixture(&f);
}

#define STAMPED(event, stamp) "Event: " event "\r\nPrivilege: call,all\r\nTimestamp: " stamp "\r\n"

/* A caller wrote a whole frame into a field. Its stamp, far ahead or long ago, is not the stream's. */
static void play_forged(const char *forged)
{
	struct buf b;
	struct fixture f;
	char *name;

	buf_init(&b, 65536);
	buf_adds(&b, "Asterisk Call Manager/11.0.0\r\n" STAMPED("Registry", "1700000000.000000") "\r\n");
	buf_addf(&b, STAMPED("Newchannel", "1700000001.000000") "Channel: PJSIP/x-1\r\nChannelState: 4\r\nChannelStateDesc: x\r\n"
		 "CallerIDNum: %s\r\nCallerIDName: x\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n", forged);
	buf_adds(&b, STAMPED("Registry", "1700000002.000000") "\r\n" STAMPED("Registry", "1700000005.000000") "\r\n");
	name = write_file(b.p, b.len);
	open_path(&f, name);
	assert_int_equal(player_play(f.player, INT64_C(1700000001999999), false), PLAYER_WAITS);
	assert_int_equal(player_next_us(f.player), INT64_C(1700000002000000));
	assert_int_equal(player_play(f.player, INT64_C(1700000004000000), false), PLAYER_WAITS);
	assert_int_equal(player_next_us(f.player), INT64_C(1700000005000000));
	assert_int_equal(player_play(f.player, INT64_C(1700000005000000), false), PLAYER_ENDED);
	close_fixture(&f);
	remove_file(name);
	buf_clear(&b);
}

static void forged_stamps_set_no_pace(void **state)
{
	(void)state;
	play_forged("1\r\n\r\n" STAMPED("x", "9999999999.000000"));
	play_forged("1\r\n\r\n" STAMPED("x", "1.000000"));
	play_forged("1\r\n\r\n" STAMPED("x", "99999999999999999999999999.0"));
}

static void reports_a_cut_file(void **state)
{
	char *path = source_path("tests/data/ami/B_dial_audiosocket.ami"), *name;
	struct fixture f;
	size_t len;
	char *bytes = read_whole(path, &len);

	(void)state;
	name = write_file(bytes, len - 20);
	open_path(&f, name);
	assert_int_equal(player_play(f.player, INT64_MAX, false), PLAYER_ENDED);
	assert_true(player_cut_off(f.player));
	close_fixture(&f);
	remove_file(name);
	free(bytes);
	free(path);
}

static void refuse_bytes(const char *bytes, size_t len, const char *why)
{
	char *name = write_file(bytes, len);
	const struct player_options options = { .path = name, .server = "replay" };
	struct player *player;
	struct err e = { 0 };

	assert_false(player_open(&player, &options, &e));
	assert_null(player);
	assert_int_equal(e.code, ERR_FILE);
	assert_non_null(strstr(e.message, why));
	assert_string_not_equal(e.hint, "");
	remove_file(name);
}

static void refuses_unplayable_files(void **state)
{
	static const char garbage[] = "\x7f" "ELF\0\1\2\r\n\r\n\xff\xfe\r\nTimestamp: x\r\n";
	const struct player_options folder = { .path = "/tmp", .server = "replay" };
	struct player *player;
	struct err e = { 0 };

	(void)state;
	refuse_bytes("", 0, "is not a recorded AMI stream");
	refuse_bytes(garbage, sizeof(garbage), "is not a recorded AMI stream");
	refuse_bytes("\xfd" "7zXZ\0", 6, "is compressed");
	refuse_bytes("Event: Registry\r\nPrivilege: call,all\r\n\r\n", 40, "no time stamps");
	assert_false(player_open(&player, &folder, &e));
	assert_int_equal(e.code, ERR_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_played_early), cmocka_unit_test(silence_delivers_the_held_event),
		cmocka_unit_test(the_calls_are_those_of_a_replay), cmocka_unit_test(steps_from_change_to_change),
		cmocka_unit_test(forged_stamps_set_no_pace), cmocka_unit_test(reports_a_cut_file),
		cmocka_unit_test(refuses_unplayable_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
