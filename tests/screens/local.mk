# Golden screens: the real program, scripted keys, a virtual clock. The whole folder goes into a release.
TESTS += tests/screens/run.sh
EXTRA_DIST += tests/screens

.PHONY: check-screens
check-screens: trunkdeck
	@abs_builddir='$(abs_top_builddir)' UPDATE='$(UPDATE)' '$(top_srcdir)/tests/screens/run.sh'
