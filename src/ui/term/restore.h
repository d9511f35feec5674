/*
 * The way out when the program dies: the saved terminal modes and the bytes that undo ours, written by async-signal-safe
 * calls only. Armed while the screen is up; used by die() and by the fatal signals. Its state is global because a signal
 * handler has no other.
 */
#ifndef UI_TERM_RESTORE_H
#define UI_TERM_RESTORE_H

#include <stddef.h>
#include <termios.h>

/* Bytes are copied (at most 512). */
void restore_arm(int in_fd, int out_fd, const struct termios *modes, const char *bytes, size_t len);
void restore_disarm(void);
/* Does nothing when disarmed; disarms. */
void restore_now(void);

#endif
