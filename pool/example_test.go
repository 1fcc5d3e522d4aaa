package pool_test

import (
	"fmt"

	"github.com/sipwire/sipwire/pool"
)

// One pool for each purpose, usually a package variable.
var replies = pool.Buffers{MaxCap: 8 << 10}

func ExampleBuffers() {
	b := replies.Get()
	defer replies.Put(&b)
	b.B = append(b.B, "SIP/2.0 200 OK"...)
	fmt.Println(string(b.B))
	// Output: SIP/2.0 200 OK
}

func ExampleSlab() {
	s := pool.NewSlab(2, 64<<10)
	slot, _ := s.Take()
	n := copy(s.Bytes(slot), "OPTIONS sip:bob@example.com SIP/2.0")
	fmt.Println(n, s.Free())
	s.Drop(slot)
	fmt.Println(s.Free())
	// Output:
	// 35 1
	// 2
}
