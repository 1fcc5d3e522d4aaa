package suite

import (
	"math/rand/v2"
	"testing"

	"github.com/sipwire/sipwire/bench/peer"
)

// TestAgreement asks that our parser reads every message of the corpus, that
// every peer agrees on most, and that the sums of the batches are those of
// the fields.
func TestAgreement(t *testing.T) {
	plan, err := Build(peer.All(), peer.Tasks(), Mixed(1, 400))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range plan.Left {
		t.Logf("%s/%s: %d of %d messages left out, the first because %s", l.Impl, l.Task, len(l.Findings), l.Total, l.Findings[0].Why)
		if l.Impl == Reference || len(l.Findings) > l.Total/2 {
			t.Errorf("%s/%s: %d of %d messages left out", l.Impl, l.Task, len(l.Findings), l.Total)
		}
	}
	tasks := map[string]bool{}
	for _, c := range plan.Cases {
		picks := make([]int32, 64)
		for i := range picks {
			picks[i] = int32(rand.IntN(c.Messages))
		}
		got := c.Run(picks)
		if c.Want != nil && got != c.Want(picks) {
			t.Errorf("%s/%s: the checksum is not that of the work", c.Impl, c.Task)
		}
		if c.Impl == Reference {
			tasks[c.Task] = true
		}
	}
	for _, task := range []peer.Task{peer.Index, peer.Read, peer.Typed, peer.Encode, peer.EncodeOne, peer.Rewrite,
		peer.RewriteReceived, peer.Proxy, peer.ProxyReceived, peer.Reply, peer.ReplyReceived, peer.Stamp, peer.StampOne, peer.Stream} {
		if !tasks[string(task)] {
			t.Errorf("our parser has no case of %s", task)
		}
	}
}
