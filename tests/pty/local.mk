# The program on a pseudo terminal.
TESTS += tests/pty/test_screen.py
EXTRA_DIST += tests/pty/ptytest.py tests/pty/test_screen.py
