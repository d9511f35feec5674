noinst_LIBRARIES += libtdstore.a
libtdstore_a_SOURCES = src/store/store.c src/store/read.c src/store/mutate.c src/store/calls.c src/store/migrate.c \
	src/store/sqlite.c src/store/postgres.c src/store/db.h
libtdstore_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS) $(LIBPQ_CFLAGS)
