noinst_LIBRARIES += libtdcli.a
libtdcli_a_SOURCES =
