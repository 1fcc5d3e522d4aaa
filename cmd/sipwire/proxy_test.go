package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A lockedBuffer is written to by the proxy and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A testProxy is sipwire proxy as it runs inside the test.
type testProxy struct {
	errs    lockedBuffer
	signals chan os.Signal
	done    chan int
}

// noRefusal returns arguments for a proxy that refuses nothing: on a busy machine
// packets wait, and calls would be refused for overload.
func noRefusal(t *testing.T, args ...string) []string {
	return append([]string{"-c", write(t, "[overload]\noff = true\n")[0]}, args...)
}

// startProxy runs sipwire proxy with the arguments.
func startProxy(t *testing.T, args ...string) *testProxy {
	t.Helper()
	p := &testProxy{signals: make(chan os.Signal, 1), done: make(chan int, 1)}
	go func() {
		p.done <- run(append([]string{"proxy", "--drain=50ms"}, args...), &env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &p.errs, signals: p.signals})
	}()
	return p
}

// match waits until the proxy has said what matches, and returns the group.
func (p *testProxy) match(t *testing.T, expr string) string {
	t.Helper()
	re := regexp.MustCompile(expr)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if m := re.FindStringSubmatch(p.errs.String()); m != nil {
			return m[len(m)-1]
		}
		if time.Now().After(end) {
			t.Fatalf("no %s in %q", expr, p.errs.String())
		}
	}
}

// stop ends the proxy and returns its last line.
func (p *testProxy) stop(t *testing.T) string {
	t.Helper()
	p.signals <- syscall.SIGTERM
	select {
	case status := <-p.done:
		if status != exitOK {
			t.Errorf("exit status %d: %s", status, p.errs.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the proxy does not end")
	}
	lines := strings.Split(strings.TrimSpace(p.errs.String()), "\n")
	return lines[len(lines)-1]
}

func TestProxyErrors(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	files := write(t, "listen = [\"udp:127.0.0.1:0\"\n", "listen = 5\n", "lisen = []\n", "[[route]]\nby = \"x\"\n", "listen = [\"udp:127.0.0.1:0\"]\n", "no certificate")
	hop := "127.0.0.1:5081"
	takenTCP, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer takenTCP.Close()
	one, two, old := certificateFiles(t, "p.example", time.Hour), certificateFiles(t, "p.example", time.Hour), certificateFiles(t, "p.example", -time.Hour)
	withTLS := func(cert, key string, more ...string) []string {
		return append([]string{"-l", "tls:127.0.0.1:0", "--cert", cert, "--cert-key", key}, append(more, hop)...)
	}
	for _, c := range []struct {
		args   []string
		status int
		text   string
	}{
		{nil, exitUsage, "--listen and a next hop are needed"},
		{[]string{"-l", "udp:127.0.0.1", hop}, exitUsage, `"udp:127.0.0.1" is not [udp:|tcp:|tls:]host:port`},
		{[]string{"-l", "udp:localhost:5060", hop}, exitUsage, `"localhost" is not an IP address`},
		{[]string{"-l", "udp:127.0.0.1:99999", hop}, exitUsage, `"99999" is not a port`},
		{[]string{"-l", "udp:127.0.0.1:0", "--branch-key", "12", hop}, exitUsage, "not 32 hexadecimal digits"},
		{[]string{"-l", "udp:127.0.0.1:0", "--cert", "x", hop}, exitUsage, "go together"},
		{[]string{"-l", "udp:127.0.0.1:0", "127.0.0.1"}, exitUsage, "is not [udp:|tcp:|tls:]host:port"},
		{[]string{"-l", "udp:" + taken.LocalAddr().String(), hop}, exitBad, taken.LocalAddr().String() + ": bind: address already in use"},
		{[]string{"-l", "udp:0.0.0.0:0", hop}, exitBad, "a name is needed"},
		{[]string{"-l", "tls:127.0.0.1:0", hop}, exitBad, "a certificate is needed"},
		{[]string{"-l", "tls:127.0.0.1:0", "--cert", files[5], "--cert-key", files[5], hop}, exitBad, files[5]},
		{[]string{"-l", "udp:127.0.0.1:0", "--ca", files[5], hop}, exitBad, "no certificate in it"},
		{[]string{"-c", "/no/such/file"}, exitBad, "/no/such/file: no such file or directory"},
		{[]string{"-c", files[0]}, exitBad, files[0] + ":"},
		{[]string{"-c", files[1]}, exitBad, files[1] + ":1:10: "},
		{[]string{"-c", files[2]}, exitBad, files[2] + `:1:1: the key "lisen" is not known`},
		{[]string{"-c", files[3]}, exitBad, files[3] + `:2:6: by is "x"`},
		{[]string{"-l", "tcp:" + takenTCP.Addr().String(), hop}, exitBad, takenTCP.Addr().String() + ": bind: address already in use"},
		{[]string{"-l", "udp:127.0.0.1:0", "--status", takenTCP.Addr().String(), hop}, exitBad, "bind: address already in use"},
		{[]string{"-l", "udp:127.0.0.1:0", "a b:1"}, exitUsage, "neither an IP address nor a name"},
		{[]string{"-l", "udp:127.0.0.1:0", "none.invalid:5060"}, exitBad, `no address for "none.invalid"`},
		{withTLS(one[0], two[1]), exitBad, "private key does not match public key"},
		{withTLS(one[0], "/no/such/key"), exitBad, "no such file"},
		{withTLS(old[0], old[1]), exitBad, old[0] + ": expired at "},
		{withTLS(one[0], one[1], "--name", "q.example"), exitBad, "valid for p.example, not q.example"},
		{[]string{"-c", files[4]}, exitBad, "no route, and no next hop"},
	} {
		got := tool(t, nil, append([]string{"proxy"}, c.args...)...)
		if got.status != c.status || !strings.Contains(got.stderr, c.text) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%q: status %d, %q; want %d, %q", c.args, got.status, got.stderr, c.status, c.text)
		}
	}
}

// TestProxyReload changes the next hop with SIGHUP, first to one that cannot
// be read.
func TestProxyReload(t *testing.T) {
	var ends [2]net.PacketConn
	for i := range ends {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ends[i] = c
	}
	file := filepath.Join(t.TempDir(), "proxy.toml")
	configure := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rule := func(i int) string {
		return fmt.Sprintf("listen = [\"udp:127.0.0.1:0\"]\nstatus = \"127.0.0.1:0\"\n[[route]]\ndomain = \"b.example\"\ntargets = [{to = %q}]\n", ends[i].LocalAddr())
	}
	configure(rule(0))
	p := startProxy(t, "-c", file)
	addr := p.match(t, `listening on udp:(\S+)`)
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	arrives := func(i int) {
		t.Helper()
		fmt.Fprint(c, sip("MESSAGE sip:b@b.example SIP/2.0", "Via: SIP/2.0/UDP h;branch=z9hG4bKa", "From: <sip:a@a>;tag=1", "To: <sip:b@b>", "Call-ID: c", "CSeq: 1 MESSAGE"))
		b := make([]byte, 2048)
		_ = ends[i].SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, _, err := ends[i].ReadFrom(b); err != nil {
			t.Fatalf("nothing came to %d: %v", i, err)
		}
	}
	arrives(0)
	configure("[[") // SIGHUP or the change of the file, what is first
	p.signals <- syscall.SIGHUP
	p.match(t, "the old next hops and header rules stay: .*proxy.toml:1:")
	arrives(0)
	configure(rule(1) + "[[header]]\nset = [\"X-A: 1\"]\n") // without a signal
	p.match(t, "read again: 1 rules for next hops, 1 for headers")
	arrives(1)
	resp, err := http.Get(p.match(t, `status at (\S+)`) + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	for _, want := range []string{"sipwire_proxy_received_total 3\n", `sipwire_proxy_messages_total{end="forwarded"} 3` + "\n", fmt.Sprintf("sipwire_proxy_next_hop_up{target=%q} 1\n", ends[1].LocalAddr())} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if got, want := p.stop(t), "sipwire: received 3 = forwarded 3 + answered 0 + absorbed 0 + dropped 0"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// certificateFiles writes a certificate for a name, valid for so long, and its
// key.
func certificateFiles(t *testing.T, name string, valid time.Duration) (files [2]string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(valid), DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range []*pem.Block{{Type: "CERTIFICATE", Bytes: der}, {Type: "PRIVATE KEY", Bytes: pkcs}} {
		files[i] = filepath.Join(t.TempDir(), "pem")
		if err := os.WriteFile(files[i], pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
