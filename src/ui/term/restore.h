/*
 * Restores the terminal when the program dies: with the saved terminal modes and the bytes that undo ours, by
 * async-signal-safe calls only. Armed while the screen is up; used by die() and by the fatal signals. The state is
 * global because a signal handler can reach no other.
 */
#ifndef UI_TERM_RESTORE_H
#define UI_TERM_RESTORE_H

#include <stddef.h>
#include <termios.h>

/* Bytes are copied (at most 512). */
void restore_arm(int in_fd, int out_fd, const struct termios *modes, const char *bytes, size_t len);
void restore_disarm(void);
/* Does nothing when disarmed. Disarms. */
void restore_now(void);

#endif
