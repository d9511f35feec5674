/*
 * Times the store: adding N numbers in one batch, reading them back, and what both cost.
 * usage: bench_store URL [N]   (the store must be empty; it is left full)
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/store/store.h"

enum { AGENTS = 20, PROVIDERS = 10 };

static void fail(const struct err *e)
{
	die("%s: %s", e->message, e->hint);
}

static void set(char **text, char *value)
{
	free(*text);
	*text = value;
}

static void add_one(struct store *s, struct mutation *m)
{
	struct err e;

	if (!store_mutate(s, m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e))
		fail(&e);
	record_clear(&m->record);
}

static void add_parties(struct store *s)
{
	struct mutation m = { .kind = MUTATION_ADD };

	for (int i = 0; i < AGENTS; i++) {
		record_init(&m.record, ENTITY_AGENT);
		set(&m.record.agent.id, xasprintf("agent-%d", i));
		set(&m.record.agent.title, xasprintf("Agent %d", i));
		set(&m.record.agent.dial, xasprintf("WebSocket/agent%d/c(ulaw)", i));
		add_one(s, &m);
	}
	for (int i = 0; i < PROVIDERS; i++) {
		record_init(&m.record, ENTITY_PROVIDER);
		set(&m.record.provider.id, xasprintf("provider-%d", i));
		set(&m.record.provider.name, xasprintf("Provider %d", i));
		set(&m.record.provider.sip_domain, xasprintf("sip%d.example.com", i));
		add_one(s, &m);
	}
}

static struct mutation *numbers(size_t n)
{
	struct mutation *m = xcalloc(n, sizeof(*m));

	for (size_t i = 0; i < n; i++) {
		struct number *number = &m[i].record.number;

		m[i].kind = MUTATION_ADD;
		record_init(&m[i].record, ENTITY_NUMBER);
		set(&number->e164, xasprintf("+1415%07zu", i));
		set(&number->provider, xasprintf("provider-%zu", i % PROVIDERS));
		set(&number->agent, xasprintf("agent-%zu", i % AGENTS));
		set(&number->label, xasprintf("Line %zu", i));
	}
	return m;
}

/* CPU time of this process. On PostgreSQL the server's time is not included. */
static double cpu_ms(void)
{
	return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

static void say(const char *what, size_t n, int64_t since_us)
{
	static double cpu_before;
	double ms = (double)(clock_mono_us(&clock_system) - since_us) / 1000, cpu = cpu_ms();

	printf("%-28s %8zu rows %8.1f ms  %6.2f us/row  cpu %8.1f ms\n", what, n, ms, n ? ms * 1000 / (double)n : 0,
	       cpu - cpu_before);
	cpu_before = cpu;
}

struct reading {
	size_t numbers;
	int64_t start_us, badges_us;
};

static void on_badges(void *arg, int64_t change_id)
{
	struct reading *r = arg;

	(void)change_id;
	r->badges_us = clock_mono_us(&clock_system) - r->start_us;
}

static void on_record(void *arg, const struct record *record, int64_t count)
{
	struct reading *r = arg;

	(void)count;
	r->numbers += record->entity == ENTITY_NUMBER;
}

static void read_back(struct store *s, const char *what)
{
	struct reading r = { .start_us = clock_mono_us(&clock_system) };
	struct store_reader reader = { .arg = &r, .entities = ENTITY_BIT(ENTITY_PROVIDER) | ENTITY_BIT(ENTITY_NUMBER), .record = on_record,
				       .badges_done = on_badges };
	int64_t change_id;
	struct err e;

	if (!store_read(s, &reader, &change_id, &e))
		fail(&e);
	say(what, r.numbers, r.start_us);
	printf("%-28s %26.1f ms\n", "  badges after", (double)r.badges_us / 1000);
}

static void import(struct store *s, size_t n)
{
	struct mutation *m = numbers(n);
	int64_t start = clock_mono_us(&clock_system);
	struct err e;

	if (!store_mutate(s, m, n, MUTATE_ALL_OR_NOTHING, NULL, &e))
		fail(&e);
	say("import", n, start);
	start = clock_mono_us(&clock_system);
	for (size_t i = 0; i < n; i++)
		m[i].kind = MUTATION_EDIT;
	if (!store_mutate(s, m, n / 10, MUTATE_ALL_OR_NOTHING, NULL, &e))
		fail(&e);
	say("edit", n / 10, start);
	for (size_t i = 0; i < n; i++)
		record_clear(&m[i].record);
	free(m);
}

static void single_edits(struct store *s, size_t n)
{
	struct mutation m = { .kind = MUTATION_EDIT };
	int64_t start = clock_mono_us(&clock_system);
	struct err e;
	bool found;

	if (!store_get(s, ENTITY_NUMBER, "+14150000001", &m.record, &found, &e) || !found)
		fail(&e);
	for (size_t i = 0; i < n; i++)
		if (!store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e))
			fail(&e);
	say("edit, one by one, durable", n, start);
	record_clear(&m.record);
}

int main(int argc, char **argv)
{
	struct store_options options = { .actor = "bench", .create = true };
	struct store *s;
	int64_t n = 100000;
	struct err e;

	if (argc < 2 || argc > 3 || (argc == 3 && !str_to_i64(str_of(argv[2]), &n)))
		die("usage: bench_store URL [N]");
	if (!store_open(&s, argv[1], &options, &e))
		fail(&e);
	add_parties(s);
	import(s, (size_t)n);
	read_back(s, "read, first");
	read_back(s, "read, again");
	single_edits(s, 100);
	store_close(&s);
	return 0;
}
