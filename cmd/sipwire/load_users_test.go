package main

import (
	"crypto/md5"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// bothSides holds the result of -sn calls to what must be: as many calls on
// both sides, and users who have all registered and left.
func bothSides(t *testing.T, r *loadResult, calls, users uint64) {
	t.Helper()
	if r.Calls != calls || r.Successful != calls || r.Latency.Count != 2*calls {
		t.Errorf("%d calls, %d successful, failures %v, unexpected %v", r.Calls, r.Successful, r.Causes, r.Codes)
	}
	want := []uint64{calls, users}
	for i, s := range r.Sides {
		if s.Calls != want[i] || s.Successful != want[i] {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	if len(r.Sides) != 2 || r.Counters["misdelivered"] != 0 {
		t.Errorf("sides %v, counters %v", r.Sides, r.Counters)
	}
}

// TestUsersCall has users register at a proxy and call each other through it,
// with one socket for all, or each with a connection of its own.
func TestUsersCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var lines, csv strings.Builder
	csv.WriteString("SEQUENTIAL\n")
	for i := range 6 {
		fmt.Fprintf(&lines, "u%d:127.0.0.1:%x\n", i, md5.Sum(fmt.Appendf(nil, "u%d:127.0.0.1:secret%d", i, i)))
		fmt.Fprintf(&csv, "u%d;secret%d\n", i, i)
	}
	os.WriteFile(filepath.Join(dir, "users"), []byte(lines.String()), 0o666)
	os.WriteFile(filepath.Join(dir, "users.csv"), []byte(csv.String()), 0o666)
	for _, c := range []struct{ proxy, args string }{
		{"", "--registered 8 --workers 2"}, {"--users users", "-inf users.csv"}, {"", "-t t1 -users 4"}, {"--users users", "-t tn -inf users.csv"}, {"", "-t un --registered 3"},
	} {
		t.Run(c.proxy+" "+c.args, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			start(t, dir, self(t), append([]string{"proxy"}, noRefusal(t, append([]string{"--registrar", "-l", "udp:127.0.0.1:" + port, "-l", "tcp:127.0.0.1:" + port}, strings.Fields(c.proxy)...)...)...)...)
			waitPort(t, port)
			file := filepath.Join(t.TempDir(), "result.json")
			args := append([]string{"load", "-q", "--json", file, "-sn", "calls", "-r", "100", "-m", "40", "--register-rate", "1000", "-timeout", "60"}, strings.Fields(c.args)...)
			out, err := command(t, dir, self(t), append(args, "127.0.0.1:"+port)...)
			if err != nil && !strings.HasSuffix(err.Error(), "status 3") {
				t.Errorf("%v\n%s", err, out)
			}
			users := uint64(6)
			if n := strings.LastIndexAny(c.args, "348"); c.proxy == "" {
				users = uint64(c.args[n] - '0')
			}
			bothSides(t, readResult(t, file), 40, users)
		})
	}
}

// TestUsersNotCalled has a target that registers users and refuses their calls,
// and one that registers nobody.
func TestUsersNotCalled(t *testing.T) {
	t.Parallel()
	w := newWitness(t, false) // takes any credentials, and rings nobody
	r := runLoad(t, t.TempDir(), "-sn", "calls", "--registered", "4", "--register-rate", "1000", "-m", "5", "-r", "100", "-max_retrans", "1", "-timeout", "60", w.conn.LocalAddr().String())
	// Its 200 to an INVITE has no Contact, and no called side.
	if len(r.Sides) != 1 || r.Sides[0].Calls != 4 || r.Sides[0].Successful != 4 || r.Calls != 5 || r.Failed != 5 {
		t.Errorf("%d calls, sides %+v", r.Calls, r.Sides)
	}
	out, err := command(t, t.TempDir(), self(t), "load", "-q", "--late", "1h", "-sn", "calls", "--registered", "4", "-m", "5", "-max_retrans", "1", "--register-rate", "1000", "-timeout", "60",
		newWitness(t, true).conn.LocalAddr().String())
	if errText(err) != "exit status 1" || !strings.Contains(out, "4: 0 successful, 4 failed") || !strings.Contains(out, "4  no response after all repeats") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestUsersInterrupted ends a run by Ctrl-C: the calls get their BYE, and the
// registrations are taken away.
func TestUsersInterrupted(t *testing.T) {
	t.Parallel()
	proxy, dir := freePort(t), t.TempDir()
	start(t, dir, self(t), append([]string{"proxy"}, noRefusal(t, "--registrar", "-l", "udp:127.0.0.1:"+proxy)...)...)
	waitPort(t, proxy)
	p := start(t, dir, self(t), "load", "-sn", "calls", "--registered", "4", "--register-rate", "1000", "-d", "60s", "-r", "100", "-m", "10", "127.0.0.1:"+proxy)
	for end := time.Now().Add(30 * time.Second); !strings.Contains(p.out.String(), " 10 open "); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no 10 calls: %s", p.out.String())
		}
	}
	contacts := func() int { return len(registered(t, proxy, "user1")) }
	if contacts() != 1 {
		t.Error("user1 is not registered")
	}
	p.cmd.Process.Signal(os.Interrupt)
	p.wait()
	if n := contacts(); n != 0 || !strings.Contains(p.out.String(), "4: 4 successful, 0 failed") {
		t.Errorf("%d contacts are left:\n%s", n, p.out.String())
	}
}

// registered asks a registrar for the contacts of a user.
func registered(t *testing.T, port, user string, fields ...string) (contacts []string) {
	t.Helper()
	conn, err := net.Dial("udp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	address := "sip:" + user + "@127.0.0.1:" + port
	fmt.Fprintf(conn, "REGISTER sip:127.0.0.1:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=q\r\nTo: <%s>\r\nCall-ID: q%[3]d\r\n"+
		"CSeq: %[3]d REGISTER\r\n%[6]sContent-Length: 0\r\n\r\n", port, conn.LocalAddr(), time.Now().UnixNano()%1e9, address, address, strings.Join(fields, ""))
	buf := make([]byte, 65536)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	var m codec.Message
	if err := m.Parse(buf[:n]); err != nil || m.Status() != 200 {
		t.Fatalf("%v\n%s", err, buf[:n])
	}
	for value := range m.Values(header.IDContact) {
		contacts = append(contacts, string(value))
	}
	return contacts
}
