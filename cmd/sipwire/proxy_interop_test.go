package main

import (
	"strings"
	"testing"
)

// TestInteropProxySIPp places 1000 calls of sipp's uac through the proxy to
// sipp's uas. TCP to UDP is left out: neither sipp over TCP nor a proxy without
// transactions sends anything again, so one datagram that a busy sipp loses is
// a call that never ends.
func TestInteropProxySIPp(t *testing.T) {
	sipp := needSIPp(t)
	if sipp == "" {
		return
	}
	for _, c := range []struct{ from, to string }{{"udp", "udp"}, {"tcp", "tcp"}, {"udp", "tcp"}} {
		t.Run(c.from+" to "+c.to, func(t *testing.T) {
			dir, uas := t.TempDir(), freePort(t)
			mode := map[string]string{"udp": "u1", "tcp": "t1"}
			args := func(more ...string) []string {
				return append([]string{"-i", "127.0.0.1", "-nostdin", "-buff_size", "4194304"}, more...)
			}
			start(t, dir, sipp, args("-sn", "uas", "-p", uas, "-t", mode[c.to])...)
			waitPort(t, uas)
			p := startProxy(t, noRefusal(t, "-l", "udp:127.0.0.1:0", "-l", "tcp:127.0.0.1:0", c.to+":127.0.0.1:"+uas)...)
			addr := p.match(t, "listening on "+c.from+`:(\S+)`)
			out, err := command(t, dir, sipp, args("-sn", "uac", "-p", freePort(t), "-t", mode[c.from], "-m", "1000", "-r", "500", "-d", "100", "-timeout", "60", addr)...)
			if err != nil {
				t.Errorf("%v: %s\n%s", err, tail(out), p.errs.String())
			}
			last := p.stop(t)
			// INVITE, 180, 200, ACK, BYE and 200, and what was sent again.
			if !strings.Contains(last, "answered 0 + absorbed 0 + dropped 0") {
				t.Error(last)
			}
			t.Log(last)
		})
	}
}
