# The agent directory: the merge alone, the library and the program against a server that does everything wrong.
unit_tests += tests/agents/test_merge tests/agents/test_read tests/agents/test_worker
threaded_tests += tests/agents/test_read tests/agents/test_worker
TESTS += tests/agents/test_sync.py
EXTRA_DIST += tests/agents/test_sync.py tests/agents/server.py

agents_test_libs = libtdagents.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS) \
	$(LTLIBINTL)
agents_directory = tests/agents/directory.c tests/agents/directory.h

tests_agents_test_merge_SOURCES = tests/agents/test_merge.c
tests_agents_test_merge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_agents_test_merge_LDADD = $(agents_test_libs)

tests_agents_test_read_SOURCES = tests/agents/test_read.c $(agents_directory)
tests_agents_test_read_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_agents_test_read_LDADD = $(agents_test_libs)

tests_agents_test_worker_SOURCES = tests/agents/test_worker.c $(temp_store) $(agents_directory)
tests_agents_test_worker_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_agents_test_worker_LDADD = $(app_test_libs)
