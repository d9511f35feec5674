/*
 * The AMI side of the program without a screen, for `make bench`. Each mode but the last prints events and CPU seconds.
 *   bench_ami count FILE REPEAT    counts events and their keys as a naive C program does: the floor that replay is compared with
 *   bench_ami parse FILE REPEAT    parses a recorded stream
 *   bench_ami replay FILE REPEAT   parses it, tracks its calls and computes their metrics
 *   bench_ami client PORT EVENTS   logs into a server at the loopback and tracks calls until it has read EVENTS events
 *   bench_ami pbx                  runs the demonstration Asterisk without calls; prints its port, ends with its input
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/demo/pbx.h"
#include "trunkdeck/replay/replay.h"
#include "trunkdeck/work/ami_thread.h"

#define MAILBOX_MAX 65536

static int64_t number(const char *text)
{
	int64_t n;

	if (!str_to_i64(str_of(text), &n) || n < 1)
		die("%s is no count", text);
	return n;
}

static void print_figures(uint64_t events, double cpu_s)
{
	printf("{\"events\": %" PRIu64 ", \"cpu_s\": %.6f}\n", events, cpu_s);
}

/* Cuts every line at its colon and counts its key in a hash table. There are no frames and no calls, and nothing is checked. */
static uint64_t count_events(FILE *file)
{
	static struct { char name[48]; size_t len; uint64_t lines; } keys[1024], *k;
	static char piece[128 * 1024];
	size_t len = 0, n;
	uint64_t events = 0;

	memset(keys, 0, sizeof(keys));
	while ((n = fread(piece + len, 1, sizeof(piece) - len, file)) > 0) {
		const char *line = piece, *lf, *colon, *end = piece + len + n;

		for (; (lf = memchr(line, '\n', (size_t)(end - line))); line = lf + 1) {
			size_t key = (colon = memchr(line, ':', (size_t)(lf - line))) ? (size_t)(colon - line) : 0;
			unsigned hash = 5381;

			if (key == 0 || key > sizeof(k->name))
				continue;
			for (size_t i = 0; i < key; i++)
				hash = hash * 33 + (unsigned char)line[i];
			for (k = &keys[hash % 1024]; k->lines && (k->len != key || memcmp(k->name, line, key) != 0);)
				k = k + 1 < keys + 1024 ? k + 1 : keys;
			memcpy(k->name, line, key);
			k->len = key;
			k->lines++;
			events += key == 5 && memcmp(line, "Event", 5) == 0;
		}
		len = (size_t)(end - line);
		memmove(piece, line, len);
	}
	return events;
}

static void count(char **arguments)
{
	const clock_t begin = clock();
	FILE *file = fopen(arguments[0], "r");
	uint64_t events = 0;

	if (!file)
		die("%s cannot be opened", arguments[0]);
	for (int64_t left = number(arguments[1]); left > 0; left--) {
		rewind(file);
		events += count_events(file);
	}
	fclose(file);
	print_figures(events, (double)(clock() - begin) / CLOCKS_PER_SEC);
}

static void run_stream(char **arguments, bool parse_only)
{
	const struct replay_options options = { .repeat = (unsigned)number(arguments[1]), .parse_only = parse_only };
	struct err e = { 0 };
	json_t *result = replay_run(arguments[0], &options, &e);

	if (!result)
		die("%s", e.message);
	print_figures((uint64_t)json_integer_value(json_object_get(result, "events")),
		      json_real_value(json_object_get(result, "cpu_s")));
	json_decref(result);
}

static void parse(char **arguments)
{
	run_stream(arguments, true);
}

static void replay(char **arguments)
{
	run_stream(arguments, false);
}

static void on_server(void *taker, void *value)
{
	*(uint64_t *)taker = ((const struct server_status *)value)->events;
}

/* Takes one report, as the main thread does. Returns the event count of the server's last status. */
static uint64_t take_mail(struct mailbox *box, uint64_t events)
{
	struct mail m;

	if (mailbox_wait(box, 1000, &m))
		mail_deliver(&m, &events);
	return events;
}

static void client(char **arguments)
{
	char name[] = "bench", host[] = "127.0.0.1", empty[] = "", techs[] = "PJSIP";
	const struct server_config server = {
		.name = name, .host = host, .port = (int)number(arguments[0]), .ca_file = empty, .user = name, .secret = name,
		.routes = ROUTES_NONE, .trunk_contexts = empty, .trunk_techs = techs,
	};
	const uint64_t expected = (uint64_t)number(arguments[1]);
	struct mailbox *box = mailbox_new(MAILBOX_MAX);
	const struct ami_options options = { .servers = &server, .count = 1, .to_main = box, .handlers = &(struct ami_handlers){ .server = on_server }, .owner = "" };
	const clock_t begin = clock();
	uint64_t events = 0;
	struct ami *ami;
	struct err e = { 0 };

	if (!ami_start(&ami, &options, &e))
		die("%s", e.message);
	while (events < expected)
		events = take_mail(box, events);
	print_figures(events, (double)(clock() - begin) / CLOCKS_PER_SEC);
	ami_stop(&ami);
	mailbox_free(&box);
}

static void pbx(char **arguments)
{
	const struct demo_pbx_options options = { .seed = 1, .user = "bench", .secret = "bench" };
	struct err e = { 0 };
	struct demo_pbx *p;
	char byte;
	int port;

	(void)arguments;
	p = demo_pbx_start(&options, &port, &e);
	if (!p)
		die("%s", e.message);
	printf("%d\n", port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	demo_pbx_stop(&p);
}

static const struct {
	const char *name;
	int arguments;
	void (*run)(char **arguments);
} modes[] = { { "count", 2, count }, { "parse", 2, parse }, { "replay", 2, replay }, { "client", 2, client }, { "pbx", 0, pbx } };

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(modes); i++) {
		if (strcmp(argv[1], modes[i].name) == 0 && argc == 2 + modes[i].arguments) {
			modes[i].run(argv + 2);
			return 0;
		}
	}
	die("usage: bench_ami count|parse|replay FILE REPEAT | client PORT EVENTS | pbx");
}
