/* agent_directory.py as a child process, for tests in C. */
#ifndef TESTS_AGENTS_DIRECTORY_H
#define TESTS_AGENTS_DIRECTORY_H

#include <stdio.h>
#include <sys/types.h>

#define DIRECTORY_SECRET "s3cr3t-of-the-tests"

struct directory {
	pid_t pid;
	int in;			/* the program ends when this is closed */
	FILE *out;		/* its port, then a line for each request */
	char url[64];
};

/* args: arguments of agent_directory.py, NULL at the end. */
void directory_start(struct directory *d, const char *const *args);
/* Blocks until the next request arrives. */
void directory_await(struct directory *d);
/* Ends the program; returns the count of requests that nobody awaited. */
int directory_stop(struct directory *d);

#endif
