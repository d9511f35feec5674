/*
 * The AMI side of the program without a screen, for `make bench`:
 *   bench_ami parse FILE REPEAT    parses a recorded stream; prints events and CPU seconds
 *   bench_ami client PORT EVENTS   logs into a server at the loopback, tracks calls until so many events were read; the same
 *   bench_ami pbx                  is the demonstration Asterisk, without calls; prints its port, ends with its input
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

static void parse(char **arguments)
{
	const struct replay_options options = { .repeat = (unsigned)number(arguments[1]), .parse_only = true };
	struct err e = { 0 };
	json_t *result = replay_run(arguments[0], &options, &e);

	if (!result)
		die("%s", e.message);
	print_figures((uint64_t)json_integer_value(json_object_get(result, "events")),
		      json_real_value(json_object_get(result, "cpu_s")));
	json_decref(result);
}

static void on_server(void *taker, void *value)
{
	*(uint64_t *)taker = ((const struct server_status *)value)->events;
}

/* As the main thread would: takes every report. Returns how many events the server's status tells of. */
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
} modes[] = { { "parse", 2, parse }, { "client", 2, client }, { "pbx", 0, pbx } };

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(modes); i++) {
		if (strcmp(argv[1], modes[i].name) == 0 && argc == 2 + modes[i].arguments) {
			modes[i].run(argv + 2);
			return 0;
		}
	}
	die("usage: bench_ami parse FILE REPEAT | client PORT EVENTS | pbx");
}
