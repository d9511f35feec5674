bin_PROGRAMS += trunkdeck
trunkdeck_SOURCES = src/main.c
trunkdeck_LDADD = libtdcli.a libtdui.a libtdapp.a libtdagents.a libtdasterisk.a libtdstore.a libtdmodel.a libtdbase.a \
	$(NCURSES_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(LIBPQ_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(PTHREAD_LIBS) $(LTLIBINTL)
trunkdeck_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

# Made by the program out of its own tables, so that they are never behind it.
bashcompletiondir = $(datadir)/bash-completion/completions
nodist_man1_MANS = trunkdeck.1
nodist_bashcompletion_DATA = completion/trunkdeck
CLEANFILES += $(nodist_man1_MANS) $(nodist_bashcompletion_DATA)

trunkdeck.1: trunkdeck$(EXEEXT)
	$(AM_V_GEN)LC_ALL=C ./trunkdeck$(EXEEXT) manual > $@.tmp && mv $@.tmp $@

completion/trunkdeck: trunkdeck$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && LC_ALL=C ./trunkdeck$(EXEEXT) completion > $@.tmp && mv $@.tmp $@
