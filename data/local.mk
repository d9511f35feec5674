# What the program carries inside itself; see include/trunkdeck/embed.h.
# Tabs and control bytes are fine, NUL bytes are not.
embedded_files = \
	data/asterisk/cdr_manager.conf \
	data/asterisk/extensions_trunkdeck.conf \
	data/asterisk/func_odbc.conf \
	data/asterisk/globals_trunkdeck.conf \
	data/asterisk/manager_trunkdeck.conf \
	data/asterisk/odbc.ini \
	data/asterisk/res_odbc.conf \
	data/asterisk/sorcery_trunkdeck.conf \
	data/countries.tsv \
	data/demo/workspace.json \
	data/import_headings.tsv \
	data/sql/sqlite/0001_initial.sql \
	data/sql/sqlite/0002_call_recorded.sql \
	data/sql/sqlite/0003_call_by_end.sql \
	data/sql/sqlite/0004_listened.sql \
	data/sql/sqlite/0005_live_call.sql \
	data/sql/sqlite/0006_change_undoes.sql \
	data/sql/sqlite/0007_call_story.sql \
	data/sql/sqlite/0008_what_a_caller_gets.sql \
	data/sql/sqlite/0009_call_route.sql \
	data/sql/postgres/0001_initial.sql \
	data/sql/postgres/0002_call_recorded.sql \
	data/sql/postgres/0003_views_for_asterisk.sql \
	data/sql/postgres/0004_call_by_end.sql \
	data/sql/postgres/0005_listened.sql \
	data/sql/postgres/0006_live_call.sql \
	data/sql/postgres/0007_change_undoes.sql \
	data/sql/postgres/0008_call_story.sql \
	data/sql/postgres/0009_what_a_caller_gets.sql \
	data/sql/postgres/0010_call_route.sql \
	data/sql/postgres/0011_asterisk_call.sql

EXTRA_DIST += $(embedded_files)

embedded.c: $(embedded_files) build-aux/embed.awk
	$(AM_V_GEN)cd $(srcdir) && $(AWK) -v strip=data/ -f build-aux/embed.awk $(embedded_files) \
		> $(abs_builddir)/$@.tmp && mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
CLEANFILES += embedded.c

# The recorder as a service.
systemddir = $(prefix)/lib/systemd/system
nodist_systemd_DATA = data/trunkdeck-record.service
EXTRA_DIST += data/trunkdeck-record.service.in
CLEANFILES += data/trunkdeck-record.service

data/trunkdeck-record.service: data/trunkdeck-record.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data && sed -e '/^#/!s|@bindir[@]|$(bindir)|' \
		'$(srcdir)/data/trunkdeck-record.service.in' > $@.tmp && mv $@.tmp $@
