# A client that stops reading the list of keys. Asterisk holds the lock of its database while it writes that list, and
# routes no call without the lock. A small list fits into the kernel's buffers; with a larger one the server stands
# until the client's connection ends. Therefore ours is closed when nothing more comes (test_ami_client).

as_ctl() { AMI_SECRET=$LAB_SECRET enter "$LAB_PYTHON" "$LAB_DIR/ami.py" "$(address_of na-1)" trunkdeck-ctl "$@"; }
begin_stall() {
	as_ctl stall trunkdeck >"$LAB_RUN/stalled" 2>&1 &
	wait_for 10 "the question" grep -q asked "$LAB_RUN/stalled"
}
end_stall() { enter kill "$(sed -n 's/^asked //p' "$LAB_RUN/stalled")"; }
answers_soon() { timeout 4 "$LAB_DIR/lab" dbget na-1 trunkdeckagent support; }

forget_routes
give_agents na-1
check "30,000 routes" as_ctl fill trunkdeck 30000 support
check "somebody asks for them and reads nothing" begin_stall
check "a call is routed all the same" answered_by support +15550000001
check "and the database answers" answers_soon
check "it ends" end_stall
check "100,000 routes" as_ctl fill trunkdeck 100000 support
check "somebody asks for them and reads nothing" begin_stall
check "now the database answers nobody" wait_for 10 "the standstill" refuted answers_soon
check "it ends" end_stall
check "then the database answers again" wait_for 10 "an answer" answers_soon
check "a call is routed again" answered_by support +15550000001
check "the keys are taken away" eval "inside asterisk_cli na-1 'database deltree trunkdeck' >/dev/null"
forget_routes
