noinst_LIBRARIES += libtdagents.a
libtdagents_a_SOURCES =
