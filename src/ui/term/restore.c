/*
 * SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT first restore the terminal, then take their default action, so that a
 * core dump and the shell's message still come. The handler has its own stack, because a stack overflow is a crash,
 * too.
 */
#include "config.h"

#include "restore.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/base/io.h"
#include "trunkdeck/base/mem.h"

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static struct {
	volatile sig_atomic_t armed;
	int in_fd, out_fd;
	struct termios modes;
	char bytes[512];
	size_t len;
} saved;

static char signal_stack[64 * 1024];

void restore_now(void)
{
	ssize_t written;

	if (!saved.armed)
		return;
	saved.armed = 0;
	written = io_write_now(saved.out_fd, saved.bytes, saved.len);
	(void)written;
	tcsetattr(saved.in_fd, TCSANOW, &saved.modes);
}

static void on_fatal_signal(int sig)
{
	restore_now();
	signal(sig, SIG_DFL);
	raise(sig);
}

void restore_arm(int in_fd, int out_fd, const struct termios *modes, const char *bytes, size_t len)
{
	const stack_t stack = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };
	struct sigaction action = { .sa_handler = on_fatal_signal, .sa_flags = SA_ONSTACK };

	saved.in_fd = in_fd;
	saved.out_fd = out_fd;
	saved.modes = *modes;
	saved.len = len < sizeof(saved.bytes) ? len : sizeof(saved.bytes);
	memcpy(saved.bytes, bytes, saved.len);
	saved.armed = 1;
	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &action, NULL);
	die_set_hook(restore_now);
}

void restore_disarm(void)
{
	saved.armed = 0;
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		signal(fatal_signals[i], SIG_DFL);
}
