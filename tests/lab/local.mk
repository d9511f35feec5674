# The lab, and what it serves: run by ./dev lab, not by make. The whole folder goes into a release.
EXTRA_DIST += tests/lab data/asterisk/manager_trunkdeck_split.conf
