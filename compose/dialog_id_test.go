package compose

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestDialogID makes a dialog on both sides and holds its ID, taken before the
// first response is sent, against those of all later messages.
func TestDialogID(t *testing.T) {
	const seed = 7
	invite := whole(t, strings.ReplaceAll(optionsMsg, "OPTIONS", "INVITE")+"Contact: <sip:alice@a.example>\r\n\r\n")
	var uas, uac Dialog
	if err := uas.Begin(invite, []byte("bobtag")); err != nil {
		t.Fatal(err)
	}
	ok, err := AppendReply(nil, invite, &Reply{Status: 200, Tag: uas.LocalTag,
		Fields: []HeaderField{{ID: header.IDContact, Addr: &Address{URI: []byte("sip:bob@b.example")}}}})
	if err != nil {
		t.Fatal(err)
	}
	response := whole(t, string(ok))
	if err := uac.Begin(response, nil); err != nil {
		t.Fatal(err)
	}
	ids := map[*Dialog]string{}
	for _, d := range []*Dialog{&uas, &uac} {
		id, err := d.AppendID([]byte("x"))
		if err != nil || id[0] != 'x' {
			t.Fatal(err)
		}
		ids[d] = string(id[1:])
	}
	check := func(name string, d *Dialog, m *codec.Message, side codec.Side) {
		t.Helper()
		id, err := m.AppendDialogID(nil, side)
		if err != nil || string(id) != ids[d] {
			t.Errorf("%s: %q, %v, want %q", name, id, err, ids[d])
		}
		hash, err := m.DialogHash(seed, side)
		if want, err2 := d.Hash(seed); err != nil || err2 != nil || hash != want {
			t.Errorf("%s: hash %x, %v, want %x, %v", name, hash, err, want, err2)
		}
	}
	check("response sent", &uas, response, codec.UAS)
	check("response received", &uac, response, codec.UAC)
	for _, side := range []struct {
		name     string
		from, to *Dialog
	}{{"of the UAC", &uac, &uas}, {"of the UAS", &uas, &uac}} {
		b, err := AppendRequest(nil, side.from, &Request{Method: []byte("BYE"), CSeq: 2, Via: bobVia})
		if err != nil {
			t.Fatal(err)
		}
		bye := whole(t, string(b))
		check("BYE sent "+side.name, side.from, bye, codec.UAC)
		check("BYE received "+side.name, side.to, bye, codec.UAS)
		b, err = AppendReply(nil, bye, &Reply{Status: 200})
		if err != nil {
			t.Fatal(err)
		}
		check("200 sent "+side.name, side.to, whole(t, string(b)), codec.UAS)
		check("200 received "+side.name, side.from, whole(t, string(b)), codec.UAC)
	}
	if ids[&uas] == ids[&uac] {
		t.Error("both sides have one ID")
	}
	other := uas
	other.LocalTag = []byte("other")
	if id, _ := other.AppendID(nil); string(id) == ids[&uas] {
		t.Error("the tag has no part in it")
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = uas.Hash(seed); _, _ = (&Dialog{}).AppendID(nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestZeroDialog asks every function that takes a Dialog for an error when there
// is no Peer.
func TestZeroDialog(t *testing.T) {
	var d Dialog
	r := &Request{Method: []byte("BYE"), CSeq: 1, Via: bobVia}
	invite := whole(t, strings.ReplaceAll(optionsMsg, "OPTIONS", "INVITE")+"\r\n")
	for name, f := range map[string]func(dst []byte) ([]byte, error){
		"AppendRequest": func(dst []byte) ([]byte, error) { return AppendRequest(dst, &d, r) },
		"AppendACK2xx":  func(dst []byte) ([]byte, error) { return AppendACK2xx(dst, &d, invite, r) },
		"AppendPRACK":   func(dst []byte) ([]byte, error) { return AppendPRACK(dst, &d, whole(t, reliableMsg), r) },
		"AppendID":      func(dst []byte) ([]byte, error) { return d.AppendID(dst) },
		"Hash":          func(dst []byte) ([]byte, error) { _, err := d.Hash(1); return dst, err },
	} {
		if got, err := f([]byte("x")); !errors.Is(err, sipwire.ErrState) || string(got) != "x" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// A Peer that no message was parsed into, and nothing else.
	d.Peer = new(codec.Message)
	if got, err := AppendRequest([]byte("x"), &d, r); err == nil || string(got) != "x" {
		t.Errorf("an empty Peer: %q, %v", got, err)
	}
	if u, err := (&Dialog{}).Destination(); err != nil || u.IsValid() {
		t.Errorf("destination %v, %v", u, err)
	}
}
