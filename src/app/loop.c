/*
 * poll() on the terminal, the inbox and a signalfd, with the earliest timer as the time-out. Mail is taken in slices,
 * so that a flood of events can't delay a key. If mail is left over, the next turn starts at once.
 */
#include "config.h"

#include "trunkdeck/app/loop.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/io.h"
#include "trunkdeck/base/mem.h"

#define MAIL_PER_TURN 4096
#define MAIL_AFTER_KEYS 256		/* less mail, so that the key's frame is drawn first */

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGWINCH);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTSTP);
	sigaddset(set, SIGCONT);
}

void loop_block_signals(void)
{
	sigset_t set;

	signal_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Milliseconds to wait: 0 when mail is left over, -1 when there is no timer. */
static int wait_ms(const struct app *app, const struct loop_client *client, bool more)
{
	int64_t at = clock_earlier(app_next_at_ms(app), client->next_at_ms ? client->next_at_ms(client->arg) : -1);
	int64_t left;

	if (more)
		return 0;
	if (at < 0)
		return -1;
	left = at - clock_mono_ms(app->clock);
	if (left < 0)
		return 0;
	return left > 60000 ? 60000 : (int)left;
}

/* Returns the signal that ends the program, or 0. */
static int take_signals(int fd, const struct loop_client *client)
{
	struct signalfd_siginfo info;
	bool resized = false;
	int end = 0;

	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			resized = true;
		else if (info.ssi_signo == SIGTSTP && client->suspend)
			client->suspend(client->arg);
		else if (info.ssi_signo == SIGTSTP)
			kill(getpid(), SIGSTOP);
		else if (info.ssi_signo == SIGCONT && client->resumed)
			client->resumed(client->arg);
		else if (info.ssi_signo != SIGCONT)
			end = (int)info.ssi_signo;
	}
	if (resized && client->resized)
		client->resized(client->arg);
	return end;
}

int loop_run(struct app *app, const struct loop_client *client)
{
	sigset_t set;
	int signal_fd, end = 0;
	bool more = false;

	signal_set(&set);
	signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signal_fd < 0)
		die("signalfd failed");
	while (end == 0 && !(client->done && client->done(client->arg))) {
		struct pollfd fds[] = {
			{ .fd = client->input_fd, .events = POLLIN },
			{ .fd = mailbox_fd(app->inbox), .events = POLLIN },
			{ .fd = signal_fd, .events = POLLIN },
			{ .fd = client->wants_output && client->wants_output(client->arg) ? client->output_fd : -1,
			  .events = POLLOUT },
		};

		poll(fds, ARRAY_LEN(fds), wait_ms(app, client, more));
		if (fds[2].revents)
			end = take_signals(signal_fd, client);
		if (fds[0].revents && !client->input(client->arg))
			break;
		more = app_handle_mail(app, fds[0].revents ? MAIL_AFTER_KEYS : MAIL_PER_TURN);
		client->turn(client->arg);
	}
	close(signal_fd);
	return end;
}

/* A thread, because the main thread may hang anywhere. */
static void *end_in_time(void *arg)
{
	const int64_t *ms = arg;
	const char *why = _("trunkdeck: the store or a server did not answer in time; what it has not confirmed may be lost\n");
	ssize_t written;

	poll(NULL, 0, (int)*ms);
	die_run_hook();
	written = io_write_now(STDERR_FILENO, why, strlen(why));
	(void)written;
	_exit(ERR_CLASS_UNREACHABLE);
}

void loop_end_within(int64_t ms)
{
	static int64_t within;
	pthread_t thread;

	within = ms;
	if (pthread_create(&thread, NULL, end_in_time, &within) == 0)
		pthread_detach(thread);
}
