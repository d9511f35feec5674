noinst_LIBRARIES += libtdstore.a
libtdstore_a_SOURCES = src/store/store.c src/store/listened.c src/store/live_calls.c src/store/call_columns.c src/store/call_columns.h src/store/read.c src/store/read_snapshot.c src/store/mutate.c src/store/calls.c src/store/migrate.c \
	src/store/txn.c src/store/txn.h src/store/tables.c src/store/tables.h src/store/insert.c src/store/insert.h \
	src/store/db.c src/store/db.h src/store/sqlite.c src/store/postgres.c src/store/postgres_url.c \
	src/store/postgres_url.h src/store/private.h
libtdstore_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS) $(LIBPQ_CFLAGS)
