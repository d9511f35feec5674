/* Reads secrets from files and commands, and checks whether a file may be trusted. */
#include "config.h"

#include "trunkdeck/config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define LINE_SIZE 1024

extern char **environ;

/* --- trust --- */

static bool is_safe(const char *path, const struct stat *st, struct err *e)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		err_set_message(e, ERR_CONFIG, _("%s belongs to another user"), path);
		return err_hint(e, _("chown it to yourself or to root"));
	}
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0 || (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)))
		return true;
	err_set_message(e, ERR_CONFIG, _("other users can write to %s"), path);
	return err_hint(e, "chmod go-w %s", path);
}

/* Checks the folder and all folders above it. `dir` is absolute, has no symbolic links, and is changed. */
static bool are_folders_safe(char *dir, struct err *e)
{
	struct stat st;

	for (;;) {
		if (stat(dir, &st) != 0)
			return err_set_message(e, ERR_CONFIG, "%s: %s", dir, strerror(errno));
		if (!is_safe(dir, &st, e))
			return false;
		if (strcmp(dir, "/") == 0)
			return true;
		dir = dirname(dir);
	}
}

bool secret_trusts(const char *path, int fd, struct err *e)
{
	struct stat st;
	char *copy, *dir, *target;
	bool ok;

	if (fstat(fd, &st) != 0)
		return err_set_message(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (S_ISCHR(st.st_mode))
		return true;
	if (!is_safe(path, &st, e))
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	/* If the name is a symbolic link, its own folder and that of its target are both checked. */
	copy = xstrdup(path);
	dir = realpath(dirname(copy), NULL);
	target = realpath(path, NULL);
	ok = dir && target ? are_folders_safe(dir, e) && are_folders_safe(dirname(target), e)
			   : err_set_message(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	free(target);
	free(dir);
	free(copy);
	return ok;
}

/* --- files --- */

/* Copies the line into *secret, unless it is empty, and wipes the line. */
static bool take_line(char line[LINE_SIZE], const char *from, char **secret, struct err *e)
{
	line[strcspn(line, "\r\n")] = '\0';
	*secret = line[0] != '\0' ? xstrdup(line) : NULL;
	explicit_bzero(line, LINE_SIZE);
	if (*secret)
		return true;
	err_set_message(e, ERR_CONFIG, _("the first line of %s is empty"), from);
	return err_hint(e, "%s", _("the first line must be the value itself"));
}

bool secret_from_file(const char *path, char **secret, struct err *e)
{
	char line[LINE_SIZE] = "";
	FILE *f = fopen(path, "re");
	bool ok = false;

	if (!f) {
		err_set_message(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
		return err_hint(e, "%s", _("the first line must be the value itself"));
	}
	if (secret_trusts(path, fileno(f), e)) {
		if (!fgets(line, sizeof(line), f))
			line[0] = '\0';
		ok = take_line(line, path, secret, e);
	}
	fclose(f);
	return ok;
}

/* --- commands --- */

char **secret_environment(void)
{
	size_t count = 0, kept = 0;
	char **to;

	while (environ[count])
		count++;
	to = xcalloc(count + 1, sizeof(*to));
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], "TRUNKDECK_", 10) != 0 && strncmp(environ[i], "PGPASSWORD=", 11) != 0)
			to[kept++] = environ[i];
	}
	return to;
}

/* The child has all signals unblocked and with default action, whatever this program's settings are. */
static bool start(const char *command, int out, pid_t *pid)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL }, **env = secret_environment();
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	error = posix_spawn(pid, "/bin/sh", &files, &how, argv, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(env);
	errno = error;
	return error == 0;
}

/* Reads to the end and keeps the beginning. Returns false if the end does not come in time. */
static bool read_until_end(int fd, char line[LINE_SIZE], int64_t deadline_us)
{
	size_t len = 0;
	char more[LINE_SIZE];
	ssize_t n = 1;

	while (n != 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = (deadline_us - clock_mono_us(&clock_system)) / 1000;

		if (left_ms <= 0 || (poll(&p, 1, (int)left_ms) <= 0 && errno != EINTR))
			return false;
		n = read(fd, more, sizeof(more));
		if (n > 0) {
			size_t kept = (size_t)n < LINE_SIZE - 1 - len ? (size_t)n : LINE_SIZE - 1 - len;

			memcpy(line + len, more, kept);
			len += kept;
		}
		explicit_bzero(more, sizeof(more));
	}
	return true;
}

static bool wait_until(pid_t pid, int64_t deadline_us, int *status)
{
	while (waitpid(pid, status, WNOHANG) == 0) {
		if (clock_mono_us(&clock_system) >= deadline_us)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
	return true;
}

bool secret_from_command(const char *command, int64_t timeout_ms, char **secret, struct err *e)
{
	int64_t deadline_us = clock_mono_us(&clock_system) + timeout_ms * 1000;
	char line[LINE_SIZE] = "";
	int ends[2], status = 0;
	pid_t pid;
	bool ended;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set_message(e, ERR_CONFIG, "pipe: %s", strerror(errno));
	if (!start(command, ends[1], &pid)) {
		close(ends[0]);
		close(ends[1]);
		return err_set_message(e, ERR_CONFIG, "/bin/sh: %s", strerror(errno));
	}
	close(ends[1]);
	ended = read_until_end(ends[0], line, deadline_us) && wait_until(pid, deadline_us, &status);
	close(ends[0]);
	if (!ended) {
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		explicit_bzero(line, sizeof(line));
		err_set_message(e, ERR_CONFIG, _("\"%s\" did not end within %lld ms"), command, (long long)timeout_ms);
		return err_hint(e, "%s",
				_("it must print the value as its first line and end; it can't ask for input"));
	}
	if (status != 0) {
		explicit_bzero(line, sizeof(line));
		err_set_message(e, ERR_CONFIG, _("\"%s\" failed with status %d"), command,
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		return err_hint(e, "%s", _("the first line must be the value itself"));
	}
	return take_line(line, command, secret, e);
}
