package resolve

import (
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestWeight: a target says which SRV record it is of.
func TestWeight(t *testing.T) {
	r := New(Config{Servers: []string{serve(t, zone).addr}})
	all, err := r.Targets(t.Context(), codec.Destination{Host: []byte("example.com"), Transport: header.TransportTCP})
	if err != nil || len(all) != 4 || all[0].Priority != 0 || all[0].Weight != 1 || all[3].Priority != 1 || all[3].Weight != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}
