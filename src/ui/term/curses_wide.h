/* The one include of curses, with its wide character functions. What is banned on top of curses' own names: everything that
 * repaints or reads behind term.c's back. */
#ifndef UI_TERM_CURSES_WIDE_H
#define UI_TERM_CURSES_WIDE_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#define NCURSES_NOMACROS 1
#include <curses.h>

#pragma GCC poison clear wclear refresh wrefresh getch wgetch initscr

#endif
