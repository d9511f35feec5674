# Figures, for reading: make bench. Nothing here is part of make check.
EXTRA_PROGRAMS += tests/bench/bench_store
EXTRA_DIST += tests/bench/bench.py tests/bench/ami_source.py

tests_bench_bench_store_SOURCES = tests/bench/bench_store.c
tests_bench_bench_store_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_bench_bench_store_LDADD = libtdstore.a libtdmodel.a libtdbase.a $(JANSSON_LIBS) $(LIBPQ_LIBS) $(SQLITE_LIBS) \
	$(PTHREAD_LIBS) $(LTLIBINTL)

.PHONY: bench
bench: trunkdeck tests/bench/bench_store
	$(top_srcdir)/tests/bench/bench.py ./trunkdeck ./tests/bench/bench_store $(top_srcdir)/tests/data/ami
