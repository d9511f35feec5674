/*
 * curses does not write to the terminal. newterm() gets a file in memory. After doupdate() its bytes are one frame, and
 * term_frame_end() sends them to the terminal in one write(2) of any size; curses' own buffer would split large frames.
 * Large frames are between mode 2026 brackets in the same write. Terminals that know the mode show them at once, and
 * others ignore it. If nothing was drawn, nothing is written.
 *
 * Therefore terminal modes, the size, and keys are handled here: raw mode by tcsetattr(), TIOCGWINSZ, and the decoder
 * of ui/term/keys.c. Output processing (OPOST) is off, because curses computes for a terminal that takes its bytes
 * unchanged.
 *
 * `endwin()` is called once after newterm(). Before it curses flushes at every cursor move (ncurses 6.4 and 6.6), after
 * it once per doupdate(). The bytes written until then are dropped; the first frame repeats them all.
 *
 * Writes never wait, though the descriptor stays blocking (io_write_now()). When the terminal stalls, the rest of the
 * frame is kept until it is writable again, and nothing new is drawn meanwhile.
 *
 * Refused: standard input or output that isn't a terminal, and a TERM that can't place the cursor.
 */
#include "config.h"

#include "term_private.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "restore.h"
#include "terminfo.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/io.h"
#include "trunkdeck/base/mem.h"

#define ROWS_MAX 500
#define COLUMNS_MAX 1000
#define LEAVE_MS 300			/* how long a terminal may take for the last bytes */
#define SYNC_FROM 1024			/* frames of at least so many bytes use mode 2026 */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define MOUSE_RESET "\033[?1000;1002;1003;1005;1006;1015l"	/* modes that an earlier program may have left on */
#define MODES_ON MOUSE_RESET "\033[?2004h"
#define MODES_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

static bool refuse(struct err *e, const char *message)
{
	err_set_message(e, ERR_USAGE, "%s", message);
	return err_hint(e, "%s",
			_("for scripts use 'trunkdeck number list --json'; 'trunkdeck --help' lists the commands"));
}

static int clamp(int value, int min, int max)
{
	return value < min ? min : value > max ? max : value;
}

static int environment_number(const char *name, int otherwise)
{
	const char *s = getenv(name);
	int64_t value;

	return s != NULL && str_to_i64(str_of(s), &value) && value > 0 && value < 100000 ? (int)value : otherwise;
}

static void apply_size(struct term *t)
{
	t->rows = clamp(t->rows, 1, ROWS_MAX);
	t->columns = clamp(t->columns, 1, COLUMNS_MAX);
	resize_term(t->rows, t->columns);
	clearok(curscr, TRUE);
}

/* Output */

/* Writes as much of t->frame as the terminal takes now, and keeps the rest. */
static void send_some(struct term *t)
{
	while (t->sent < t->frame.len && !t->eof) {
		ssize_t n = io_write_now(t->out_fd, t->frame.p + t->sent, t->frame.len - t->sent);

		if (n >= 0) {
			t->stats.writes++;
			t->sent += (size_t)n;
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR) {
			t->eof = true;
		}
	}
	t->sent = 0;
	buf_reset(&t->frame);
}

/* Returns false when the terminal has not taken all of it within ms. */
static bool send_within(struct term *t, int64_t ms)
{
	struct pollfd p = { .fd = t->out_fd, .events = POLLOUT };
	int64_t until = clock_mono_ms(&clock_system) + ms, left;

	for (send_some(t); t->frame.len > 0; send_some(t)) {
		left = until - clock_mono_ms(&clock_system);
		if (left <= 0)
			return false;
		poll(&p, 1, (int)left);
	}
	return true;
}

/* Appends what curses has written since the last time. */
static void take_sink(struct term *t, struct buf *to)
{
	off_t len = lseek(t->sink_fd, 0, SEEK_CUR);	/* later bytes belong to an earlier, larger frame */
	char part[8192];

	for (off_t at = 0; at < len;) {
		size_t want = len - at < (off_t)sizeof(part) ? (size_t)(len - at) : sizeof(part);
		ssize_t n = pread(t->sink_fd, part, want, at);

		if (n <= 0)
			die("screen: the frame can't be read back: %s", n < 0 ? strerror(errno) : "short");
		buf_add(to, part, (size_t)n);
		at += n;
	}
	if (lseek(t->sink_fd, 0, SEEK_SET) != 0)
		die("screen: %s", strerror(errno));
}

/* Modes */

static void append_modes_off(const struct term *t, struct buf *to)
{
	if (t->options.mouse)
		buf_adds(to, MOUSE_OFF);
	buf_adds(to, MODES_OFF);
}

/* Enters raw mode, after making sure that every exit restores the terminal. */
static void enter_terminal(const struct term *t)
{
	struct termios modes = t->saved;
	struct buf bytes;

	if (t->in_fd < 0)
		return;
	buf_init(&bytes, BUF_UNBOUNDED);
	buf_adds(&bytes, SYNC_END);
	append_modes_off(t, &bytes);
	terminfo_append_reset(&bytes);
	restore_arm(t->in_fd, t->out_fd, &t->saved, bytes.p, bytes.len);
	buf_clear(&bytes);
	modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	tcsetattr(t->in_fd, TCSANOW, &modes);
}

/* Restores the shell's screen and modes. The next frame enters again. */
static void leave_terminal(struct term *t)
{
	endwin();
	if (t->in_fd >= 0 && !send_within(t, LEAVE_MS))
		tcflush(t->out_fd, TCOFLUSH);
	t->sent = 0;
	buf_reset(&t->frame);
	append_modes_off(t, &t->frame);
	take_sink(t, &t->frame);
	if (t->in_fd >= 0) {
		send_within(t, LEAVE_MS);
		tcsetattr(t->in_fd, TCSANOW, &t->saved);
		restore_disarm();
	}
	t->sent = 0;
	buf_reset(&t->frame);
	t->entered = false;
}

/* Starting */

/* newterm() sets handlers for signals that belong to the loop, and uses LINES and COLUMNS; both are prevented here. */
static SCREEN *newterm_alone(const char *type, FILE *sink)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction before[ARRAY_LEN(signals)];
	SCREEN *screen;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], NULL, &before[i]);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	screen = newterm(type, sink, sink);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &before[i], NULL);
	return screen;
}

static bool start_curses(struct term *t, struct err *e)
{
	const char *type = t->options.headless ? "xterm-256color" : getenv("TERM");

	if (type == NULL || *type == '\0')
		return refuse(e, _("TERM is not set: trunkdeck can't know the terminal"));
	if (t->options.headless && !terminfo_is_known(type))
		type = "ansi";
	if (terminfo_is_known(type))
		t->screen = newterm_alone(type, t->sink);
	if (t->screen == NULL) {
		refuse(e, _("this machine does not know the terminal"));
		return err_hint(e,
		_("TERM=%.40s has no entry in terminfo: install ncurses-term, or set TERM=xterm-256color"), type);
	}
	set_term(t->screen);
	if (!terminfo_can_move())
		return refuse(e, _("this terminal can't place the cursor"));
	t->charset_reset = terminfo_charset_reset();
	typeahead(-1);
	nonl();
	endwin();
	buf_reset(&t->frame);
	take_sink(t, &t->frame);
	buf_reset(&t->frame);
	return true;
}

static void free_term(struct term *t)
{
	if (t->screen != NULL)
		delscreen(t->screen);
	if (t->sink != NULL)
		fclose(t->sink);
	buf_clear(&t->frame);
	buf_clear(&t->extra);
	free(t);
}

bool term_start(struct term **out, const struct term_options *options, struct err *e)
{
	struct term *t = xcalloc(1, sizeof(*t));

	t->options = *options;
	buf_init(&t->frame, BUF_UNBOUNDED);
	buf_init(&t->extra, BUF_UNBOUNDED);
	keys_init(&t->keys, environment_number("ESCDELAY", KEYS_ESC_MS), options->mouse);
	t->fallback_rows = clamp(environment_number("LINES", 24), 1, ROWS_MAX);
	t->fallback_columns = clamp(environment_number("COLUMNS", 80), 1, COLUMNS_MAX);
	t->cursor_y = -1;
	t->cursor_shown = true;
	t->in_fd = options->headless ? -1 : STDIN_FILENO;
	t->out_fd = options->headless ? -1 : STDOUT_FILENO;
	t->rows = options->rows;
	t->columns = options->columns;
	t->sink_fd = memfd_create("trunkdeck-screen", MFD_CLOEXEC);
	t->sink = t->sink_fd < 0 ? NULL : fdopen(t->sink_fd, "w+");
	if (t->sink == NULL)
		die("screen: no memory file: %s", strerror(errno));
	if (!options->headless && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &t->saved) != 0)) {
		free_term(t);
		return refuse(e, _("trunkdeck needs a terminal for its screen"));
	}
	if (!start_curses(t, e)) {
		free_term(t);
		return false;
	}
	term_resize(t);
	enter_terminal(t);
	*out = t;
	return true;
}

void term_stop(struct term **t)
{
	if (*t == NULL)
		return;
	leave_terminal(*t);
	free_term(*t);
	*t = NULL;
}

void term_suspend(struct term *t)
{
	const struct timespec now = { 0 };
	sigset_t stop, cont, before;

	if (t->in_fd < 0)
		return;
	leave_terminal(t);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigemptyset(&cont);
	sigaddset(&cont, SIGCONT);
	pthread_sigmask(SIG_UNBLOCK, &stop, &before);
	kill(0, SIGTSTP);			/* the whole group: sudo and pipelines stop with us */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigtimedwait(&cont, NULL, &now);	/* expected: not term_resumed()'s business */
	term_resumed(t);
}

void term_resumed(struct term *t)
{
	t->entered = false;
	enter_terminal(t);
	term_resize(t);
}

void term_resize(struct term *t)
{
	struct winsize size = { 0 };

	if (t->out_fd >= 0 && ioctl(t->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
		t->rows = size.ws_row;
		t->columns = size.ws_col;
	} else if (t->out_fd >= 0) {
		t->rows = t->fallback_rows;
		t->columns = t->fallback_columns;
	}
	apply_size(t);
}

void term_set_size(struct term *t, int rows, int columns)
{
	t->rows = rows;
	t->columns = columns;
	apply_size(t);
}

void term_redraw(struct term *t)
{
	(void)t;
	clearok(curscr, TRUE);
}

int term_rows(const struct term *t)
{
	return t->rows;
}

int term_columns(const struct term *t)
{
	return t->columns;
}

int term_fd(const struct term *t)
{
	return t->in_fd;
}

/* Keys */

bool term_key(struct term *t, key_code *key)
{
	struct pollfd p = { .fd = t->in_fd, .events = POLLIN };
	unsigned char bytes[sizeof(t->keys.bytes)];
	size_t room = keys_room(&t->keys);

	if (t->in_fd < 0)
		return false;
	if (!t->draining && !t->eof && room > 0 && poll(&p, 1, 0) > 0) {
		ssize_t n = read(t->in_fd, bytes, room);

		if (n > 0)
			keys_feed(&t->keys, bytes, (size_t)n, clock_mono_ms(&clock_system));
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			t->eof = true;
	}
	t->draining = keys_next(&t->keys, clock_mono_ms(&clock_system), key);
	return t->draining;
}

int64_t term_next_at_ms(const struct term *t)
{
	return keys_next_at_ms(&t->keys);
}

bool term_eof(const struct term *t)
{
	return t->eof;
}

void term_mouse_event(const struct term *t, struct term_mouse *out)
{
	*out = t->keys.mouse;
}

/* Frames */

bool term_is_behind(const struct term *t)
{
	return t->frame.len > 0 && !t->eof;
}

void term_go_on(struct term *t)
{
	if (term_is_behind(t))
		send_some(t);
}

void term_frame_begin(struct term *t)
{
	t->build_started_us = clock_mono_us(&clock_system);
	t->cursor_y = -1;
	erase();
}

void term_cursor(struct term *t, int y, int x)
{
	t->cursor_y = y;
	t->cursor_x = x;
}

/*
 * Most terminfo entries leave line drawing mode with every change of an attribute. This program draws lines with
 * Unicode or ASCII and never enters that mode. So these bytes, a tenth of a cursor move, are left out later.
 */
static void append_drawn(struct term *t, const struct buf *drawn)
{
	size_t len = t->entered ? strlen(t->charset_reset) : 0;
	const char *p = drawn->p, *end = drawn->p + drawn->len, *found;

	while (len > 0 && (found = memmem(p, (size_t)(end - p), t->charset_reset, len)) != NULL) {
		buf_add(&t->frame, p, (size_t)(found - p));
		p = found + len;
	}
	buf_add(&t->frame, p, (size_t)(end - p));
}

void term_frame_end(struct term *t)
{
	int64_t built_us = clock_mono_us(&clock_system);
	bool show = t->cursor_y >= 0 && t->cursor_y < t->rows && t->cursor_x >= 0;
	struct buf drawn;

	leaveok(stdscr, show ? FALSE : TRUE);
	if (show)
		move(t->cursor_y, t->cursor_x < t->columns ? t->cursor_x : t->columns - 1);
	if (show != t->cursor_shown)
		curs_set(show ? 1 : 0);
	t->cursor_shown = show;
	wnoutrefresh(stdscr);
	doupdate();

	/* t->frame := the bytes to send before the frame, and the frame */
	buf_init(&drawn, BUF_UNBOUNDED);
	take_sink(t, &drawn);
	buf_add(&t->frame, t->extra.p, t->extra.len);
	buf_reset(&t->extra);
	if (drawn.len >= SYNC_FROM)
		buf_adds(&t->frame, SYNC_BEGIN);
	append_drawn(t, &drawn);
	if (!t->entered)
		buf_adds(&t->frame, t->options.mouse ? MODES_ON MOUSE_ON : MODES_ON);
	t->entered = true;
	if (drawn.len >= SYNC_FROM)
		buf_adds(&t->frame, SYNC_END);
	buf_clear(&drawn);

	t->stats.frames++;
	t->stats.bytes += t->frame.len;
	t->stats.last_bytes = t->frame.len;
	if (t->frame.len > t->stats.max_bytes)
		t->stats.max_bytes = t->frame.len;
	if (t->out_fd >= 0) {
		send_some(t);
	} else {		/* headless: only counted */
		t->stats.writes += t->frame.len > 0;
		buf_reset(&t->frame);
	}
	t->stats.last_build_us = built_us - t->build_started_us;
	t->stats.last_flush_us = clock_mono_us(&clock_system) - built_us;
}

void term_get_stats(const struct term *t, struct term_stats *out)
{
	*out = t->stats;
}
