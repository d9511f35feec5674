noinst_LIBRARIES += libtdapp.a
libtdapp_a_SOURCES = include/trunkdeck/agent_sync.h src/app/action.c src/app/agent_sync.c \
	src/app/agents_worker.c src/app/agents_worker.h src/app/app.c src/app/app_change.c src/app/app_private.h src/app/app_routes.c \
	src/app/config.c src/app/config_file.c src/app/config_options.c src/app/config_options.h \
	src/app/deletions.c src/app/demo.c src/app/demo_history.c src/app/demo_history.h src/app/finished.c src/app/keymap.c src/app/live.c src/app/loop.c src/app/messages.c src/app/query.c src/app/route_table.c \
	src/app/spool.c src/app/spool.h src/app/app_history.c src/app/app_hangup.c src/app/app_listening.c \
	src/app/app_publish.c src/app/app_watch.c src/app/call_page.c \
	src/app/worker.c src/app/worker.h src/app/worker_calls.c src/app/worker_live.c src/app/worker_int.h
libtdapp_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(INIH_CFLAGS)

# finding out what is wrong, and the files an Asterisk needs
libtdapp_a_SOURCES += src/app/doctor.c src/app/doctor_checks.h src/app/doctor_server.c src/app/doctor_store.c src/app/setup.c \
	include/trunkdeck/number_test.h src/app/number_test.c src/app/inquiry.c src/app/inquiry.h src/app/app_inquiry.c

# a recorded stream on the screen
libtdapp_a_SOURCES += src/app/app_replay.c src/app/replay_workspace.c src/app/scratch.c src/app/scratch.h

# how providers are reached
libtdapp_a_SOURCES += src/app/app_reach.c
