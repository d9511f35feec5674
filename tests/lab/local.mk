# The lab and its files. ./dev lab runs it, not make. The whole folder is part of a release.
EXTRA_DIST += tests/lab data/asterisk/manager_trunkdeck_split.conf
