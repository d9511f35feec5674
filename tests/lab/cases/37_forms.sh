# Whatever form the carrier sends: each form that a number may have is looked up, first among the provider's own numbers.

for agent in one two; do
	url_agent na-1 $agent $agent
done
es=+34945945945
doubled=+3434945945945
number_key na-1 $es agent=one
trunk_key na-1 twilio prefix=+34
arrives() { answered_by "$2" "$1" --provider "${3:-twilio}"; }

check "with +" arrives $es one
check "with 00" arrives 0034945945945 one
check "with the country's code and no +" arrives 34945945945 one
check "in national form" arrives 945945945 one
check "with a leading 0" arrives 0945945945 one
check "the form is told" watch_call na-1 0945945945
check "beside the number" said TrunkdeckCall "Number=$es Arrived=0945945945"
check "an unknown number" watch_call na-1 0945945900
check "is told in E.164 and as it came" said TrunkdeckUnmapped "Number=+34945945900 Endpoint=twilio Arrived=0945945900"

# Two numbers that one form could mean.
number_key na-1 $doubled agent=two
check "of two meanings the first is taken" arrives 34945945945 one
number_key na-1 $es agent=one provider=peoplefone endpoint=peoplefone
check "but a number of the provider before one of another" arrives 34945945945 two
check "the other provider has its own" arrives 34945945945 one peoplefone
check "with + there is one meaning" arrives $es one
db_del na-1 trunkdeck $doubled
check "another provider's number is taken where there is no own" arrives 34945945945 one
db_put na-1 trunkdeck $es one
check "the former form is of no provider" arrives 945945945 one
db_put na-1 trunkdecktrunk twilio +34
check "with the former prefix rule" arrives 0945945945 one
number_key na-1 $es state=off
check "a disabled number is 404" status_is 404 945945945
number_key na-1 $es agent=one provider=peoplefone endpoint=peoplefone
db_put na-1 trunkdeck $doubled 3,off,,,,twilio,,,,,,,
check "and is not taken for another provider's" status_is 404 34945945945
db_del na-1 trunkdeck $doubled
check "a context stands in for the rule" status_is 404 '945945945;phone-context=+44'
number_key na-1 +44945945945 agent=two
check "and comes first" arrives '945945945;phone-context=+44' two
check "dropping a 0" arrives '0945945945;phone-context=+44' two
check "an endless number is 404" status_is 404 "$(printf '7%.0s' {1..200})"

db_del na-1 trunkdeck +44945945945
db_del na-1 trunkdeck $es
db_del na-1 trunkdecktrunk twilio
