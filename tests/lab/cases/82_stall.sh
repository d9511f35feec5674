# A terminal that stops reading stops the screen only: no event of the calls is lost meanwhile.

need_program
number=+15551230100
late=+15551230101
forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
make_desk ben "sqlite:$(desk_dir ann)/store.db"
check "with a number" deck ann number add $number --provider twilio --agent support
check "the screen opens" open_screen ann
check "the number is verified" screen_shows ann $number 'na ok'
sessions=$(ami_sessions na-1)
check "na-1 has its two sessions" test "$(wc -l <<<"$sessions")" = 2

check "its terminal stops reading, and is full" stall_screen ann
check "forty calls are answered" lab_call $number --count 40 --rate 20 --hold 300
served=$(served_by support)
check "two hundred calls are answered" lab_call $number --count 200 --rate 40 --hold 500
check "each by the agent" test "$(served_by support)" = $((served + 200))
begin_call held $number --from +14155550200
check "one more stays" wait_for 10 "the call" inside says na-1 'core show channels' '^PJSIP/.*Up'
check "what na-1 sent has been read all the while" wait_for 10 "empty queues" all_read na-1
check "no session was dropped" test "$(ami_sessions na-1)" = "$sessions"
check "another operator adds a number" deck ben number add $late --provider twilio --agent sales --label Meanwhile
check "the terminal is full still" terminal_is_full ann

check "the terminal reads again" resume_screen ann
check "the screen knows every call" screen_shows ann $number '241 today'
check "shows the one that is up" screen_shows ann $number +14155550200 talking
check "and has what the other operator did" screen_shows ann $late 'na ok'
check "its route too" test "$(agent_of na-1 $late)" = sales
end_calls na-1
check "the call that stayed ends" call_ended held 200
check "every call was answered, none was lost" screen_shows ann $number '241 today' 100%
press ann 4
check "nothing was dropped or disbelieved" screen_shows ann ' 0 rejected' ' 0 dropped'
check "in the same sessions" test "$(ami_sessions na-1)" = "$sessions"
check "the program ends with its terminal" close_screen ann
