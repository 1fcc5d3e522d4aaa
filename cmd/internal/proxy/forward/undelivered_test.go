package forward

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// TestUndelivered: what could not be sent on is answered to who it came from, by an
// answer whose ACK the proxy knows. Nothing answers an ACK or a response.
func TestUndelivered(t *testing.T) {
	f := testForwarder(t, nil)
	for _, src := range []Source{udpSide, tcpSide} {
		invite := request("INVITE sip:bob@b.example", "Via: SIP/2.0/"+f.locals[src.Local].Transport.String()+" 192.0.2.77:5062;rport;branch=z9hG4bKa, SIP/2.0/UDP c.example;branch=z9hG4bKc")
		sent := f.Datagram(nil, []byte(invite), src)
		r := f.Undelivered([]byte("x"), sent.Data, 500, "Why")
		want := Peer{Transport: f.locals[src.Local].Transport, Addr: client}
		if want.Transport.IsReliable() {
			// The connection, and where it is gone, sent-by (18.2.2).
			want.Flow, want.Addr = client, netip.MustParseAddrPort("192.0.2.1:5062")
		}
		if r.Kind != Answered || r.Local != src.Local || r.To != want || r.Status != 500 {
			t.Fatalf("%+v\n%s", r, sent.Data)
		}
		var m codec.Message
		if err := m.Parse(r.Data[1:]); err != nil || string(m.Reason()) != "Why" || m.CountValues(header.IDVia) != 2 {
			t.Fatalf("%v, %s", err, r.Data)
		}
		ack := strings.Replace(strings.ReplaceAll(invite, "INVITE", "ACK"), "To: <sip:b@b.example>", "To: "+string(m.Value(header.IDTo)), 1)
		if r := f.Datagram(nil, []byte(ack), src); r.Kind != Absorbed {
			t.Errorf("%+v\n%s", r, ack)
		}
	}
	response := strings.Replace(request("INVITE sip:bob@b.example"), "INVITE sip:bob@b.example SIP/2.0", "SIP/2.0 200 OK", 1)
	for _, sent := range []string{request("ACK sip:bob@b.example"), response, "x"} {
		if r := f.Undelivered(nil, []byte(sent), 500, ""); r.Data != nil {
			t.Errorf("%q has %s", sent, r.Data)
		}
	}
}

// TestUndeliveredLarge: a stream brings more than a datagram holds, and the proxy has
// added to what has as many fields as there may be.
func TestUndeliveredLarge(t *testing.T) {
	f := testForwarder(t, nil)
	body := strings.Repeat("x", codec.DefaultMaxMessage)
	fields := make([]string, codec.DefaultMaxHeaders-7)
	for i := range fields {
		fields[i] = "X-" + strconv.Itoa(i) + ": x"
	}
	for _, text := range []string{
		strings.Replace(request("INVITE sip:bob@b.example"), "Content-Length: 0", "Content-Length: "+strconv.Itoa(len(body)), 1) + body,
		request("INVITE sip:bob@b.example", fields...),
	} {
		var m codec.Message
		p := codec.Parser{Stream: true}
		sent := f.Message(nil, &m, p.Parse(&m, []byte(text)), tcpSide)
		if sent.Kind != Forwarded {
			t.Fatalf("%+v", sent)
		}
		if r := f.Undelivered(nil, sent.Data, 500, "Why"); r.Kind != Answered || r.To.Addr.Port() != 5060 {
			t.Errorf("%v to %v", r.Kind, r.To)
		}
	}
}
