# Two hundred calls at once on a cap of fifty: exactly fifty are admitted, and fifty again after each burst. In full, 20 bursts; case
# 34 has the rules of caps.

number=+15551230420
url_agent na-1 held silent
url_agent na-1 held-50 silent 50

# fifty CALL_ARGUMENTS...: the calls that are admitted last until all others were refused.
fifty() {
	local said
	said=$(lab_call "$@" --count 200 --rate 1000 --hold 8000) || :
	echo "$said"
	grep -q '"codes": {"\(200": 50, "486": 150\|486": 150, "200": 50\)}' <<<"$said" && wait_for 30 "no channel" quiet na-1
}

has_key na-1
number_key na-1 $number agent=held max=50
for burst in $(seq "$(size 14 1)"); do
	check "burst $burst on a number with a cap of 50" fifty $number
done
number_key na-1 $number agent=held-50
for burst in $(seq "$(size 2 1)"); do
	check "burst $burst on an agent with one" fifty $number
done
if [ "${LAB_LOAD:-}" = full ]; then
	number_key na-1 $number agent=held
	trunk_key na-1 twilio max=50
	has_key na-1 trunks=1
	check "a burst on a provider with one" fifty $number
	check "another one" fifty $number
	db_del na-1 trunkdecktrunk twilio
	has_key na-1 per_caller=50
	check "a burst of one caller" fifty $number --from +41791234567
	check "another one, of its other form" fifty $number --from 0041791234567
fi
db_del na-1 trunkdeckmeta has
db_del na-1 trunkdeck $number
