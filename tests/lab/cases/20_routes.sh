# A number with a route is answered by its agent and no other; without one it is 404; servers do not share routes.

number=+15551230020
give_agents na-1
give_agents eu-1

check "a number without a route is 404" status_is 404 $number
check "a route can be written" route na-1 $number support
check "and read back" test "$(db_get na-1 trunkdeck $number)" = support
check "the number is answered by its agent (WebSocket)" answered_by support $number
check "on the other server it is 404" status_is 404 $number --to eu-1
check "the route can be changed" route na-1 $number sales
check "the number is answered by the new agent (AudioSocket)" answered_by sales $number
check "from the other provider too" answered_by sales $number --provider peoplefone
check "the route can be deleted" db_del na-1 trunkdeck $number
check "and is gone" refuted db_get na-1 trunkdeck $number
check "the next call is 404" status_is 404 $number
check "a deleted route cannot be deleted again" refuted db_del na-1 trunkdeck $number
