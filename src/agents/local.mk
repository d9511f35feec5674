noinst_LIBRARIES += libtdagents.a
libtdagents_a_SOURCES = include/trunkdeck/agents.h \
	src/agents/agents.c src/agents/http.c src/agents/http.h src/agents/merge.c src/agents/page.c src/agents/page.h \
	src/agents/reading.c src/agents/reading.h
libtdagents_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
