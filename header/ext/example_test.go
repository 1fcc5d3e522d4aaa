package ext_test

import (
	"fmt"

	"github.com/sipwire/sipwire/header/ext"
)

func ExampleSubscriptionState() {
	var v ext.SubscriptionState
	v.Parse([]byte("terminated;reason=timeout;retry-after=60"))
	seconds, ok := v.RetryAfter()
	fmt.Printf("%v %s %d %v\n", v.State() == ext.SubTerminated, v.Reason(), seconds, ok)
	// Output:
	// true timeout 60 true
}
