/*
 * A fuzz target: the function libFuzzer calls. Built with --enable-fuzz it is a libFuzzer program; otherwise driver.c
 * is its main() and runs the seed corpus and a fixed number of mutations of it, as a test.
 */
#ifndef TRUNKDECK_TESTS_FUZZ_H
#define TRUNKDECK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Folder of the seeds, below the top of the source tree. */
extern const char fuzz_corpus[];

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Ends the program with a message when the condition is false. */
#define FUZZ_ASSERT(condition) \
	((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

#endif
