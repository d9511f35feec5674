/*
 * The reconciler with a server that answers anything and holds any keys. The input is lines; the first byte of each says
 * what happens: an answer, a key that the scan finds, the end of the connection, another version of the dialplan. The
 * reconciler writes only what it was told, deletes no number that is wanted, and waits instead of acting for ever.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/route.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/routes";

#define NUMBER "+15551234567"
#define FLIGHT 8

static const struct route_need needs[] = {
	{ ROUTE_FAMILY_AGENT, "support", true }, { ROUTE_FAMILY_TELL, NUMBER ".0123456789abcdef.1", false },
};
static const struct route_need object = { ROUTE_FAMILY_OBJECT, "td-support", false };
static const struct route_key keys[] = {
	{ .family = ROUTE_FAMILY_OBJECT, .name = "td-support", .value = "{}", .uri = "ws://x" },
	{ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,url,0,0,x", .spare = "3,off,0,0,", .former = "dial",
	  .needs = &object, .need_count = 1 },
	{ .family = ROUTE_FAMILY_TELL, .name = NUMBER ".0123456789abcdef.1", .value = "td_region=na" },
	{ .family = ROUTE_FAMILY_NUMBER, .name = NUMBER, .value = "3,on,0123456789abcdef,12,p,e,support,,,,,0,0",
	  .former = "support", .needs = needs, .need_count = 2 },
};

struct server {
	struct routes *r;
	struct route_action flight[FLIGHT];
	size_t flying;
	int64_t now;
};

static void check_action(const struct route_action *a)
{
	const char *value = a->value;

	FUZZ_ASSERT(a->op != ROUTE_OP_DEL || strcmp(a->family, "trunkdeck") != 0 || strcmp(a->key, NUMBER) != 0);
	if (a->op != ROUTE_OP_PUT)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(a->family, route_family_name(keys[i].family)) == 0 && strcmp(a->key, keys[i].name) == 0 &&
		    (strcmp(value, keys[i].value) == 0 || (keys[i].former && strcmp(value, keys[i].former) == 0) ||
		     (keys[i].spare && strcmp(value, keys[i].spare) == 0)))
			return;
	FUZZ_ASSERT(strcmp(a->family, "trunkdeckmeta") == 0 && strcmp(value, "store") == 0);
}

static void fill(struct server *s)
{
	while (s->flying < FLIGHT && routes_next(s->r, s->now, &s->flight[s->flying]))
		check_action(&s->flight[s->flying++]);
}

static void answer(struct server *s, enum route_answer how, const char *value)
{
	if (s->flying == 0)
		return;
	routes_answer(s->r, s->flight[--s->flying].id, how, value, s->now);
}

static void scan(struct server *s, const char *line)
{
	const char *name = line + 1, *value = strchr(name, ' ');
	char *copy;

	if (!*line)
		return;
	copy = xstrndup(name, value ? (size_t)(value - name) : strlen(name));
	routes_scan_begin(s->r);
	routes_scan_found(s->r, (enum route_family)((unsigned char)*line % ROUTE_FAMILY_COUNT), copy, value ? value + 1 : "", s->now);
	routes_scan_end(s->r, true);
	free(copy);
}

static void step(struct server *s, const char *line)
{
	fill(s);
	switch (line[0]) {
	case 'n':
		answer(s, ROUTE_ANSWER_NOT_FOUND, NULL);
		break;
	case 'r':
		answer(s, ROUTE_ANSWER_REFUSED, line + 1);
		break;
	case 's':
		scan(s, line + 1);
		break;
	case 't':
		s->now += 2000;
		break;
	case 'v':
		routes_set_version(s->r, line[1] - '0', s->now);
		break;
	case 'a':
		routes_verify_all(s->r, s->now);
		break;
	case 'd':
		routes_disconnected(s->r, s->now);
		s->flying = 0;
		routes_connected(s->r, s->now);
		break;
	case '=':
		answer(s, ROUTE_ANSWER_OK, "store");
		break;
	default:
		answer(s, ROUTE_ANSWER_OK, line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct routes_config config = { .owner = "store", .window = FLIGHT, .verify_wait_ms = 1500 };
	struct server s = { .r = routes_new(&config), .now = 1000 };
	char *text = xmalloc(len + 1), *line = text, *next, agent[72];

	memcpy(text, bytes, len);
	text[len] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		routes_tell(s.r, &keys[i], s.now);
	routes_complete(s.r, s.now);
	routes_set_version(s.r, 3, s.now);
	routes_connected(s.r, s.now);
	while ((next = strchr(line, '\n'))) {
		*next = '\0';
		route_value_agent(line, agent, sizeof(agent));
		step(&s, line);
		line = next + 1;
	}
	routes_free(&s.r);
	free(text);
	return 0;
}
