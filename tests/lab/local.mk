# The lab and its files. ./dev lab runs it, not make. The whole folder is part of a release.
EXTRA_DIST += tests/lab data/asterisk/manager_trunkdeck_split.conf

# The lab makes it for case 46.
EXTRA_PROGRAMS += tests/lab/hours_at
tests_lab_hours_at_SOURCES = tests/lab/hours_at.c
tests_lab_hours_at_LDADD = libtrunkdeck.a $(TD_LIBS)
