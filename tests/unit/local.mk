# Unit tests: one cmocka program per module. Each appends itself to unit_tests and says what it links.
unit_tests =

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
check_SCRIPTS += no-cmocka
no-cmocka:
	@echo "make check needs cmocka: install libcmocka-dev and run configure again" >&2; exit 1
endif

# base
unit_tests += tests/unit/test_base_text tests/unit/test_base_utf8 tests/unit/test_base_sys tests/unit/test_base_mailbox

tests_unit_test_base_text_SOURCES = tests/unit/test_base_text.c
tests_unit_test_base_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_text_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_utf8_SOURCES = tests/unit/test_base_utf8.c
tests_unit_test_base_utf8_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_utf8_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_sys_SOURCES = tests/unit/test_base_sys.c
tests_unit_test_base_sys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_sys_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)

tests_unit_test_base_mailbox_SOURCES = tests/unit/test_base_mailbox.c
tests_unit_test_base_mailbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_mailbox_LDADD = libtdbase.a $(CMOCKA_LIBS) $(PTHREAD_LIBS)
