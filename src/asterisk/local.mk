noinst_LIBRARIES += libtdasterisk.a
libtdasterisk_a_SOURCES = src/asterisk/ami_action.c src/asterisk/ami_check.c src/asterisk/ami_event.c \
	src/asterisk/ami_frame.c src/asterisk/ami_frame.h src/asterisk/ami_parse.c src/asterisk/replay.c \
	src/asterisk/ami.c src/asterisk/ami_calls.c src/asterisk/ami_hangup.c src/asterisk/ami_link.c src/asterisk/ami_link.h \
	src/asterisk/ami_routes.c src/asterisk/ami_scan.c src/asterisk/ami_server.c src/asterisk/ami_server.h src/asterisk/demo_calls.c \
	src/asterisk/demo_calls.h src/asterisk/demo_answers.c src/asterisk/demo_answers.h src/asterisk/demo_tests.c \
	src/asterisk/demo_tests.h src/asterisk/demo_pbx.c src/asterisk/routes.c \
	src/asterisk/routes_cell.c src/asterisk/routes_int.h src/asterisk/transport.c src/asterisk/transport.h
libtdasterisk_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)

# what a server runs of ours
libtdasterisk_a_SOURCES += src/asterisk/dialplan.c

# for batch commands
libtdasterisk_a_SOURCES += src/asterisk/ami_now.c src/asterisk/ami_query.c src/asterisk/test_call.c

# recorded streams
libtdasterisk_a_SOURCES += src/asterisk/player.c src/asterisk/recording.c src/asterisk/recording.h
libtdasterisk_a_SOURCES += src/asterisk/raw_log.c

# providers' endpoints
libtdasterisk_a_SOURCES += src/asterisk/ami_endpoints.c src/asterisk/ami_rights.c src/asterisk/endpoint.c
