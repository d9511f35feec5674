# Unit tests: one cmocka program per module. Each appends itself to unit_tests and says what it links.
unit_tests =

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
check_SCRIPTS += no-cmocka
no-cmocka:
	@echo "make check needs cmocka: install libcmocka-dev and run configure again" >&2; exit 1
endif

# base
unit_tests += tests/unit/test_base_text tests/unit/test_base_utf8 tests/unit/test_base_sys tests/unit/test_base_mailbox

tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c
tests_unit_test_base_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_text_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_utf8_SOURCES = tests/unit/test_base_utf8.c
tests_unit_test_base_utf8_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_utf8_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_sys_SOURCES = tests/unit/test_base_sys.c
tests_unit_test_base_sys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_sys_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_mailbox_SOURCES = tests/unit/test_base_mailbox.c
tests_unit_test_base_mailbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_mailbox_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

unit_tests += tests/unit/test_base_zone
tests_unit_test_base_zone_SOURCES = tests/unit/test_base_zone.c
tests_unit_test_base_zone_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_zone_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

# model
unit_tests += tests/unit/test_model_records tests/unit/test_model_json tests/unit/test_model_e164 \
	tests/unit/test_model_validate tests/unit/test_model_snapshot tests/unit/test_model_params

tests_unit_test_model_records_SOURCES = tests/unit/test_model_records.c
tests_unit_test_model_records_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_records_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_model_json_SOURCES = tests/unit/test_model_json.c
tests_unit_test_model_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_json_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_model_e164_SOURCES = tests/unit/test_model_e164.c
tests_unit_test_model_e164_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_e164_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_model_validate_SOURCES = tests/unit/test_model_validate.c
tests_unit_test_model_validate_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_validate_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_model_snapshot_SOURCES = tests/unit/test_model_snapshot.c
tests_unit_test_model_snapshot_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_snapshot_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_model_params_SOURCES = tests/unit/test_model_params.c
tests_unit_test_model_params_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_model_params_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

# asterisk: routes, client, transport
unit_tests += tests/unit/test_routes tests/unit/test_routes_found tests/unit/test_transport tests/unit/test_ami_client
EXTRA_DIST += tests/unit/tls_relay.py

tests_unit_test_routes_SOURCES = tests/unit/test_routes.c tests/unit/routes_sim.c tests/unit/routes_sim.h
tests_unit_test_routes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_routes_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_routes_found_SOURCES = tests/unit/test_routes_found.c tests/unit/routes_sim.c tests/unit/routes_sim.h
tests_unit_test_routes_found_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_routes_found_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_transport_SOURCES = tests/unit/test_transport.c tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_transport_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_transport_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(CURL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_ami_client_SOURCES = tests/unit/test_ami_client.c tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_ami_client_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ami_client_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) \
	$(CMOCKA_LIBS) $(PTHREAD_LIBS)

unit_tests += tests/unit/test_ami_hangup
tests_unit_test_ami_hangup_SOURCES = tests/unit/test_ami_hangup.c tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_ami_hangup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ami_hangup_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) \
	$(CMOCKA_LIBS) $(PTHREAD_LIBS)

unit_tests += tests/unit/test_ami_scan
tests_unit_test_ami_scan_SOURCES = tests/unit/test_ami_scan.c tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_ami_scan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ami_scan_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) \
	$(CMOCKA_LIBS) $(PTHREAD_LIBS)

# providers' endpoints
unit_tests += tests/unit/test_endpoints
tests_unit_test_endpoints_SOURCES = tests/unit/test_endpoints.c tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_endpoints_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_endpoints_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) \
	$(CMOCKA_LIBS) $(PTHREAD_LIBS)

unit_tests += tests/unit/test_ami_watch
tests_unit_test_ami_watch_SOURCES = tests/unit/test_ami_watch.c tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_ami_watch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ami_watch_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) \
	$(CMOCKA_LIBS) $(PTHREAD_LIBS)

# calls
unit_tests += tests/unit/test_tracker tests/unit/test_tracker_state tests/unit/test_metrics tests/unit/test_histogram \
	tests/unit/test_gaps

tests_unit_test_tracker_SOURCES = tests/unit/test_tracker.c tests/unit/call_script.c tests/unit/call_script.h
tests_unit_test_tracker_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tracker_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_tracker_state_SOURCES = tests/unit/test_tracker_state.c tests/unit/call_script.c tests/unit/call_script.h
tests_unit_test_tracker_state_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tracker_state_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

unit_tests += tests/unit/test_tracker_story
tests_unit_test_tracker_story_SOURCES = tests/unit/test_tracker_story.c tests/unit/call_script.c tests/unit/call_script.h \
	tests/unit/ami_stream.c tests/unit/ami_stream.h
tests_unit_test_tracker_story_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tracker_story_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c
tests_unit_test_metrics_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_metrics_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_gaps_SOURCES = tests/unit/test_gaps.c
tests_unit_test_gaps_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_gaps_LDADD = libtdmodel.a libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_histogram_SOURCES = tests/unit/test_histogram.c
tests_unit_test_histogram_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_histogram_LDADD = libtdmodel.a libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

# app
temp_store = tests/unit/temp_store.c tests/unit/temp_store.h
unit_tests += tests/unit/test_app_tables tests/unit/test_app tests/unit/test_app_routes

app_test_libs = libtdapp.a libtdagents.a libtdasterisk.a libtdstore.a libtdmodel.a libtdbase.a $(CURL_LIBS) $(JANSSON_LIBS) \
	$(LIBPQ_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS) $(LTLIBINTL)

tests_unit_test_app_tables_SOURCES = tests/unit/test_app_tables.c
tests_unit_test_app_tables_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_tables_LDADD = $(app_test_libs)

tests_unit_test_app_routes_SOURCES = tests/unit/test_app_routes.c $(temp_store) tests/unit/ami_fixture.c tests/unit/ami_fixture.h \
	tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_app_routes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_routes_LDADD = $(app_test_libs)

tests_unit_test_app_SOURCES = tests/unit/test_app.c $(temp_store)
tests_unit_test_app_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_LDADD = $(app_test_libs)

unit_tests += tests/unit/test_app_calls
tests_unit_test_app_calls_SOURCES = tests/unit/test_app_calls.c tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_app_calls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_calls_LDADD = $(app_test_libs)

unit_tests += tests/unit/test_app_history tests/unit/test_app_live
tests_unit_test_app_live_SOURCES = tests/unit/test_app_live.c $(temp_store)
tests_unit_test_app_live_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_live_LDADD = $(app_test_libs)
tests_unit_test_app_history_SOURCES = tests/unit/test_app_history.c $(temp_store)
tests_unit_test_app_history_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_history_LDADD = $(app_test_libs)

unit_tests += tests/unit/test_app_inquiry
tests_unit_test_app_inquiry_SOURCES = tests/unit/test_app_inquiry.c tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_app_inquiry_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_app_inquiry_LDADD = $(app_test_libs)

# What has threads, for a build with the thread sanitizer: see ./dev check threads.
threaded_tests = tests/unit/test_base_mailbox tests/unit/test_app tests/unit/test_app_routes tests/unit/test_app_history tests/unit/test_ami_client \
	tests/unit/test_transport tests/unit/test_endpoints tests/unit/test_ami_scan tests/unit/test_raw_log
threaded_tests += tests/unit/test_app_inquiry tests/unit/test_app_live

.PHONY: threaded-tests check-threads
threaded-tests: $(threaded_tests)
check-threads: $(threaded_tests)
	$(MAKE) check TESTS='$(threaded_tests)' check_PROGRAMS=

# store: one suite on SQLite and on a PostgreSQL server of its own
unit_tests += tests/unit/test_store

tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/test_store_batch.c tests/unit/test_store_calls.c \
	tests/unit/test_store_listened.c tests/unit/test_store_live.c tests/unit/test_store_drivers.c tests/unit/test_store_feed.c \
	tests/unit/test_store_metrics.c tests/unit/test_store_races.c \
	tests/unit/test_store_records.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS) $(LIBPQ_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_store_LDADD = libtdstore.a libtdmodel.a libtdbase.a $(CMOCKA_LIBS) $(JANSSON_LIBS) $(LIBPQ_LIBS) \
	$(SQLITE_LIBS) $(PTHREAD_LIBS)
EXTRA_DIST += tests/unit/pg.sh

# ui: what needs no program around it
unit_tests += tests/unit/test_ui_keys tests/unit/test_ui_list tests/unit/test_ui_draw tests/unit/test_ui_form \
	tests/unit/test_ui_form_save

ui_test_libs = libtdui.a libtdapp.a libtdbase.a $(NCURSES_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS) $(LTLIBINTL)

tests_unit_test_ui_keys_SOURCES = tests/unit/test_ui_keys.c
tests_unit_test_ui_keys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ui_keys_LDADD = $(ui_test_libs)

tests_unit_test_ui_list_SOURCES = tests/unit/test_ui_list.c
tests_unit_test_ui_list_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ui_list_LDADD = $(ui_test_libs)

tests_unit_test_ui_draw_SOURCES = tests/unit/test_ui_draw.c
tests_unit_test_ui_draw_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ui_draw_LDADD = $(ui_test_libs)

form_screen = tests/unit/form_screen.c tests/unit/form_screen.h
form_test_libs = libtdui.a libtdapp.a libtdmodel.a libtdbase.a $(NCURSES_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS) \
	$(PTHREAD_LIBS) $(LTLIBINTL)

tests_unit_test_ui_form_SOURCES = tests/unit/test_ui_form.c $(form_screen)
tests_unit_test_ui_form_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ui_form_LDADD = $(form_test_libs)

tests_unit_test_ui_form_save_SOURCES = tests/unit/test_ui_form_save.c $(form_screen)
tests_unit_test_ui_form_save_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ui_form_save_LDADD = $(form_test_libs)

unit_tests += tests/unit/test_ui_calls
tests_unit_test_ui_calls_SOURCES = tests/unit/test_ui_calls.c
tests_unit_test_ui_calls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_ui_calls_LDADD = libtdui.a $(app_test_libs) $(NCURSES_LIBS)

# AMI: parser, decoder, serializer, replay
unit_tests += tests/unit/test_ami_parse tests/unit/test_ami_forge tests/unit/test_ami_event tests/unit/test_ami_action \
	tests/unit/test_replay tests/unit/test_player
ami_stream = tests/unit/ami_stream.c tests/unit/ami_stream.h
ami_libs = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_ami_parse_SOURCES = tests/unit/test_ami_parse.c $(ami_stream)
tests_unit_test_ami_parse_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ami_parse_LDADD = $(ami_libs)

tests_unit_test_ami_forge_SOURCES = tests/unit/test_ami_forge.c $(ami_stream)
tests_unit_test_ami_forge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ami_forge_LDADD = $(ami_libs)

tests_unit_test_ami_event_SOURCES = tests/unit/test_ami_event.c $(ami_stream)
tests_unit_test_ami_event_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ami_event_LDADD = $(ami_libs)

tests_unit_test_ami_action_SOURCES = tests/unit/test_ami_action.c
tests_unit_test_ami_action_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ami_action_LDADD = $(ami_libs)

tests_unit_test_replay_SOURCES = tests/unit/test_replay.c $(ami_stream)
tests_unit_test_replay_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_replay_LDADD = $(ami_libs) -lm

tests_unit_test_player_SOURCES = tests/unit/test_player.c $(ami_stream)
tests_unit_test_player_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_player_LDADD = $(ami_libs)

unit_tests += tests/unit/test_raw_log
tests_unit_test_raw_log_SOURCES = tests/unit/test_raw_log.c $(ami_stream)
tests_unit_test_raw_log_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_raw_log_LDADD = $(ami_libs)

# The load streams are kept packed.
load_streams = tests/data/ami/load_1020_full.ami tests/data/ami/load_1020_lean.ami
check_DATA = $(load_streams)
MOSTLYCLEANFILES += $(load_streams)
tests/data/ami/load_1020_full.ami: tests/data/ami/load_1020_full.ami.xz
tests/data/ami/load_1020_lean.ami: tests/data/ami/load_1020_lean.ami.xz
$(load_streams):
	$(AM_V_GEN)$(MKDIR_P) tests/data/ami && xz -dc $(srcdir)/$@.xz > $@.tmp && mv $@.tmp $@

EXTRA_DIST += \
	tests/data/ami/A_app_audiosocket.ami \
	tests/data/ami/B_dial_audiosocket.ami \
	tests/data/ami/C_local_optimized.ami \
	tests/data/ami/I1_inject_headers.ami \
	tests/data/ami/N_local_noopt.ami \
	tests/data/ami/T_talkdetect.ami \
	tests/data/ami/U_unmapped_number.ami \
	tests/data/ami/X_agent_unreachable_dial.ami \
	tests/data/ami/Y_agent_unreachable_app.ami \
	tests/data/ami/load_1020.truth.json \
	tests/data/ami/load_1020_full.ami.xz \
	tests/data/ami/load_1020_lean.ami.xz

# finding out: nearest numbers, files filled in, test calls, asking a server
unit_tests += tests/unit/test_near tests/unit/test_setup tests/unit/test_test_call

tests_unit_test_near_SOURCES = tests/unit/test_near.c
tests_unit_test_near_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_near_LDADD = libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_setup_SOURCES = tests/unit/test_setup.c
tests_unit_test_setup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_setup_LDADD = $(app_test_libs)

tests_unit_test_test_call_SOURCES = tests/unit/test_test_call.c tests/unit/fault_server.c tests/unit/fault_server.h
tests_unit_test_test_call_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_test_call_LDADD = libtdasterisk.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS) \
	$(PTHREAD_LIBS)
