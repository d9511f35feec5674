#include "config.h"

#include "directory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trunkdeck/base/mem.h"

#define ARGS_MAX 16

static void run(const char *const *args, const int in[2], const int out[2])
{
	const char *top = getenv("srcdir");
	const char *argv[ARGS_MAX] = { "python3", NULL };
	char path[4096];
	size_t n = 1;

	snprintf(path, sizeof(path), "%s/tests/unit/kit/agent_directory.py", top ? top : ".");
	argv[n++] = path;
	while (*args && n < ARGS_MAX - 1)
		argv[n++] = *args++;
	argv[n] = NULL;
	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	close(in[1]);
	close(out[0]);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static void read_line(struct directory *d, char *to, int size)
{
	if (!fgets(to, size, d->out))
		die("the test directory is gone");
}

void directory_start(struct directory *d, const char *const *args)
{
	int in[2], out[2];
	char line[64];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("no pipe");
	d->pid = fork();
	if (d->pid == 0)
		run(args, in, out);
	close(in[0]);
	close(out[1]);
	d->in = in[1];
	d->out = fdopen(out[0], "re");
	if (d->pid < 0 || !d->out)
		die("can't start the test directory");
	read_line(d, line, sizeof(line));
	snprintf(d->url, sizeof(d->url), "http://127.0.0.1:%ld/v3", strtol(line, NULL, 10));
}

void directory_await(struct directory *d)
{
	char line[512];

	read_line(d, line, sizeof(line));
}

int directory_stop(struct directory *d)
{
	char line[512];
	int n = 0;

	close(d->in);
	while (fgets(line, sizeof(line), d->out))
		n++;
	fclose(d->out);
	waitpid(d->pid, NULL, 0);
	return n;
}
