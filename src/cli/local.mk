noinst_LIBRARIES += libtdcli.a
libtdcli_a_SOURCES = src/cli/cli.c
libtdcli_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
