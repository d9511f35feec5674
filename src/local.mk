# Every source of the program in one library, room by room. A room may use those above it: tests/lint/layers.awk.
noinst_LIBRARIES += libtrunkdeck.a
nodist_libtrunkdeck_a_SOURCES = embedded.c
libtrunkdeck_a_SOURCES =

# base: memory, text, clocks, logging, mail between threads
libtrunkdeck_a_SOURCES += \
	src/base/buf.c \
	src/base/clock.c \
	src/base/embed.c \
	src/base/err.c \
	src/base/io.c \
	src/base/log.c \
	src/base/mailbox.c \
	src/base/mem.c \
	src/base/scratch.c \
	src/base/str.c \
	src/base/user.c \
	src/base/utf8.c \
	src/base/words.c \
	src/base/zone.c

# model: the records of the workspace: fields, validation, numbers and countries
libtrunkdeck_a_SOURCES += \
	src/model/countries.c \
	src/model/countries.h \
	src/model/e164.c \
	src/model/difference.c \
	src/model/field_value.c \
	src/model/fields.c \
	src/model/fields.h \
	src/model/filter_words.c \
	src/model/host.c \
	src/model/number_suggest.c \
	src/model/json_text.c \
	src/model/params.c \
	src/model/record_json.c \
	src/model/records.c \
	src/model/schedule.c \
	src/model/schedule_state.c \
	src/model/snapshot.c \
	src/model/sorted.c \
	src/model/sorted.h \
	src/model/tell.c \
	src/model/validate.c

# import: lists of records of other programs and spreadsheets
libtrunkdeck_a_SOURCES += \
	src/import/csv.c \
	src/import/headings.c \
	src/import/json.c \
	src/import/number.c \
	src/import/private.h \
	src/import/reader.c \
	src/import/text.c

# calls: events to calls, calls to figures
libtrunkdeck_a_SOURCES += \
	src/calls/call.c \
	src/calls/call_filter.c \
	src/calls/call_fields.c \
	src/calls/call_json.c \
	src/calls/call_params.c \
	src/calls/cause.c \
	src/calls/coverage.c \
	src/calls/finished.c \
	src/calls/histogram.c \
	src/calls/metrics.c \
	src/calls/metrics_json.c \
	src/calls/resolve.c \
	src/calls/tracker.c \
	src/calls/tracker_calls.c \
	src/calls/tracker_internal.h \
	src/calls/tracker_legs.c \
	src/calls/tracker_resync.c \
	src/calls/tracker_route.c \
	src/calls/tracker_story.c

# store: where the workspace and its history are kept
libtrunkdeck_a_SOURCES += \
	src/store/call_columns.c \
	src/store/call_columns.h \
	src/store/calls.c \
	src/store/coverage.c \
	src/store/db.c \
	src/store/derived.c src/store/derived.h \
	src/store/db.h \
	src/store/insert.c \
	src/store/insert.h \
	src/store/live_calls.c \
	src/store/migrate.c \
	src/store/mutate.c \
	src/store/mutate.h \
	src/store/postgres.c \
	src/store/postgres_url.c \
	src/store/postgres_url.h \
	src/store/private.h \
	src/store/read.c \
	src/store/read_snapshot.c \
	src/store/revert.c \
	src/store/sqlite.c \
	src/store/store.c \
	src/store/tables.c \
	src/store/tables.h \
	src/store/told.c \
	src/store/txn.c \
	src/store/txn.h \
	src/store/uses.c

# ami: one connection to Asterisk: frames, forgery checks, actions, rights
libtrunkdeck_a_SOURCES += \
	src/ami/action.c \
	src/ami/session.c \
	src/ami/check.c \
	src/ami/event.c \
	src/ami/frame.c \
	src/ami/frame.h \
	src/ami/link.c \
	src/ami/parse.c \
	src/ami/rights.c \
	src/ami/server.c \
	src/ami/transport.c

# routes: what a server must hold for each number, and what it does hold
libtrunkdeck_a_SOURCES += \
	src/routes/desired.c \
	src/routes/dialplan.c \
	src/routes/endpoint.c \
	src/routes/reconcile.c \
	src/routes/reconcile_int.h \
	src/routes/reconcile_keys.c \
	src/routes/reconcile_needs.c \
	src/routes/route_key.c \
	src/routes/test_call.c

# agents: the agent directory, read over HTTP
libtrunkdeck_a_SOURCES += \
	src/agents/agents.c \
	src/agents/http.c \
	src/agents/http.h \
	src/agents/merge.c \
	src/agents/directory_page.c \
	src/agents/directory_page.h \
	src/agents/directory.c \
	src/agents/directory.h

# config: the configuration, and the files that an Asterisk needs
libtrunkdeck_a_SOURCES += \
	src/config/config.c \
	src/config/config_file.c \
	src/config/config_options.c \
	src/config/config_options.h \
	src/config/secret.c \
	src/config/setup.c

# doctor: checks and findings
libtrunkdeck_a_SOURCES += \
	src/doctor/agent_checks.c \
	src/doctor/checks.h \
	src/doctor/doctor.c \
	src/doctor/key_checks.c \
	src/doctor/number_test.c \
	src/doctor/server_checks.c \
	src/doctor/store_checks.c \
	src/doctor/way_checks.c

# work: the threads
libtrunkdeck_a_SOURCES += \
	src/work/agent_sync.c \
	src/work/agents_worker.c \
	src/work/ami_calls.c \
	src/work/ami_endpoints.c \
	src/work/ami_hangup.c \
	src/work/ami_now.c \
	src/work/ami_routes.c \
	src/work/ami_scan.c \
	src/work/ami_server.c \
	src/work/ami_server.h \
	src/work/ami_thread.c \
	src/work/job.c \
	src/work/raw_log.c \
	src/work/store_worker.c \
	src/work/store_worker_calls.c \
	src/work/store_worker_int.h \
	src/work/store_worker_live.c

# replay: recorded streams
libtrunkdeck_a_SOURCES += \
	src/replay/player.c \
	src/replay/recording.c \
	src/replay/recording.h \
	src/replay/replay.c

# app: what the program knows and can do
libtrunkdeck_a_SOURCES += \
	src/app/action.c \
	src/app/app.c \
	src/app/app_private.h \
	src/app/calls.c \
	src/app/change.c \
	src/app/coverage.c \
	src/app/deletions.c \
	src/app/endpoint_reports.c \
	src/app/hangup.c \
	src/app/history.c \
	src/app/hours.c \
	src/app/job.c \
	src/app/keymap.c \
	src/app/live.c \
	src/app/loop.c \
	src/app/messages.c \
	src/app/publish.c \
	src/app/replay.c \
	src/app/replay_workspace.c \
	src/app/route_states.c \
	src/app/routes.c \
	src/app/servers.c

# demo: the demonstration workspace and its PBX; only main.c includes it
libtrunkdeck_a_SOURCES += \
	src/demo/calls.c \
	src/demo/calls.h \
	src/demo/demo.c \
	src/demo/history.c \
	src/demo/history.h \
	src/demo/pbx.c

# ui/term: the terminal; with what draws, the only part that knows curses
libtrunkdeck_a_SOURCES += \
	src/ui/term/copy.c \
	src/ui/term/curses_wide.h \
	src/ui/term/draw.c \
	src/ui/term/draw.h \
	src/ui/term/dump.c \
	src/ui/term/format.c \
	src/ui/term/keys.c \
	src/ui/term/keys.h \
	src/ui/term/restore.c \
	src/ui/term/restore.h \
	src/ui/term/term.c \
	src/ui/term/term.h \
	src/ui/term/term_private.h \
	src/ui/term/terminfo.c \
	src/ui/term/terminfo.h \
	src/ui/term/theme.c \
	src/ui/term/theme.h

# ui/frame: views, overlays, and the widgets that they share
libtrunkdeck_a_SOURCES += \
	src/ui/frame/dialog.c \
	src/ui/frame/filter.c \
	src/ui/frame/frame.c \
	src/ui/frame/help.c \
	src/ui/frame/layout.c \
	src/ui/frame/layout.h \
	src/ui/frame/line_edit.c \
	src/ui/frame/line_edit.h \
	src/ui/frame/list.c \
	src/ui/frame/list.h \
	src/ui/frame/needs.c \
	src/ui/frame/page.c \
	src/ui/frame/page.h \
	src/ui/frame/palette.c \
	src/ui/frame/palette_history.c \
	src/ui/frame/palette_history.h \
	src/ui/frame/stats.c \
	src/ui/frame/ui.c \
	src/ui/frame/ui.h \
	src/ui/frame/ui_private.h

# ui/pages: pages of the doctor and the test call
libtrunkdeck_a_SOURCES += \
	src/ui/pages/doctor_page.c \
	src/ui/pages/job_page.h \
	src/ui/pages/test_page.c

# ui/forms: the record forms
libtrunkdeck_a_SOURCES += \
	src/ui/forms/draw_form.c \
	src/ui/forms/form.c \
	src/ui/forms/form.h \
	src/ui/forms/item.c \
	src/ui/forms/number.c \
	src/ui/forms/params.c \
	src/ui/forms/pick.c \
	src/ui/forms/provider.c \
	src/ui/forms/theirs.c

# ui/deck: providers and numbers
libtrunkdeck_a_SOURCES += \
	src/ui/deck/deck.h \
	src/ui/deck/delete.c \
	src/ui/deck/draw_rows.c \
	src/ui/deck/endpoint_text.c \
	src/ui/deck/endpoint_text.h \
	src/ui/deck/match.c \
	src/ui/deck/rules.c \
	src/ui/deck/view.c

# ui/metrics: figures of a number, a provider, or all
libtrunkdeck_a_SOURCES += \
	src/ui/metrics/coverage_text.c \
	src/ui/metrics/coverage_text.h \
	src/ui/metrics/figures.c \
	src/ui/metrics/figures.h \
	src/ui/metrics/strip.c \
	src/ui/metrics/view.c

# ui/calls: live and finished calls
libtrunkdeck_a_SOURCES += \
	src/ui/calls/calls.h \
	src/ui/calls/columns.c \
	src/ui/calls/detail_page.c \
	src/ui/calls/hangup.c \
	src/ui/calls/past.c \
	src/ui/calls/view.c

# ui/servers: connections, drift, rejected frames
libtrunkdeck_a_SOURCES += \
	src/ui/servers/json.c \
	src/ui/servers/rows.c \
	src/ui/servers/servers.h \
	src/ui/servers/sync.c \
	src/ui/servers/view.c

# ui/log: messages and changes
libtrunkdeck_a_SOURCES += \
	src/ui/log/view.c \
	src/ui/log/view.h

# ui: the table of views, and the script driver
libtrunkdeck_a_SOURCES += \
	src/ui/script.c \
	src/ui/script.h \
	src/ui/views.c \
	src/ui/views.h

# cli/io: arguments read, results written
libtrunkdeck_a_SOURCES += \
	src/cli/io/args.c \
	src/cli/io/args.h \
	src/cli/io/cli.h \
	src/cli/io/command.h \
	src/cli/io/global_options.h \
	src/cli/io/lookup.c \
	src/cli/io/lookup.h \
	src/cli/io/output.c \
	src/cli/io/output.h \
	src/cli/io/params.c \
	src/cli/io/params.h

# cli/commands: one file for each batch command
libtrunkdeck_a_SOURCES += \
	src/cli/commands/agents.c \
	src/cli/commands/bulk.c \
	src/cli/commands/calls.c \
	src/cli/commands/changes.c \
	src/cli/commands/config.c \
	src/cli/commands/cut.c \
	src/cli/commands/cut.h \
	src/cli/commands/doctor.c \
	src/cli/commands/export.c \
	src/cli/commands/history.c \
	src/cli/commands/history.h \
	src/cli/commands/import.c \
	src/cli/commands/import_lines.c \
	src/cli/commands/import_lines.h \
	src/cli/commands/init.c \
	src/cli/commands/metrics.c \
	src/cli/commands/prometheus.c \
	src/cli/commands/prometheus.h \
	src/cli/commands/record.c \
	src/cli/commands/records.c \
	src/cli/commands/replay.c \
	src/cli/commands/routes.h \
	src/cli/commands/rows.c \
	src/cli/commands/records.h \
	src/cli/commands/rows.h \
	src/cli/commands/server.c \
	src/cli/commands/sync.c \
	src/cli/commands/test.c

# cli: the table of commands, and what is generated from it
libtrunkdeck_a_SOURCES += \
	src/cli/cli.c \
	src/cli/completion.c \
	src/cli/manual.c \
	src/cli/usage.c

bin_PROGRAMS += trunkdeck
trunkdeck_SOURCES = src/main.c
trunkdeck_LDADD = libtrunkdeck.a $(TD_LIBS)

# Made by the program out of its own tables, so that they are never behind it.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_man1_MANS = trunkdeck.1
nodist_man5_MANS = trunkdeck.conf.5
nodist_bashcompletion_DATA = completion/trunkdeck
nodist_zshcompletion_DATA = completion/_trunkdeck
nodist_fishcompletion_DATA = completion/trunkdeck.fish
CLEANFILES += $(nodist_man1_MANS) $(nodist_man5_MANS) $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) \
	$(nodist_fishcompletion_DATA)

trunkdeck.1: trunkdeck$(EXEEXT)
	$(AM_V_GEN)LC_ALL=C ./trunkdeck$(EXEEXT) manual > $@.tmp && mv $@.tmp $@

trunkdeck.conf.5: trunkdeck$(EXEEXT)
	$(AM_V_GEN)LC_ALL=C ./trunkdeck$(EXEEXT) manual config > $@.tmp && mv $@.tmp $@

completion/trunkdeck: trunkdeck$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && LC_ALL=C ./trunkdeck$(EXEEXT) completion bash > $@.tmp && mv $@.tmp $@

completion/_trunkdeck: trunkdeck$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && LC_ALL=C ./trunkdeck$(EXEEXT) completion zsh > $@.tmp && mv $@.tmp $@

completion/trunkdeck.fish: trunkdeck$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && LC_ALL=C ./trunkdeck$(EXEEXT) completion fish > $@.tmp && mv $@.tmp $@
