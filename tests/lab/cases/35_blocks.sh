# Blocked callers get 603: one, a prefix, anonymous ones, until the block's end. A blocked call reaches no agent.

number=+15551230350
url_agent na-1 url support
number_key na-1 $number agent=url
blocked() {
	local before
	before=$(served)
	status_is 603 $number "$@" && [ "$(served)" = "$before" ]
}
block() { db_put na-1 trunkdeckblock "$1" "3,${2:-0}"; }
now=$(date +%s)

has_key na-1 exact=1
block +41791234567
check "a blocked caller" blocked --from +41791234567
check "with 00" blocked --from 0041791234567
check "without" blocked --from 41791234567
check "another caller" answered_by support $number --from +41791234568
check "a longer number" answered_by support $number --from +417912345678
check "a caller who looks like a number" answered_by support $number --from 'a41791234567'
check "is told" watch_call na-1 $number --from +41791234567
check "without the caller's number" said TrunkdeckRefused "Reason=blocked Cap= Number=$number"
trunk_key na-1 twilio prefix=+41
check "in the provider's national form" blocked --from 0791234567
check "and without its 0" blocked --from 791234567
check "the rule is not added twice" blocked --from 41791234567
db_put na-1 trunkdecktrunk twilio +41
check "nor with the key's former form" blocked --from 0791234567
db_del na-1 trunkdecktrunk twilio
block +41791234567 $((now - 1))
check "a block that has ended" answered_by support $number --from +41791234567
block +41791234567 $((now + 3600))
check "one that has not" blocked --from +41791234567
has_key na-1
check "blocks are not looked for where none are announced" answered_by support $number --from +41791234567

has_key na-1 lengths=3/6
block '+44*'
block '+41792*' $((now - 1))
check "a prefix" blocked --from +442071234567
check "not another one" answered_by support $number --from +41791234567
check "nor one that has ended" answered_by support $number --from +41792345678
block '+41792*'
check "a longer prefix" blocked --from +41792345678
check "an anonymous caller" answered_by support $number --from anonymous
has_key na-1 anonymous=1
block anonymous
check "is blocked by name" blocked --from anonymous
check "in capitals" blocked --from Anonymous
check "without a number" blocked --from '%20'
check "others are not" answered_by support $number --from +442071234567
check "a number that is not here is no secret: blocked first" status_is 603 +15551230359 --from anonymous

for key in anonymous '+44*' '+41792*' +41791234567; do
	db_del na-1 trunkdeckblock "$key"
done
db_del na-1 trunkdeckmeta has
db_del na-1 trunkdeck $number
