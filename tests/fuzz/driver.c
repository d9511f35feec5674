/*
 * Runs a fuzz target without libFuzzer: every seed unchanged, then mutations of it by a generator with a fixed seed, so
 * that a failure repeats. FUZZ_RUNS is the number of mutations per seed. FUZZ_SAVE names a file into which each input
 * is written before it is run, so that it exists after a crash.
 */
#include "config.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_SIZE (128 * 1024)

struct input {
	uint8_t bytes[INPUT_SIZE];
	size_t len;
};

static uint32_t random_state = 20260806;

static uint32_t next_random(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % below;
}

static void run(const struct input *in)
{
	const char *save = getenv("FUZZ_SAVE");
	/* The copy has exactly this size, so that a sanitizer finds reads beyond its end. */
	uint8_t *copy = malloc(in->len ? in->len : 1);
	FILE *file = save ? fopen(save, "wb") : NULL;

	if (!copy)
		abort();
	memcpy(copy, in->bytes, in->len);
	if (file) {
		fwrite(copy, 1, in->len, file);
		fclose(file);
	}
	LLVMFuzzerTestOneInput(copy, in->len);
	free(copy);
}

static void insert(struct input *in, size_t at, const void *bytes, size_t len)
{
	uint8_t piece[256];

	if (len > sizeof(piece) || in->len + len > INPUT_SIZE)
		return;
	memcpy(piece, bytes, len);
	memmove(in->bytes + at + len, in->bytes + at, in->len - at);
	memcpy(in->bytes + at, piece, len);
	in->len += len;
}

static void mutate_once(struct input *in)
{
	static const char *const tokens[] = {
		"\r\n", "\r\n\r\n", "\n", "\r", ":", ": ", "\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\n", "ActionID: 1\r\n",
		"Uniqueid: 1.1\r\nLinkedid: 1.1\r\n", "Response: Success\r\n\r\n", "\r\nTimestamp: 1.000000\r\n", "Event: ",
	};
	const char *token = tokens[next_random(sizeof(tokens) / sizeof(*tokens))];
	size_t at = next_random((uint32_t)in->len + 1), n = next_random(200);

	if (n > in->len - at)
		n = in->len - at;
	switch (next_random(5)) {
	case 0:
		if (at < in->len)
			in->bytes[at] = (uint8_t)next_random(256);
		break;
	case 1:
		memmove(in->bytes + at, in->bytes + at + n, in->len - at - n);
		in->len -= n;
		break;
	case 2:
		insert(in, next_random((uint32_t)in->len + 1), in->bytes + at, n);
		break;
	case 3:
		insert(in, at, token, strlen(token));
		break;
	default:
		if (next_random(8) == 0)
			in->len = at;
	}
}

static void run_seed(const char *path, unsigned long runs)
{
	static struct input seed, in;
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(1);
	}
	seed.len = fread(seed.bytes, 1, INPUT_SIZE, file);
	fclose(file);
	run(&seed);
	for (unsigned long i = 0; i < runs; i++) {
		memcpy(in.bytes, seed.bytes, seed.len);
		in.len = seed.len;
		for (uint32_t n = 1 + next_random(8); n; n--)
			mutate_once(&in);
		run(&in);
	}
}

static int is_seed(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int main(void)
{
	const char *top = getenv("abs_srcdir"), *wanted = getenv("FUZZ_RUNS");
	const unsigned long runs = wanted ? strtoul(wanted, NULL, 10) : 1000;
	struct dirent **seeds;
	char folder[4096], path[8192];
	int n;

	if (!top)
		top = getenv("srcdir");
	snprintf(folder, sizeof(folder), "%s/%s", top ? top : ".", fuzz_corpus);
	n = scandir(folder, &seeds, is_seed, alphasort);
	if (n <= 0) {
		fprintf(stderr, "%s: no seeds\n", folder);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, seeds[i]->d_name);
		run_seed(path, runs);
		free(seeds[i]);
	}
	free(seeds);
	printf("%d seeds, %lu mutations of each\n", n, runs);
	return 0;
}
