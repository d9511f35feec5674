noinst_LIBRARIES += libtdui.a
libtdui_a_SOURCES =
