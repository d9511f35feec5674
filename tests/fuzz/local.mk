# Fuzz targets. As they are built here they run their seeds and some mutations, as tests; with
#   ./configure --enable-fuzz CC=clang
# the whole tree is instrumented and they are libFuzzer programs:
#   tests/fuzz/fuzz_ami -max_total_time=60 FOLDER tests/fuzz/corpus/ami
fuzz_programs = tests/fuzz/fuzz_action tests/fuzz/fuzz_agents tests/fuzz/fuzz_ami \
	tests/fuzz/fuzz_config tests/fuzz/fuzz_filter tests/fuzz/fuzz_keys tests/fuzz/fuzz_recording \
	tests/fuzz/fuzz_story tests/fuzz/fuzz_tracker tests/fuzz/fuzz_utf8

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

tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c $(fuzz_driver)
tests_fuzz_fuzz_filter_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_filter_LDADD = libtrunkdeck.a $(TD_LIBS)

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

tests_fuzz_fuzz_story_SOURCES = tests/fuzz/fuzz_story.c $(fuzz_driver)
tests_fuzz_fuzz_story_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_story_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_fuzz_fuzz_utf8_SOURCES = tests/fuzz/fuzz_utf8.c $(fuzz_driver)
tests_fuzz_fuzz_utf8_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_utf8_LDADD = libtrunkdeck.a $(TD_LIBS)

EXTRA_DIST += \
	tests/fuzz/corpus/action/dbput \
	tests/fuzz/corpus/action/injection \
	tests/fuzz/corpus/action/long \
	tests/fuzz/corpus/action/many \
	tests/fuzz/corpus/agents/nested \
	tests/fuzz/corpus/agents/page \
	tests/fuzz/corpus/agents/refusal \
	tests/fuzz/corpus/agents/types \
	tests/fuzz/corpus/agents/wrong \
	tests/fuzz/corpus/ami/I1_inject_headers \
	tests/fuzz/corpus/ami/U_unmapped_number \
	tests/fuzz/corpus/ami/X_agent_unreachable_dial \
	tests/fuzz/corpus/ami/answers \
	tests/fuzz/corpus/ami/forged \
	tests/fuzz/corpus/ami/lab_answered_websocket \
	tests/fuzz/corpus/ami/lab_hostile_frame \
	tests/fuzz/corpus/ami/local_lean \
	tests/fuzz/corpus/filter/fields \
	tests/fuzz/corpus/filter/numbers \
	tests/fuzz/corpus/filter/times \
	tests/fuzz/corpus/config/indented \
	tests/fuzz/corpus/config/quoted \
	tests/fuzz/corpus/config/wrong \
	tests/fuzz/corpus/keys/arrows \
	tests/fuzz/corpus/keys/cut \
	tests/fuzz/corpus/keys/mouse \
	tests/fuzz/corpus/keys/paste \
	tests/fuzz/corpus/recording/call_of_30_hours \
	tests/fuzz/corpus/recording/hostile_frame \
	tests/fuzz/corpus/recording/lf_only \
	tests/fuzz/corpus/recording/no_timestamps \
	tests/fuzz/corpus/recording/packed \
	tests/fuzz/corpus/recording/queue_abandoned \
	tests/fuzz/corpus/recording/unreachable \
	tests/fuzz/corpus/tracker/answered \
	tests/fuzz/corpus/tracker/clocks \
	tests/fuzz/corpus/tracker/dial_into_another_call \
	tests/fuzz/corpus/tracker/hold_and_transfer \
	tests/fuzz/corpus/tracker/local \
	tests/fuzz/corpus/tracker/queue \
	tests/fuzz/corpus/tracker/resync \
	tests/fuzz/corpus/story/busy \
	tests/fuzz/corpus/utf8/broken \
	tests/fuzz/corpus/utf8/direction \
	tests/fuzz/corpus/utf8/marks \
	tests/fuzz/corpus/utf8/terminal
