# The screen: the only part that knows curses.
noinst_LIBRARIES += libtdui.a
libtdui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
libtdui_a_SOURCES = \
	src/ui/calls.h src/ui/calls_columns.c src/ui/calls_draw.c src/ui/calls_hangup.c src/ui/calls_past.c src/ui/calls_rows.c \
	src/ui/curses_wide.h \
	src/ui/deck.h src/ui/deck_delete.c src/ui/deck_draw.c src/ui/deck_match.c \
	src/ui/dialog.c src/ui/detail_page.c \
	src/ui/draw.c src/ui/draw.h \
	src/ui/figures.c src/ui/figures.h src/ui/metrics_strip.c \
	src/ui/filter.c \
	src/ui/form.c src/ui/form.h \
	src/ui/form_draw.c \
	src/ui/form_item.c \
	src/ui/form_number.c \
	src/ui/form_params.c \
	src/ui/form_pick.c \
	src/ui/form_provider.c \
	src/ui/form_theirs.c \
	src/ui/format.c \
	src/ui/frame.c \
	src/ui/gap_text.c src/ui/gap_text.h \
	src/ui/doctor_page.c src/ui/inquiry_page.c src/ui/inquiry_page.h src/ui/test_page.c \
	src/ui/help.c \
	src/ui/layout.c src/ui/layout.h \
	src/ui/line_edit.c src/ui/line_edit.h \
	src/ui/list.c src/ui/list.h \
	src/ui/palette.c src/ui/palette_history.c src/ui/palette_history.h \
	src/ui/scroll.c \
	src/ui/script.c src/ui/script.h \
	src/ui/stats.c \
	src/ui/term.c src/ui/term.h src/ui/term_private.h \
	src/ui/term_copy.c \
	src/ui/term_dump.c \
	src/ui/term_keys.c src/ui/term_keys.h \
	src/ui/term_restore.c src/ui/term_restore.h \
	src/ui/term_terminfo.c src/ui/term_terminfo.h \
	src/ui/text.c \
	src/ui/theme.c src/ui/theme.h \
	src/ui/ui.c src/ui/ui.h src/ui/ui_private.h \
	src/ui/view_calls.c \
	src/ui/view_deck.c \
	src/ui/view_log.c \
	src/ui/view_metrics.c \
	src/ui/reach.c src/ui/reach.h \
	src/ui/servers.h src/ui/servers_json.c src/ui/servers_rows.c src/ui/servers_sync.c src/ui/view_servers.c
