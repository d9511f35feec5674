/*
 * The screen driven by a file instead of a person: for golden screens and bug reports. Time is virtual, nothing waits but
 * `wait settled`. One command a line, # begins a comment:
 *
 *   size 80x24          the screen gets this size
 *   key NAME...         presses keys, by the names of keymap.h
 *   type TEXT           types the rest of the line
 *   paste TEXT          the same as one bracketed paste
 *   do ACTION           an action by its name
 *   wait settled        until the workers have nothing left to do (bounded)
 *   advance MS          moves the clock
 *   calls FILE          calls of a recorded AMI stream (beside the script); the clock goes on at its end
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

/* The clock must be the virtual one the app was made with. On failure *e says file:line and what. Ends early when the script
 * quits the program. */
bool script_run(struct ui *ui, struct app *app, struct td_clock *clock, const char *path, struct err *e);

#endif
