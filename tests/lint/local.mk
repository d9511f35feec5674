# Rules of the tree that no compiler checks; selftest.sh shows that each of them can fail.
lint_tests = tests/lint/layers.sh tests/lint/headers.sh tests/lint/size.sh tests/lint/text.sh \
	tests/lint/potfiles.sh tests/lint/selftest.sh

TESTS += $(lint_tests)
EXTRA_DIST += $(lint_tests) tests/lint/lib.sh tests/lint/layers.awk tests/lint/size.awk tests/lint/text.awk

.PHONY: lint
lint:
	@$(MAKE) check TESTS='$(lint_tests)' check_PROGRAMS=
