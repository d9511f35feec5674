noinst_LIBRARIES += libtdbase.a
libtdbase_a_SOURCES = src/base/buf.c src/base/clock.c src/base/embed.c src/base/err.c src/base/log.c \
	src/base/mailbox.c src/base/mem.c src/base/str.c src/base/utf8.c src/base/zone.c \
	include/trunkdeck/banned.h include/trunkdeck/buf.h include/trunkdeck/clock.h include/trunkdeck/embed.h \
	include/trunkdeck/err.h include/trunkdeck/gettext.h include/trunkdeck/log.h include/trunkdeck/mailbox.h \
	include/trunkdeck/mem.h include/trunkdeck/str.h include/trunkdeck/utf8.h include/trunkdeck/zone.h
nodist_libtdbase_a_SOURCES = embedded.c
