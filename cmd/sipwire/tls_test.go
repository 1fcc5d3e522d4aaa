package main

import (
	"strings"
	"testing"
	"time"
)

// TestTLS has a server with a certificate for localhost and 127.0.0.1: it is
// checked when -tls_ca says by what, against the target as it is written.
func TestTLS(t *testing.T) {
	t.Parallel()
	files, other := certificateFiles(t, "localhost", time.Hour), certificateFiles(t, "localhost", time.Hour)
	named := certificateFiles(t, "somewhere.example", time.Hour)
	port := serveFor(t, t.TempDir(), "-t", "l1", "-tls_cert", files[0], "-tls_key", files[1])
	elsewhere := serveFor(t, t.TempDir(), "-t", "l1", "-tls_cert", named[0], "-tls_key", named[1])
	both := serveFor(t, t.TempDir(), "-t", "l1", "-tls_cert", files[0], "-tls_key", files[1], "-tls_ca", other[0])
	for _, c := range []struct{ args, target, say string }{
		{"", "127.0.0.1:" + port, ""},
		{"-tls_ca " + files[0], "127.0.0.1:" + port, ""},
		{"-tls_ca " + files[0], "localhost:" + port, ""},
		{"-tls_ca " + files[0] + " -t ln", "localhost:" + port, ""},
		{"-tls_ca " + other[0], "127.0.0.1:" + port, "unknown authority"},
		{"-tls_ca " + named[0], "localhost:" + elsewhere, "not localhost"},
		{"-tls_ca " + files[1], "127.0.0.1:" + port, "no certificate in it"},
		{"-tls_ca nothing", "127.0.0.1:" + port, "no such file"},
		{"-tls_cert " + files[0] + " -tls_key " + other[1], "127.0.0.1:" + port, "private key does not match"},
		// A server with -tls_ca asks for a certificate, and checks it.
		{"-tls_ca " + files[0] + " -tls_cert " + other[0] + " -tls_key " + other[1], "127.0.0.1:" + both, ""},
		{"-tls_ca " + files[0], "127.0.0.1:" + both, "connection lost"},
		{"-tls_ca " + files[0] + " -tls_cert " + named[0] + " -tls_key " + named[1], "127.0.0.1:" + both, "connection lost"},
	} {
		args := append([]string{"load", "-q", "-sn", "options", "-t", "l1", "-m", "1", "-i", "127.0.0.1", "-timeout", "30", "--late", "1h"}, strings.Fields(c.args)...)
		out, err := command(t, t.TempDir(), self(t), append(args, c.target)...)
		if c.say == "" && err != nil || c.say != "" && (err == nil || !strings.Contains(out, c.say)) {
			t.Errorf("%s %s: %v\n%s", c.args, c.target, err, out)
		}
	}
}
