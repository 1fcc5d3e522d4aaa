package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A caller is moved by a test step by step.
type caller struct {
	t      *testing.T
	conn   *net.UDPConn
	callee netip.AddrPort

	repeated string // a response that may come at any time
}

func start(t *testing.T, rings time.Duration) *caller {
	t.Helper()
	listen := func() *net.UDPConn {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	server, conn := listen(), listen()
	done := make(chan error)
	go func() { done <- newCallee(server, "bob", rings).serve() }()
	t.Cleanup(func() { server.Close(); conn.Close(); <-done })
	return &caller{t: t, conn: conn, callee: server.LocalAddr().(*net.UDPAddr).AddrPort()}
}

func (c *caller) send(b []byte) {
	c.t.Helper()
	if _, err := c.conn.WriteToUDPAddrPort(b, c.callee); err != nil {
		c.t.Fatal(err)
	}
}

// expect reads a response that is not the repeated one, and asks for its status.
func (c *caller) expect(status int) *codec.Message {
	c.t.Helper()
	b := make([]byte, 64<<10)
	c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := c.conn.Read(b)
	for err == nil && string(b[:n]) == c.repeated {
		n, err = c.conn.Read(b)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	m := new(codec.Message)
	if err := m.Parse(b[:n]); err != nil || m.Status() != status {
		c.t.Fatalf("%v, want %d\n%s", err, status, b[:n])
	}
	return m
}

func (c *caller) request(method, branch, more string) []byte {
	return fmt.Appendf(nil, "%s sip:bob@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport;received=203.0.113.9\r\nMax-Forwards: 70\r\n"+
		"From: <sip:alice@a.example>;tag=alice\r\nTo: <sip:bob@b.example>\r\nCall-ID: call1\r\nCSeq: 1 %[1]s\r\n%[5]sContact: <sip:alice@%[3]s>\r\nContent-Length: 0\r\n\r\n",
		method, c.callee, c.conn.LocalAddr(), branch, more)
}

// TestCall goes through a call: the 200 comes again until the ACK, the BYE ends it,
// and a second BYE finds nothing.
func TestCall(t *testing.T) {
	c := start(t, 20*time.Millisecond)
	c.send(c.request("INVITE", "1", ""))
	ringing := c.expect(180)
	ok := c.expect(200)
	if string(ok.Value(header.IDTo)) != string(ringing.Value(header.IDTo)) || !ok.Has(header.IDContact) {
		t.Errorf("%s\n%s", ringing.Bytes(), ok.Bytes())
	}
	c.expect(200)
	c.repeated = string(ok.Bytes()) // a slow machine sees it more often
	var d compose.Dialog
	if err := d.Begin(ok, nil); err != nil {
		t.Fatal(err)
	}
	c.send(c.request("INVITE", "2", ""))
	c.expect(486)
	for _, method := range []string{"ACK", "BYE", "BYE"} {
		out, err := compose.AppendRequest(nil, &d, &compose.Request{Method: []byte(method), CSeq: 1,
			Via: &codec.ViaSpec{Transport: header.TransportUDP, Addr: netip.MustParseAddr("127.0.0.1"), Branch: compose.AppendBranch(nil), RPort: true}})
		if err != nil {
			t.Fatal(err)
		}
		c.send(out)
	}
	c.expect(200)
	c.expect(481)
}

// TestCancel cancels a call that rings, and what does not ring.
func TestCancel(t *testing.T) {
	c := start(t, time.Hour)
	c.send(c.request("INVITE", "1", ""))
	tag := c.expect(180).Value(header.IDTo)
	c.send(c.request("INVITE", "1", ""))
	c.expect(180)
	c.send(c.request("CANCEL", "2", ""))
	c.expect(481)
	c.send(c.request("CANCEL", "1", ""))
	c.expect(200)
	if gone := c.expect(487); string(gone.Value(header.IDTo)) != string(tag) {
		t.Errorf("%s", gone.Bytes())
	}
	c.send(c.request("ACK", "1", ""))
	c.send(c.request("CANCEL", "1", ""))
	c.expect(481)
	c.send(c.request("INVITE", "3", ""))
	c.expect(180)
}

// TestOther lists what is no call.
func TestOther(t *testing.T) {
	c := start(t, time.Hour)
	for _, test := range []struct {
		in     []byte
		status int
	}{
		{c.request("OPTIONS", "1", ""), 200},
		{c.request("MESSAGE", "2", ""), 405},
		{c.request("BYE", "3", ""), 481},
		{[]byte(strings.Replace(string(c.request("OPTIONS", "4", "")), "Length: 0", "Length: 9", 1)), 400},
		{[]byte(strings.Replace(string(c.request("INVITE", "5", "")), "b.example>", "b.example>;tag=x", 1)), 481},
	} {
		c.send([]byte("noise"))
		c.send([]byte("SIP/2.0 200 OK\r\n\r\n"))
		c.send(test.in)
		c.expect(test.status)
	}
}

func TestRun(t *testing.T) {
	if run("nowhere", "bob") == nil {
		t.Error("listened nowhere")
	}
}
