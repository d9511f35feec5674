# Carriers put parameters into the user part of the SIP address, after the number. Without ignore_uri_user_options in
# pjsip.conf Asterisk leaves them in the extension.

number=+15551230021
national=+442071230021

give_agents na-1
check "a route is written" route na-1 $number support
check "another one" route na-1 $national sales
check "alone" answered_by support $number
for parameters in ';ext=102' ';npdi;rn=+15559990000' ';npdi' ';cic=+1555;phone-context=+44' ';isub=1*2#3' ';'; do
	check "with $parameters" answered_by support "$number$parameters"
	check "with 00 and $parameters" answered_by support "00${number#+}$parameters"
done
check "a context's digits come before" answered_by sales '2071230021;phone-context=+44'
check "in place of a leading 0" answered_by sales '02071230021;npdi;phone-context=+44'
check "a domain for a context adds nothing" answered_by support '15551230021;phone-context=carrier.example'
check "another number with parameters is 404" status_is 404 '+15551230029;ext=21'
check "what only looks like parameters is 404" status_is 404 '+1555;1230021'
db_del na-1 trunkdeck $number
db_del na-1 trunkdeck $national
