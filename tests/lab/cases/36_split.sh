# A number's calls are split among agents by their weights.

number=+15551230360
for agent in one two three; do
	url_agent na-1 $agent $agent
done
# shares CALLS NAME FROM TO...: so many calls, answered by the agents as often as the ranges say.
shares() {
	local calls=$1 begin agent from to got
	shift
	begin=$(served)
	lab_call $number --count "$calls" --rate 40 --hold 100 || return
	while [ $# -gt 0 ]; do
		agent=$1 from=$2 to=$3
		shift 3
		got=$(tail -n "+$((begin + 1))" "$LAB_RUN/agents.log" | grep -c "\"agent\": \"$agent\"" || :)
		echo "$agent: $got"
		[ "$got" -ge "$from" ] && [ "$got" -le "$to" ] || return
	done
}

# The ranges are six standard deviations wide on each side: one run in 500 million is outside.
number_key na-1 $number agent=one split=one:90/two:10
check "ninety and ten of a hundred" shares 300 one 238 300 two 1 61
number_key na-1 $number agent=one split=one:1/two:1/three:2
check "one, one and two of four" shares 200 one 14 86 two 14 86 three 58 142
number_key na-1 $number agent=one split=three:1
check "a single one" shares 20 three 20 20
check "is told" watch_call na-1 $number
check "as the way" said TrunkdeckCall "Agent=three Way=split Number=$number"
check "and as an attempt" said TrunkdeckAttempt 'Agent=three Way=split Result=dialling'
number_key na-1 $number agent=one split=gone:1 fallback=two
check "an agent that is gone has the fallback" answered_by two $number
db_del na-1 trunkdeck $number
