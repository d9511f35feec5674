# Two operators at one PostgreSQL store: each sees the changes of the other, and both see when the store goes away.

need_program
number=+15551230110
contested=+15551230111
store=postgresql://postgres@127.0.0.1/deck
forget_routes
check "PostgreSQL starts" inside start_postgres
check "with a database" inside sql postgres 'CREATE DATABASE deck'
make_desk ann $store
make_desk ben $store
check "each operator is a user" eval "give_desk ann && give_desk ben"
check "the workspace is made in batch" furnish ann
check "one screen opens" open_screen ann
check "another opens" open_screen ben
check "both are connected" eval "screen_shows ann 'store ok' 'na-1 ok' 'eu-1 ok' && screen_shows ben 'store ok' 'na-1 ok'"

# told_by NAME PART...: waits for a line of its Log view with all the parts.
told_by() { press "$1" 5 && screen_shows "$@" && press "$1" 1; }
check "one adds a number" add_number ann $number support
check "the other is told who did" told_by ben $number ann
check "and sees it verified" screen_shows ben $number 'Customer Su' 'na ok'
check "it is answered" answered_by support $number
check "both count the call" eval "screen_shows ann $number '1 today' 100% && screen_shows ben $number '1 today' 100%"
check "the store has it" in_store ben $number agentId=support createdBy=ann

fill_form ann $contested support
fill_form ben $contested sales
press ann C-s
press ben C-s
# won_by WINNER LOSER
won_by() { has_line "$1" "$contested added" && has_line "$2" 'already exists'; }
decided() { won_by ann ben || won_by ben ann; }
check "of two who add the same number one wins and the other is told" wait_for 10 "a winner" decided
if won_by ann ben; then agent=support loser=ben; else agent=sales loser=ann; fi
check "the store has the winner's" in_store ann $contested agentId=$agent
check "the loser's form is closed" leave_form $loser
route_leads_to() { [ "$(agent_of na-1 "$1")" = "$2" ]; }
check "the route is the winner's" wait_for 10 "the route" route_leads_to $contested $agent

check "a terminal stops reading, and is full" stall_screen ann
check "the other edits a number" deck ben number edit $number --agent sales
# Both screens' sessions have queried the store since the change.
reads_on() { [ "$(inside sql deck "SELECT count(*) FROM pg_stat_activity WHERE datname = 'deck' AND
	pid <> pg_backend_pid() AND extract(epoch FROM query_start) * 1000000 > (SELECT max(at) FROM change)")" = 2 ]; }
check "both read it from the store all the same" wait_for 10 "the workers" reads_on
check "the terminal is full still" terminal_is_full ann
check "the terminal reads again" resume_screen ann
check "and shows the edit" screen_shows ann $number Sales 'na ok'
check "the new agent answers" answered_by sales $number

check "the other deletes it" delete_number ben $number
check "the first is told who did" told_by ann $number ben delete
check "its row is gone" screen_drops ann $number 'na ok'
check "the route too" wait_for 10 "the end of the route" refuted db_get na-1 trunkdeck $number
check "the next call is 404" status_is 404 $number

check "the database goes away" inside halt_postgres
check "both screens say so" eval "screen_shows ann 'store retry' && screen_shows ben 'store retry'"
check "what was known is still shown" screen_has ann $contested 'na ok'
check "keys are answered" eval "press ann 4 && screen_shows ann $(address_of na-1):5038 && press ann 1"
check "calls are too" answered_by $agent $contested
check "and shown" screen_shows ann $contested '1 today' 100%
check "one leaves, without its store" quit_screen ben
check "a screen opens without the database" open_screen ben
check "and says so" screen_shows ben 'store retry' 'na-1 ok'
check "the database returns" inside run_postgres
check "both have it back" eval "screen_shows ann 'store ok' && screen_shows ben 'store ok' && screen_shows ben $contested 'na ok'"
check "and work with it" eval "add_number ann $number support && told_by ben $number ann && screen_shows ben $number 'na ok'"
check "both leave" quit_screen ann
check "both, by losing the terminal" close_screen ben
check "PostgreSQL stops" inside stop_postgres
