bin_PROGRAMS += trunkdeck
trunkdeck_SOURCES = src/main.c
trunkdeck_LDADD = libtdcli.a libtdui.a libtdapp.a libtdagents.a libtdasterisk.a libtdstore.a libtdmodel.a libtdbase.a \
	$(NCURSES_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(LIBPQ_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(PTHREAD_LIBS) $(LTLIBINTL)
trunkdeck_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
