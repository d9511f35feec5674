# An Asterisk that is killed comes back with its routes; the other one is not affected.

give_agents na-1
give_agents eu-1
route na-1 +15551230060 support
route eu-1 +442071230060 sales
# Asterisk writes its database to disk within a second of the answer. Only then does a key survive a kill.
written() { [ -n "$(inside astdb_file_key na-1 /trunkdeck/+15551230060)" ]; }
check "the route is written down" wait_for 5 "the route on disk" written

check "na-1 can be killed" inside kill_server na-1
check "and is stopped" refuted inside server_process na-1
check "eu-1 answers meanwhile" answered_by sales +442071230060 --to eu-1
check "na-1 can be started" inside start_server na-1
check "its route is there" test "$(agent_of na-1 +15551230060)" = support
check "and serves" answered_by support +15551230060
db_del na-1 trunkdeck +15551230060
db_del eu-1 trunkdeck +442071230060
