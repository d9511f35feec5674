# Every form in which a carrier writes the number is recognised as the configured number.

give_agents na-1
route na-1 +442071230040 support
route na-1 +15551230040 sales

check "with +" answered_by support +442071230040
check "with 00" answered_by support 00442071230040
check "bare international form" answered_by support 442071230040
check "with + and a stray character" answered_by support +44-2071230040
check "national form without a rule is 404" status_is 404 02071230040

check "a rule can be written for a provider" db_put na-1 trunkdecktrunk peoplefone +44
check "national form with the leading 0" answered_by support 02071230040 --provider peoplefone
check "national form without it" answered_by support 2071230040 --provider peoplefone
check "a + is never touched by the rule" answered_by support +442071230040 --provider peoplefone
check "nor is 00" answered_by support 00442071230040 --provider peoplefone
check "the rule is that provider's alone" status_is 404 02071230040 --provider twilio
check "the other provider's numbers are as they were" answered_by sales 15551230040 --provider twilio
check "what is no number is 404" status_is 404 anonymous
db_del na-1 trunkdecktrunk peoplefone
