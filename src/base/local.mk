noinst_LIBRARIES += libtdbase.a
libtdbase_a_SOURCES = src/base/buf.c src/base/clock.c src/base/embed.c src/base/err.c src/base/log.c \
	src/base/mailbox.c src/base/mem.c src/base/str.c src/base/utf8.c
nodist_libtdbase_a_SOURCES = embedded.c
