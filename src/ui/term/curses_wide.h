/* The only include of curses, with its wide character functions. The poisoned names repaint or read without term.c. */
#ifndef UI_TERM_CURSES_WIDE_H
#define UI_TERM_CURSES_WIDE_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#define NCURSES_NOMACROS 1
#include <curses.h>

#pragma GCC poison clear wclear refresh wrefresh getch wgetch initscr

#endif
