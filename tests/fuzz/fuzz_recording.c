/*
 * Any bytes as a recorded stream, in batch (replay) and on the screen (player). Besides not crashing: every call of a
 * replay has one outcome or is live, and the player ends, its clock never goes back, and no call ends twice.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/replay/player.h"
#include "trunkdeck/replay/replay.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/recording";

#define STEP_US 1000000
#define STEPS 50

static json_int_t count_of(json_t *result, const char *key)
{
	return json_integer_value(json_object_get(result, key));
}

/* A caller may choose a number that is not UTF-8; such a call is in no number's figures. */
static void check_replay(const char *path)
{
	const struct replay_options options = { .repeat = 2 };
	struct err e = { 0 };
	json_t *result = replay_run(path, &options, &e), *figures;
	json_int_t offered = 0, ended = 0;
	const char *number;

	if (!result) {
		FUZZ_ASSERT(e.code == ERR_FILE && e.message[0]);
		return;
	}
	json_object_foreach(json_object_get(result, "numbers"), number, figures) {
		offered += count_of(figures, "offered");
		for (int o = 0; o < OUTCOME_COUNT; o++)
			ended += count_of(figures, outcome_name((enum call_outcome)o));
	}
	FUZZ_ASSERT(offered <= count_of(result, "calls") && ended <= offered);
	FUZZ_ASSERT(count_of(result, "live") <= count_of(result, "calls"));
	json_decref(result);
}

static void on_call(void *taker, void *value)
{
	const struct ami_call_report *r = value;
	uint64_t *finished = taker;

	FUZZ_ASSERT((r->call.state == CALL_ENDED) == (r->change == CALL_CHANGE_FINISHED));
	*finished += r->change == CALL_CHANGE_FINISHED;
}

static void check_player(const char *path)
{
	static const struct ami_handlers handlers = { .call = on_call };
	const struct player_options options = { .path = path, .server = "fuzz" };
	struct mailbox *box = mailbox_new(65536);
	enum player_result result = PLAYER_MORE;
	struct server_status status = { 0 };
	uint64_t finished = 0;
	struct player *p;
	struct mail m;
	struct err e = { 0 };

	if (player_open(&p, &options, &e)) {
		int64_t at = player_start_us(p), before = at;

		player_connect(p, box, &handlers, NULL, NULL);
		FUZZ_ASSERT(player_end_us(p) >= at);
		for (int step = 0; result != PLAYER_ENDED; step++) {
			at = step < STEPS ? at + STEP_US : INT64_MAX;
			do
				result = player_play(p, at, step % 2);
			while (result == PLAYER_MORE || result == PLAYER_CHANGED);
			FUZZ_ASSERT(result == PLAYER_ENDED || (at < INT64_MAX && player_next_us(p) > at));
			FUZZ_ASSERT(player_next_us(p) >= before || result == PLAYER_ENDED);
			before = player_next_us(p);
			while (mailbox_take(box, &m))
				mail_deliver(&m, &finished);
		}
		player_fill_status(p, &status);
		FUZZ_ASSERT(finished + status.live <= status.events);
		player_free(&p);
	} else {
		FUZZ_ASSERT(e.code == ERR_FILE && e.message[0]);
	}
	mailbox_free(&box);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);
	char *path = xasprintf("/proc/self/fd/%d", fd);

	FUZZ_ASSERT(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	check_replay(path);
	check_player(path);
	close(fd);
	free(path);
	return 0;
}
