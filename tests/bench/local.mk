# Figures for people: make bench [BENCH='--json PART...']. They are no part of make check.
EXTRA_PROGRAMS += tests/bench/bench_store tests/bench/bench_ami
EXTRA_DIST += tests/bench/bench.py tests/bench/ami_source.py tests/bench/figures.py tests/bench/screen.py \
	tests/bench/screens.py tests/bench/stores.py tests/bench/streams.py tests/bench/stream_server.py \
	tests/bench/peers/count.js tests/bench/peers/ami_io.js tests/bench/peers/asterisk_manager.js tests/bench/peers/panoramisk_client.py

tests_bench_bench_store_SOURCES = tests/bench/bench_store.c
tests_bench_bench_store_LDADD = libtrunkdeck.a $(TD_LIBS)

tests_bench_bench_ami_SOURCES = tests/bench/bench_ami.c
tests_bench_bench_ami_LDADD = libtrunkdeck.a $(TD_LIBS)

.PHONY: bench
bench: trunkdeck tests/bench/bench_store tests/bench/bench_ami
	@TRUNKDECK=./trunkdeck BENCH_STORE=tests/bench/bench_store BENCH_AMI=tests/bench/bench_ami \
		BENCH_DATA='$(top_srcdir)/tests/data/ami' BENCH_PG='$(top_srcdir)/tests/unit/kit/pg.sh' \
		'$(top_srcdir)/tests/bench/bench.py' $(BENCH)
