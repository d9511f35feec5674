# Unit tests: one cmocka program for each file named here, tests/unit/ROOM/test_X.c. All of them link the whole program and
# the kit, the fixtures that they share.
unit_tests = \
	tests/unit/store/test_postgres tests/unit/store/test_sqlite \
	tests/unit/agents/test_merge tests/unit/agents/test_read tests/unit/agents/test_worker \
	tests/unit/ami/test_action tests/unit/ami/test_check tests/unit/ami/test_event tests/unit/ami/test_parse \
	tests/unit/ami/test_transport \
	tests/unit/app/test_app tests/unit/app/test_calls tests/unit/app/test_history tests/unit/app/test_job \
	tests/unit/app/test_live tests/unit/app/test_overload tests/unit/app/test_routes tests/unit/app/test_tables \
	tests/unit/base/test_mailbox tests/unit/base/test_sys tests/unit/base/test_text tests/unit/base/test_utf8 \
	tests/unit/base/test_zone \
	tests/unit/calls/test_coverage tests/unit/calls/test_histogram tests/unit/calls/test_metrics \
	tests/unit/calls/test_tracker tests/unit/calls/test_tracker_route tests/unit/calls/test_tracker_state tests/unit/calls/test_tracker_story \
	tests/unit/cli/test_args \
	tests/unit/config/test_secret tests/unit/config/test_setup \
	tests/unit/doctor/test_at \
	tests/unit/model/test_e164 tests/unit/model/test_filter_words tests/unit/model/test_json \
	tests/unit/model/test_number_suggest tests/unit/model/test_params tests/unit/model/test_records \
	tests/unit/model/test_schedule tests/unit/model/test_snapshot tests/unit/model/test_tell \
	tests/unit/model/test_validate \
	tests/unit/replay/test_player tests/unit/replay/test_replay \
	tests/unit/routes/test_desired tests/unit/routes/test_reconcile tests/unit/routes/test_reconcile_form \
	tests/unit/routes/test_reconcile_found tests/unit/routes/test_test_call \
	tests/unit/ui/test_calls tests/unit/ui/test_draw tests/unit/ui/test_form tests/unit/ui/test_form_random \
	tests/unit/ui/test_form_save tests/unit/ui/test_header tests/unit/ui/test_keys tests/unit/ui/test_list \
	tests/unit/ui/test_pacing tests/unit/ui/test_views \
	tests/unit/work/test_ami_clock tests/unit/work/test_ami_endpoints tests/unit/work/test_ami_hangup \
	tests/unit/work/test_ami_scan tests/unit/work/test_ami_thread tests/unit/work/test_ami_watch \
	tests/unit/work/test_raw_log

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
check_SCRIPTS += no-cmocka
no-cmocka:
	@echo "make check needs cmocka: install libcmocka-dev and run configure again" >&2; exit 1
endif

LDADD = libtestkit.a libtrunkdeck.a $(CMOCKA_LIBS) $(TD_LIBS) -lm
AM_CPPFLAGS += $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests/unit

check_LIBRARIES += libtestkit.a
libtestkit_a_SOURCES = tests/unit/kit/ami_fixture.c tests/unit/kit/ami_fixture.h tests/unit/kit/ami_stream.c \
	tests/unit/kit/ami_stream.h tests/unit/kit/app_fixture.c tests/unit/kit/app_fixture.h tests/unit/kit/call_script.c tests/unit/kit/call_script.h \
	tests/unit/kit/directory.c tests/unit/kit/directory.h tests/unit/kit/fault_server.c \
	tests/unit/kit/fault_server.h tests/unit/kit/routes_sim.c tests/unit/kit/routes_sim.h \
	tests/unit/kit/temp_store.c tests/unit/kit/temp_store.h

# The forms without a program around them: the screen and the application are stand-ins.
form_screen = tests/unit/kit/form_screen.c tests/unit/kit/form_screen.h
tests_unit_ui_test_form_SOURCES = tests/unit/ui/test_form.c $(form_screen)
tests_unit_ui_test_form_random_SOURCES = tests/unit/ui/test_form_random.c $(form_screen)
tests_unit_ui_test_form_save_SOURCES = tests/unit/ui/test_form_save.c $(form_screen)

# One suite, as a program for SQLite and one for PostgreSQL with a server of its own. They take longest, so they begin.
store_suite = tests/unit/store/fixture.c tests/unit/store/fixture.h tests/unit/store/suite.c \
	tests/unit/store/test_batch.c tests/unit/store/test_calls.c tests/unit/store/test_coverage.c \
	tests/unit/store/test_damage.c tests/unit/store/test_drivers.c tests/unit/store/test_feed.c \
	tests/unit/store/test_live.c tests/unit/store/test_metrics.c tests/unit/store/test_races.c \
	tests/unit/store/test_records.c tests/unit/store/test_references.c tests/unit/store/test_server.c \
	tests/unit/store/test_undo.c tests/unit/store/test_upgrade.c
tests_unit_store_test_postgres_SOURCES = tests/unit/store/test_postgres.c tests/unit/store/test_asterisk.c $(store_suite)
tests_unit_store_test_sqlite_SOURCES = tests/unit/store/test_sqlite.c $(store_suite)

TESTS += tests/unit/agents/test_sync.py
EXTRA_DIST += tests/unit/agents/test_sync.py tests/unit/kit/agent_directory.py tests/unit/kit/pg.sh tests/unit/kit/tls_relay.py

# What has threads, for a build with the thread sanitizer: see ./dev check threads.
threaded_tests = \
	tests/unit/base/test_mailbox \
	tests/unit/app/test_app tests/unit/app/test_routes tests/unit/app/test_history tests/unit/app/test_job \
	tests/unit/app/test_live \
	tests/unit/work/test_ami_thread tests/unit/work/test_ami_clock tests/unit/work/test_ami_endpoints \
	tests/unit/work/test_ami_scan tests/unit/work/test_raw_log \
	tests/unit/ami/test_transport \
	tests/unit/agents/test_read tests/unit/agents/test_worker

.PHONY: threaded-tests check-threads
threaded-tests: $(threaded_tests)
check-threads: $(threaded_tests)
	$(MAKE) check TESTS='$(threaded_tests)' check_PROGRAMS=

# The load streams are kept packed.
load_streams = tests/data/ami/load_1020_full.ami tests/data/ami/load_1020_lean.ami
check_DATA = $(load_streams)
MOSTLYCLEANFILES += $(load_streams)
tests/data/ami/load_1020_full.ami: tests/data/ami/load_1020_full.ami.xz
tests/data/ami/load_1020_lean.ami: tests/data/ami/load_1020_lean.ami.xz
$(load_streams):
	$(AM_V_GEN)$(MKDIR_P) tests/data/ami && xz -dc $(srcdir)/$@.xz > $@.tmp && mv $@.tmp $@

EXTRA_DIST += tests/data
