# Fuzz targets. As they are built here they run their seeds and some mutations, as tests; with
#   ./configure --enable-fuzz CC=clang
# the whole tree is instrumented and they are libFuzzer programs:
#   tests/fuzz/fuzz_ami -max_total_time=60 FOLDER tests/fuzz/corpus/ami
fuzz_programs = tests/fuzz/fuzz_action tests/fuzz/fuzz_agents tests/fuzz/fuzz_ami \
	tests/fuzz/fuzz_config tests/fuzz/fuzz_fields tests/fuzz/fuzz_filter tests/fuzz/fuzz_import tests/fuzz/fuzz_keys tests/fuzz/fuzz_recording \
	tests/fuzz/fuzz_routes tests/fuzz/fuzz_schedule tests/fuzz/fuzz_story tests/fuzz/fuzz_tell tests/fuzz/fuzz_test_call tests/fuzz/fuzz_tracker \
	tests/fuzz/fuzz_utf8

if LIBFUZZER
AM_CFLAGS += -fsanitize=fuzzer-no-link,address
AM_LDFLAGS += -fsanitize=address
check_PROGRAMS += $(fuzz_programs)
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_driver = tests/fuzz/fuzz.h
else
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
fuzz_ldflags = $(AM_LDFLAGS)
fuzz_driver = tests/fuzz/driver.c tests/fuzz/fuzz.h
endif

tests_fuzz_fuzz_action_SOURCES = tests/fuzz/fuzz_action.c $(fuzz_driver)
tests_fuzz_fuzz_action_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_action_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_agents_SOURCES = tests/fuzz/fuzz_agents.c $(fuzz_driver)
tests_fuzz_fuzz_agents_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_agents_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_ami_SOURCES = tests/fuzz/fuzz_ami.c $(fuzz_driver)
tests_fuzz_fuzz_ami_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ami_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_fields_SOURCES = tests/fuzz/fuzz_fields.c $(fuzz_driver)
tests_fuzz_fuzz_fields_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_fields_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c $(fuzz_driver)
tests_fuzz_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_filter_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_import_SOURCES = tests/fuzz/fuzz_import.c $(fuzz_driver)
tests_fuzz_fuzz_import_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_import_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(fuzz_driver)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_keys_SOURCES = tests/fuzz/fuzz_keys.c $(fuzz_driver)
tests_fuzz_fuzz_keys_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_keys_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_recording_SOURCES = tests/fuzz/fuzz_recording.c $(fuzz_driver)
tests_fuzz_fuzz_recording_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_recording_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_tracker_SOURCES = tests/fuzz/fuzz_tracker.c $(fuzz_driver)
tests_fuzz_fuzz_tracker_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tracker_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_routes_SOURCES = tests/fuzz/fuzz_routes.c $(fuzz_driver)
tests_fuzz_fuzz_routes_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_routes_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_schedule_SOURCES = tests/fuzz/fuzz_schedule.c $(fuzz_driver)
tests_fuzz_fuzz_schedule_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_schedule_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_story_SOURCES = tests/fuzz/fuzz_story.c $(fuzz_driver)
tests_fuzz_fuzz_story_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_story_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_test_call_SOURCES = tests/fuzz/fuzz_test_call.c $(fuzz_driver)
tests_fuzz_fuzz_test_call_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_test_call_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_tell_SOURCES = tests/fuzz/fuzz_tell.c $(fuzz_driver)
tests_fuzz_fuzz_tell_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tell_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_utf8_SOURCES = tests/fuzz/fuzz_utf8.c $(fuzz_driver)
tests_fuzz_fuzz_utf8_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_utf8_LDADD = libtrunkdeck.a $(TD_LIBS)

EXTRA_DIST += tests/fuzz/corpus
