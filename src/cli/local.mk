noinst_LIBRARIES += libtdcli.a
libtdcli_a_SOURCES = src/cli/cli.c src/cli/cli_command.h \
	src/cli/cli_agents.c src/cli/cli_args.c src/cli/cli_args.h src/cli/cli_calls.c src/cli/cli_changes.c src/cli/cli_config.c src/cli/cli_init.c \
	src/cli/cli_history.c src/cli/cli_history.h \
	src/cli/cli_lookup.c src/cli/cli_lookup.h src/cli/cli_metrics.c src/cli/cli_record.c src/cli/cli_output.c src/cli/cli_output.h \
	src/cli/global.c src/cli/global.h src/cli/cli_manual.c src/cli/cli_completion.c \
	src/cli/cli_params.c src/cli/cli_params.h src/cli/cli_records.c src/cli/cli_replay.c \
	src/cli/cli_routes.h src/cli/cli_rows.c src/cli/cli_rows.h src/cli/cli_sync.c src/cli/cli_usage.c
libtdcli_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

libtdcli_a_SOURCES += src/cli/cli_cut.c src/cli/cli_cut.h src/cli/cli_doctor.c src/cli/cli_server.c src/cli/cli_test.c
libtdcli_a_SOURCES += src/cli/cli_prometheus.c src/cli/cli_prometheus.h
