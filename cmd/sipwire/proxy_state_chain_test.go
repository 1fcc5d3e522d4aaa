package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/interop"
)

// chainConfig is a Kamailio that sends calls on with transactions, and stays in
// the dialog.
const chainConfig = `#!KAMAILIO
debug=-1
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
listen=udp:127.0.0.1:%s
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
request_route {
	if (is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (has_totag()) {
		loose_route();
		t_relay();
		exit;
	}
	record_route();
	$du = "sip:%s";
	t_relay();
}
`

// hangUp is a callee that ends the call.
const hangUp = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="the callee ends the call">
<recv request="INVITE" rrs="true"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/><ereg regexp=".*" search_in="hdr" header="To:" assign_to="2"/></action></recv>
<send><![CDATA[

SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[pid]S[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]S[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<recv request="ACK"/>
<send retrans="500"><![CDATA[

BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
[routes]
From:[$2];tag=[pid]S[call_number]
To:[$1]
Call-ID: [call_id]
CSeq: 2 BYE
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="200"/>
</scenario>
`

// TestInteropProxyStatefulChain: load calls through Kamailio and the proxy to
// serve, which ends the calls: its BYE comes back the other way.
func TestInteropProxyStatefulChain(t *testing.T) {
	if needKamailio(t) == "" {
		return
	}
	dir, server, first := t.TempDir(), freePort(t), freePort(t)
	file := filepath.Join(dir, "uas.xml")
	if err := os.WriteFile(file, []byte(hangUp), 0o600); err != nil {
		t.Fatal(err)
	}
	const calls = "500"
	result := filepath.Join(dir, "serve.json")
	s := start(t, dir, self(t), "serve", "-q", "-i", "127.0.0.1", "-p", server, "-sf", file, "-m", calls, "--linger", "1s", "--json", result)
	waitPort(t, server)
	p := startProxy(t, noRefusal(t, "--stateful", "-l", "udp:127.0.0.1:0", "127.0.0.1:"+server)...)
	k, err := interop.StartKamailio(t.Context(), t.TempDir(), fmt.Sprintf(chainConfig, first, p.match(t, `listening on udp:(\S+)`)), "127.0.0.1:"+first)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	uac := sippScenario(t, dir, "uac", "> INVITE", "< 100?", "< 180?", "< 200", "> ACK2xx", "< BYE", "> 200")
	r := runLoad(t, dir, "-sf", uac, "-r", "100", "-m", calls, "-timeout", "60", "127.0.0.1:"+first)
	if r.Successful != 500 || r.Failed != 0 {
		t.Errorf("load: %d of %d calls, failures %v", r.Successful, r.Calls, r.Causes)
	}
	if err := s.wait(); err != nil {
		t.Errorf("serve: %v\n%s", err, s.out.String())
	}
	if r := readResult(t, result); r.Successful != 500 || r.Failed != 0 {
		t.Errorf("serve: %d calls, failures %v", r.Successful, r.Causes)
	}
	last := p.stop(t)
	if !strings.Contains(last, "dropped 0") {
		t.Error(last)
	}
	t.Log(last)
	if t.Failed() {
		t.Log(k.Log())
	}
}

// TestProxyStatefulTLS: 200 calls by TLS on both sides.
func TestProxyStatefulTLS(t *testing.T) {
	dir, server := t.TempDir(), freePort(t)
	files := certificateFiles(t, "127.0.0.1", time.Hour)
	start(t, dir, self(t), "serve", "-q", "-i", "127.0.0.1", "-p", server, "-t", "l1", "-tls_cert", files[0], "-tls_key", files[1])
	waitPort(t, server)
	p := startProxy(t, noRefusal(t, "--stateful", "-l", "tls:127.0.0.1:0", "--cert", files[0], "--cert-key", files[1], "--ca", files[0], "tls:127.0.0.1:"+server)...)
	r := runLoad(t, dir, "-sn", "uac", "-t", "l1", "-r", "100", "-m", "200", "-d", "10", "-timeout", "60", p.match(t, `listening on tls:(\S+)`))
	if r.Successful != 200 || r.Failed != 0 {
		t.Errorf("%d of %d calls, failures %v", r.Successful, r.Calls, r.Causes)
	}
	if last := p.stop(t); !strings.HasSuffix(last, "received 1200 = forwarded 1200 + answered 0 + absorbed 0 + dropped 0") {
		t.Error(last)
	}
}

// TestProxyRegistrar: a client registers with digest, and with a wrong password.
func TestProxyRegistrar(t *testing.T) {
	dir := t.TempDir()
	users := filepath.Join(dir, "users")
	// htdigest's line for joe, realm test, password secret.
	if err := os.WriteFile(users, []byte("joe:test:46974069012d844e422d18cbed7b8407\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startProxy(t, noRefusal(t, "--registrar", "--users", users, "-l", "udp:127.0.0.1:0")...)
	addr := p.match(t, `listening on udp:(\S+)`)
	r := runLoad(t, dir, "-sn", "register", "-s", "joe", "-au", "joe", "-ap", "secret", "-r", "50", "-m", "50", "-timeout", "60", addr)
	if r.Successful != 50 {
		t.Errorf("%d of %d registered, failures %v, unexpected %v", r.Successful, r.Calls, r.Causes, r.Codes)
	}
	p.stop(t)
}

// TestProxyStateFile: the file asks for what the flags do, and flags win.
func TestProxyStateFile(t *testing.T) {
	file := write(t, "listen = [\"udp:127.0.0.1:0\"]\n[stateful]\nrecurse = true\n[registrar]\non = true\ndomains = [\"b.example\"]\n")[0]
	for domain, args := range map[string][]string{"b.example": {"-c", file}, "c.example": {"-c", file, "--domain", "c.example"}} {
		p := startProxy(t, args...)
		c, err := net.Dial("udp", p.match(t, `listening on udp:(\S+)`))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for to, want := range map[string]bool{"b.example": domain == "b.example", "c.example": domain == "c.example"} {
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			fmt.Fprint(c, sip("REGISTER sip:"+to+" SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK"+to, "From: <sip:b@"+to+">;tag=1", "To: <sip:b@"+to+">",
				"Call-ID: "+to, "CSeq: 1 REGISTER", "Contact: <sip:b@127.0.0.1:9>"))
			b := make([]byte, 4096)
			n, err := c.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.HasPrefix(string(b[:n]), "SIP/2.0 200 "); got != want {
				t.Errorf("%q, REGISTER for %s: %s", args, to, b[:n])
			}
		}
		p.stop(t)
	}
}

func TestProxyStateErrors(t *testing.T) {
	const route = "[[route]]\ntargets = [{to = \"127.0.0.1:5081\"}]\n"
	files := write(t, "bob:realm\n", route+"[stateful]\nrecurse = true\n", route+"[stateful]\non = true\ntries = 0\n")
	l := []string{"proxy", "-l", "udp:127.0.0.1:0"}
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"--domain", "a", "127.0.0.1:5081"}, exitUsage, "--domain and --users are for --registrar"},
		{[]string{"--recurse", "127.0.0.1:5081"}, exitUsage, "--recurse is for --stateful"},
		{[]string{"--stateful", "--tries", "0", "127.0.0.1:5081"}, exitUsage, "must be above 0"},
		{[]string{"--stateful"}, exitUsage, "a next hop"},
		{[]string{"-c", files[1]}, exitBad, files[1] + ": --recurse is for --stateful"},
		{[]string{"-c", files[2]}, exitBad, files[2] + ":5:9: 0 is not a whole number above 0"},
		{[]string{"--registrar", "--users", "/no/such"}, exitBad, "--users: open /no/such: no such file or directory"},
		{[]string{"--registrar", "--users", files[0]}, exitBad, files[0] + ": line 1: not user:realm:HA1"},
	} {
		got := tool(t, nil, append(l[:3:3], c.args...)...)
		if got.status != c.status || !strings.Contains(got.stderr, c.text) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%q: status %d, %q; want %d, %q", c.args, got.status, got.stderr, c.status, c.text)
		}
	}
}
