/*
 * Drives the screen by a file instead of a person, for golden screens and bug reports. Time is virtual; only
 * `wait settled` waits. One command a line, # begins a comment:
 *
 *   size 80x24          sets the size of the screen
 *   key NAME...         presses keys, by the names of keymap.h
 *   type TEXT           types the rest of the line
 *   paste TEXT          sends the text as one bracketed paste
 *   do ACTION           does an action by its name
 *   wait settled        waits until the workers are idle (bounded)
 *   advance MS          moves the clock
 *   calls FILE          plays a recorded AMI stream (beside the script); the clock is set to its end
 *   expect TEXT         fails unless the screen shows it
 *   refute TEXT         fails when the screen shows it
 *   dump FILE           writes the screen as text; - is standard output
 *   dump-attrs FILE     the same, then rows of role letters (theme.h)
 */
#ifndef UI_SCRIPT_H
#define UI_SCRIPT_H

#include <stdbool.h>

#include "trunkdeck/base/clock.h"
#include "ui/frame/ui.h"

/* The clock must be the virtual one with which the app was made. On failure *e has file:line and the reason. Ends early
 * when the script quits the program. */
bool script_run(struct ui *ui, struct app *app, struct td_clock *clock, const char *path, struct err *e);

#endif
