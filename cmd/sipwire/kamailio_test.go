package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInteropKamailio registers with digest at Kamailio, and calls through it along
// its Record-Route, with and without credentials; and has users call each other
// through it.
func TestInteropKamailio(t *testing.T) {
	kamailio := needKamailio(t)
	if kamailio == "" {
		return
	}
	dir := t.TempDir()
	server, proxy := serveFor(t, dir), freePort(t)
	cfg, err := os.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kamailio.cfg")
	text := strings.NewReplacer("PROXY", proxy, "SERVER", server).Replace(string(cfg))
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	k := start(t, dir, kamailio, "-DD", "-E", "-f", file, "-P", filepath.Join(dir, "pid"), "-Y", dir, "-m", "64", "-M", "8")
	waitPort(t, proxy)
	for _, c := range []struct{ scenario, user string }{
		{"register", "joe"}, {"uac_proxy", "plain"}, {"uac_proxy", "auth"}, {"options", "plain"}, {"message", "plain"},
	} {
		r := runLoad(t, dir, "-sn", c.scenario, "-s", c.user, "-au", "joe", "-ap", "secret", "-r", "100", "-m", "100", "-timeout", "60", "127.0.0.1:"+proxy)
		if r.Successful != 100 || r.Failed != 0 {
			t.Errorf("%s to %s: %d of %d calls, failures %v, unexpected %v", c.scenario, c.user, r.Successful, r.Calls, r.Causes, r.Codes)
		}
	}
	r := runLoad(t, dir, "-sn", "calls", "--registered", "20", "-ap", "secret", "-r", "100", "-m", "100", "-timeout", "60", "127.0.0.1:"+proxy)
	bothSides(t, r, 100, 20)
	if t.Failed() {
		t.Log(tail(k.out.String()))
	}
}
