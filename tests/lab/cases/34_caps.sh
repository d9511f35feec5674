# Caps on concurrent calls of a number, a provider, a caller and an agent: exact in bursts, and again after each burst. Three
# bursts of 40; with LAB_FULL set, twenty of 200.

number=+15551230340
url_agent na-1 held silent
url_agent na-1 held-10 silent 10
url_agent na-1 spare spare
url_agent na-1 spare-5 silent 5

# admits WANT CALL_ARGUMENTS...: of forty calls at once, WANT as "200: 10, 486: 30".
admits() {
	local want=$1 said
	shift
	said=$(lab_call --count 40 --rate 1000 --hold 2500 "$@") || :
	echo "$said"
	"$LAB_PYTHON" -c 'import json, sys
got = json.loads(sys.argv[1])["codes"]
sys.exit(", ".join("%s: %d" % c for c in sorted(got.items())) != sys.argv[2])' "$said" "$want"
}
burst() { admits "$@" && wait_for 15 "no channel" quiet na-1; }

has_key na-1
if [ -n "${LAB_FULL:-}" ]; then
	number_key na-1 $number agent=held max=50
	for n in {1..20}; do
		check "burst $n of 200 on a number with a cap of 50" burst "200: 50, 486: 150" $number --count 200 --hold 6000
	done
fi
number_key na-1 $number agent=held max=10
for n in 1 2 3; do
	check "burst $n on a number with a cap of 10" burst "200: 10, 486: 30" $number
done
check "another number of the agent has none" eval "number_key na-1 ${number}1 agent=held && burst '200: 40' ${number}1"
begin_call one $number
check "a call is up" wait_for 10 "the call" up_channel na-1 WebSocket
check "it counts" admits "200: 9, 486: 31" $number
end_calls na-1
check "the call ends" call_ended one 200
number_key na-1 $number agent=held max=1
begin_call one $number
check "a call on a cap of 1" wait_for 10 "the call" up_channel na-1 WebSocket
check "the next one is refused" watch_call na-1 $number
check "which is told" said TrunkdeckRefused "Reason=over_cap Cap=number Number=$number"
check "and is no attempt" said TrunkdeckAttempt
end_calls na-1
check "the first one ends" call_ended one 200
check "the number is free" status_is 200 $number

number_key na-1 $number agent=held-10
check "an agent's cap" burst "200: 10, 486: 30" $number
number_key na-1 $number agent=held-10 fallback=spare
before=$(served_by spare)
check "over it, the fallback" burst "200: 40" $number
check "takes the rest" test "$(served_by spare)" = $((before + 30))
number_key na-1 $number agent=held-10 fallback=spare-5
check "as far as its own cap allows" burst "200: 15, 486: 25" $number
number_key na-1 ${number}1 agent=spare fallback=held-10
number_key na-1 $number agent=down fallback=held-10
check "the fallback's calls count for its agent" burst "200: 10, 486: 30" $number

number_key na-1 $number agent=held
trunk_key na-1 twilio max=10
has_key na-1 trunks=1
check "a provider's cap" burst "200: 10, 486: 30" $number
check "is not another provider's" burst "200: 40" $number --provider peoplefone
number_key na-1 $number agent=held provider=peoplefone endpoint=peoplefone
check "it counts calls by where they come through" burst "200: 10, 486: 30" $number
db_del na-1 trunkdecktrunk twilio

number_key na-1 $number agent=held
has_key na-1 per_caller=10
check "a caller's cap" burst "200: 10, 486: 30" $number --from +41791234567
check "counts the forms of a number as one" burst "200: 10, 486: 30" $number --from 0041791234567
check "not anonymous callers" burst "200: 40" $number --from anonymous
has_key na-1 per_caller=1
begin_call one $number --from +41791234567
check "a caller's call" wait_for 10 "the call" up_channel na-1 WebSocket
check "its second one is refused" watch_call na-1 $number --from 0041791234567
check "which is told" said TrunkdeckRefused "Reason=over_cap Cap=caller Number=$number"
check "another caller's is not" status_is 200 $number --from +41791234568
end_calls na-1
check "the call ends" call_ended one 200

db_del na-1 trunkdeckmeta has
db_del na-1 trunkdeck $number
db_del na-1 trunkdeck ${number}1
