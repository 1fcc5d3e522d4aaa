package main

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

// sendOptions is a step of a scenario that sends an OPTIONS.
const sendOptions = `<send><![CDATA[
	OPTIONS sip:a@127.0.0.1 SIP/2.0
	Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
	Max-Forwards: 70
	From: <sip:a@b>;tag=1
	To: <sip:b@c>
	Call-ID: [call_id]
	CSeq: 1 OPTIONS
	Content-Length: 0
	]]></send>`

// A witness answers every request with 200, a REGISTER without credentials
// with 401, and keeps what it was sent. With silent set it never answers.
type witness struct {
	conn   *net.UDPConn
	silent bool
	mu     sync.Mutex
	got    []string
	onACK  func(ack string) []string // what to send when an ACK has come
}

func newWitness(t *testing.T, silent bool) *witness {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	w := &witness{conn: conn, silent: silent}
	go w.run()
	return w
}

func (w *witness) run() {
	var m codec.Message
	buf, out := make([]byte, 65536), []byte(nil)
	for {
		n, from, err := w.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		w.mu.Lock()
		w.got = append(w.got, string(buf[:n]))
		onACK := w.onACK
		w.mu.Unlock()
		if onACK != nil && strings.HasPrefix(string(buf[:n]), "ACK ") {
			for _, request := range onACK(string(buf[:n])) {
				w.conn.WriteToUDPAddrPort([]byte(request), from)
			}
		}
		if w.silent || m.Parse(buf[:n]) != nil || !m.IsRequest() || string(m.MethodBytes()) == "ACK" {
			continue
		}
		r := compose.Reply{Status: 200, Tag: []byte("t")}
		if string(m.MethodBytes()) == "REGISTER" && !strings.Contains(string(buf[:n]), "Authorization:") {
			r.Status = 401
		}
		if out, err = compose.AppendReply(out[:0], &m, &r); err != nil {
			continue
		}
		if r.Status == 401 {
			out = []byte(strings.Replace(string(out), "Content-Length", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=MD5\r\nContent-Length", 1))
		}
		w.conn.WriteToUDPAddrPort(out, from)
	}
}

func (w *witness) all() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.got, "\n")
}

// messages returns what has come.
func (w *witness) messages() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

// TestWords has options whose value is in the messages.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, args string
		want       []string
	}{
		{"uac", "-s joe -mi 127.0.0.9 -mp 7000", []string{"INVITE sip:joe@", "c=IN IP4 127.0.0.9", "m=audio 7000 "}},
		{"options", "-cid_str n%u-%s-x", []string{"Call-ID: n1-127.0.0.1-x", "Call-ID: n2-127.0.0.1-x"}},
		{"options", "-base_cseq 41", []string{"CSeq: 41 OPTIONS"}}, {"options", "-s joe", []string{"CSeq: 1 OPTIONS"}},
		{"register", "-s joe -au jane -ap p -auth_uri sip:other.example", []string{`username="jane"`, `uri="sip:other.example"`}},
		{"register", "-auth_uri other.example:5070", []string{`uri="sip:other.example:5070"`}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			w := newWitness(t, false)
			args := append([]string{"-sn", c.name, "-r", "100", "-m", "2", "-timeout", "30"}, strings.Fields(c.args)...)
			runLoad(t, t.TempDir(), append(args, w.conn.LocalAddr().String())...)
			for _, want := range c.want {
				if !strings.Contains(w.all(), want) {
					t.Errorf("%q was not sent:\n%s", want, w.all())
				}
			}
		})
	}
}

// TestElsewhere sends to -rsa, with the target in the messages, and by setdest
// to a second one.
func TestElsewhere(t *testing.T) {
	w, second := newWitness(t, false), newWitness(t, false)
	r := runLoad(t, t.TempDir(), "-sn", "options", "-m", "1", "-timeout", "30", "-rsa", w.conn.LocalAddr().String(), "127.0.0.1:5999")
	if r.Successful != 1 || !strings.Contains(w.all(), "OPTIONS sip:service@127.0.0.1:5999 ") {
		t.Errorf("-rsa: %d successful, sent\n%s", r.Successful, w.all())
	}
	dir := t.TempDir()
	_, port, _ := net.SplitHostPort(second.conn.LocalAddr().String())
	options := func(n string) string {
		return "<send retrans=\"500\"><![CDATA[\nOPTIONS sip:" + n + "@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n" +
			"From: <sip:a@b>;tag=1\nTo: <sip:b@c>\nCall-ID: [call_id]\nCSeq: [cseq] OPTIONS\nContent-Length: 0\n]]></send><recv response=\"200\"/>"
	}
	text := "<scenario>" + options("first") + `<nop><action><setdest host="127.0.0.1" port="` + port + `" protocol="udp"/></action></nop>` + options("second") + "</scenario>"
	os.WriteFile(filepath.Join(dir, "s.xml"), []byte(text), 0o666)
	r = runLoad(t, dir, "-sf", "s.xml", "-m", "3", "-timeout", "30", w.conn.LocalAddr().String())
	if r.Successful != 3 || strings.Count(second.all(), "OPTIONS sip:second@") != 3 || strings.Contains(second.all(), "sip:first@") || strings.Contains(w.all(), "sip:second@") {
		t.Errorf("setdest: %d successful, failures %v; the second got\n%s", r.Successful, r.Causes, second.all())
	}
}

// TestRepeatFlags counts the repeats to a target that never answers.
func TestRepeatFlags(t *testing.T) {
	for _, c := range []struct {
		args    string
		repeats uint64
		cause   string
	}{
		{"-sn uac -max_invite_retrans 1", 1, "no response after all repeats"},
		{"-sn uac -max_retrans 1", 1, "no response after all repeats"},
		{"-sn options -max_non_invite_retrans 2 -T2 600", 2, "no response after all repeats"},
		{"-sn options -recv_timeout 200", 0, "nothing received in time"},
		{"-sn options -nr -recv_timeout 700", 0, "nothing received in time"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			w := newWitness(t, true)
			r := runLoad(t, t.TempDir(), append(strings.Fields(c.args), "-m", "1", "-nd", "-timeout", "60", w.conn.LocalAddr().String())...)
			if r.Failed != 1 || r.Retransmissions != c.repeats || r.Causes[c.cause] != 1 {
				t.Errorf("%d failed, %d repeated, %v", r.Failed, r.Retransmissions, r.Causes)
			}
		})
	}
}

// TestGoals has the exit status of goals, and of a run that -timeout ended.
func TestGoals(t *testing.T) {
	answers, silent := newWitness(t, false), newWitness(t, true)
	for _, c := range []struct {
		args   string
		to     *witness
		status string
	}{
		{"", answers, ""},
		{"--goal-p99 1ns", answers, "exit status 1"},
		{"--goal-p99 1h", answers, ""},
		{"-recv_timeout 50", silent, "exit status 1"},
		{"-recv_timeout 50 --goal-success 0", silent, ""},
		{"-timeout 1 --goal-success 0", silent, ""},
		{"-timeout 1 --goal-success 0 -timeout_error", silent, "exit status 1"},
	} {
		args := append([]string{"load", "-q", "-sn", "options", "-m", "1", "--late", "1h"}, strings.Fields(c.args)...)
		if !strings.Contains(c.args, "-timeout ") {
			args = append(args, "-timeout", "30")
		}
		out, err := command(t, t.TempDir(), self(t), append(args, c.to.conn.LocalAddr().String())...)
		if errText(err) != c.status {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
}

// TestFiles has the files that a run can write.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	w := newWitness(t, false)
	text := `<scenario><nop><action><log message="call [call_number] begins"/><exec command="echo ran > ran.txt"/></action></nop>
		` + sendOptions + `<recv response="486"/></scenario>`
	os.WriteFile(filepath.Join(dir, "s.xml"), []byte(text), 0o666)
	args := []string{"-sf", "s.xml", "-m", "1", "-timeout", "30", "-trace_err", "-error_file", "e.log", "-trace_logs", "-log_file", "l.log", "--html", "r.html"}
	runLoad(t, dir, append(args, w.conn.LocalAddr().String())...)
	for name, want := range map[string]string{"e.log": "SIP/2.0 200", "l.log": "call 1 begins", "r.html": "<svg"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: %v, has\n%s", name, err, data)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "ran.txt")); err == nil {
		t.Error("a command ran without --allow-exec")
	}
	runLoad(t, dir, "-sf", "s.xml", "-m", "1", "-timeout", "30", "--allow-exec", w.conn.LocalAddr().String())
	if _, err := os.Stat(filepath.Join(dir, "ran.txt")); err != nil {
		t.Error("the command did not run:", err)
	}
}
