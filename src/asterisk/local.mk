noinst_LIBRARIES += libtdasterisk.a
libtdasterisk_a_SOURCES = src/asterisk/ami_action.c src/asterisk/ami_check.c src/asterisk/ami_event.c \
	src/asterisk/ami_frame.c src/asterisk/ami_frame.h src/asterisk/ami_parse.c src/asterisk/replay.c
libtdasterisk_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
