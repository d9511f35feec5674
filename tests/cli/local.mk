# The batch commands and the configuration, through the built program.
cli_tests = tests/cli/test_records.py tests/cli/test_bulk.py tests/cli/test_output.py tests/cli/test_config.py tests/cli/test_history.py tests/cli/test_import.py \
	tests/cli/test_servers.py tests/cli/test_manual.py tests/cli/test_hostile.py \
	tests/cli/test_doors.py tests/cli/test_doctor.py

TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) tests/cli/deck.py tests/cli/prometheus.py
