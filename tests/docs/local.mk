# The documents; selftest.sh shows that each rule can fail.
docs_tests = tests/docs/docs.sh tests/docs/selftest.sh

lint_tests += $(docs_tests)
EXTRA_DIST += $(docs_tests) tests/docs/links.awk tests/docs/headings.awk tests/docs/commands.awk \
	CONTRIBUTING.md CHANGELOG.md SECURITY.md \
	docs/asterisk.md docs/batch.md docs/configuration.md docs/dialplan.md docs/figures.md docs/metrics.md docs/operating.md \
	docs/security.md docs/troubleshooting.md
