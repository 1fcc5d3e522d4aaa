package interop

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// seen is what one reader makes of a message.
type seen struct {
	fields []string // "name value", sorted; names as in the table, values without folds
	uri    string
	body   string
}

func (s *seen) add(name, value string) {
	if id := header.Lookup([]byte(name)); id != header.IDOther {
		name = id.String()
	}
	s.fields = append(s.fields, strings.ToLower(name)+" "+strings.Join(strings.Fields(value), " "))
	slices.Sort(s.fields)
}

// An element is a border element made of the library: it parses, looks at what
// it saw, and forwards with the changes of a proxy.
type element struct {
	parser codec.Parser
	m      codec.Message
	edit   codec.Edit
	key    compose.Key
}

// forward returns what the element sends on, and what it has seen in it: its
// own view of what it writes, parsed as it came.
func (e *element) forward(in []byte) (out []byte, view seen, err error) {
	if err := e.parser.Parse(&e.m, in); err != nil {
		return nil, view, err
	}
	branch, err := e.key.AppendBranch(nil, &e.m)
	if err != nil {
		return nil, view, err
	}
	_ = e.edit.Begin(&e.m)
	_ = e.edit.SetReceived(netip.MustParseAddrPort("127.0.0.1:9"))
	_ = e.edit.DecrementMaxForwards()
	_ = e.edit.PushVia(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("127.0.0.1"), Port: 9, Branch: branch})
	if out, err = e.edit.AppendTo(nil); err != nil {
		return nil, view, err
	}
	view = viewOf(&e.m)
	return out, view, nil
}

func viewOf(m *codec.Message) (s seen) {
	for _, f := range m.Fields() {
		s.add(string(f.Name), string(f.Value))
	}
	s.uri, s.body = string(m.RequestURIBytes()), string(m.Body())
	return s
}

// smuggled returns what the peer saw and the element did not: header fields,
// whatever their order, another Request-URI or another body. The changes that
// the element makes itself are not counted.
func smuggled(element, peer seen) string {
	own := func(f string) bool {
		return strings.HasPrefix(f, "via ") || strings.HasPrefix(f, "max-forwards ")
	}
	left := slices.DeleteFunc(slices.Clone(element.fields), own)
	for _, f := range peer.fields {
		if own(f) {
			continue
		}
		i := slices.Index(left, f)
		if i < 0 {
			return "the field " + f
		}
		left = slices.Delete(left, i, i+1)
	}
	count := func(s seen, name string) (n int) {
		for _, f := range s.fields {
			if strings.HasPrefix(f, name+" ") {
				n++
			}
		}
		return n
	}
	switch {
	case count(peer, "via") > count(element, "via")+1:
		return "another Via"
	case count(peer, "max-forwards") > max(1, count(element, "max-forwards")):
		return "another Max-Forwards"
	case peer.uri != element.uri:
		return "the Request-URI " + peer.uri
	case !strings.HasPrefix(element.body, peer.body):
		return "another body"
	}
	return ""
}

const smuggleConfig = `
debug=2
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:%s
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textopsx.so"
loadmodule "xlog.so"
request_route {
	xlog("L_ERR", "@MESSAGE $(ci{s.encode.hexa}) $(ru{s.encode.hexa}) $(rb{s.encode.hexa})\n");
	hf_iterator_start("1");
	while(hf_iterator_next("1")) {
		xlog("L_ERR", "@FIELD $(hfitname(1){s.encode.hexa}) $(hfitbody(1){s.encode.hexa})\n");
	}
	hf_iterator_end("1");
	sl_send_reply("200", "OK");
}
`

// views reads the log of Kamailio: what it saw in each message, by Call-ID of
// the marker behind it.
func views(log []string) map[string][]seen {
	all := map[string][]seen{}
	var now []seen
	text := func(s string) string {
		if s == "<null>" {
			return ""
		}
		b, _ := hex.DecodeString(s)
		return string(b)
	}
	for _, line := range log {
		_, line, ok := strings.Cut(line, "@")
		if !ok {
			continue
		}
		word := strings.Split(line+"   ", " ")
		switch word[0] {
		case "MESSAGE":
			if id := text(word[1]); strings.HasPrefix(id, "marker-") {
				all[id], now = now, nil
			}
			now = append(now, seen{uri: text(word[2]), body: text(word[3])})
		case "FIELD":
			now[len(now)-1].add(text(word[1]), text(word[2]))
		}
	}
	return all
}

// TestInteropSmuggling sends every case through an element made of the library to a
// Kamailio, which logs the header fields that it sees. With the hardened preset
// none reaches it that the element has not seen. What the other presets do
// stands in docs/smuggling.md, which SIPWIRE_UPDATE=1 writes anew.
func TestInteropSmuggling(t *testing.T) {
	if _, err := KamailioPath(); err != nil {
		t.Skip("NOT RUN: kamailio is not here: ", err)
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := c.LocalAddr().String()
	c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	k, err := StartKamailio(ctx, t.TempDir(), fmt.Sprintf(smuggleConfig, addr), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	conn, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	presets := []struct {
		name   string
		parser codec.Parser
	}{{"default", codec.Parser{}}, {"strict", codec.Parser{Strictness: codec.Strict}}, {"hardened", codec.Parser{Strictness: codec.Hardened}}}
	cases := smuggleCases()
	if len(cases) < 101 {
		t.Errorf("%d cases", len(cases))
	}
	key := compose.NewKey()
	verdict := make([][]string, len(cases))
	view := make([][]seen, len(cases))
	var b [4096]byte
	marked := 0
	for i, sc := range cases {
		verdict[i], view[i] = make([]string, len(presets)), make([]seen, len(presets))
		for j, preset := range presets {
			e := element{parser: preset.parser, key: key}
			out, saw, err := e.forward([]byte(sc.message))
			if err != nil {
				verdict[i][j] = "refused: " + strings.TrimPrefix(err.Error(), "sip: ")
				continue
			}
			view[i][j] = saw
			_, _ = conn.Write(out)
			marked++
			id := fmt.Sprintf("marker-%d-%d", i, j)
			marker := fmt.Sprintf("OPTIONS sip:m SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nFrom: <sip:m@m>;tag=1\r\nTo: <sip:m@m>\r\nCall-ID: %[2]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", conn.LocalAddr(), id)
			answered := false
			for try := 0; try < 5 && !answered; try++ {
				_, _ = conn.Write([]byte(marker))
				_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
				for !answered {
					n, err := conn.Read(b[:])
					if err != nil {
						break
					}
					answered = strings.Contains(string(b[:n]), "Call-ID: "+id)
				}
			}
			if !answered {
				t.Fatalf("%s: no answer to the marker behind it", sc.name)
			}
		}
	}
	// The log is read by another goroutine.
	logged := views(k.Log())
	for try := 0; try < 500 && len(logged) < marked; try++ {
		time.Sleep(20 * time.Millisecond)
		logged = views(k.Log())
	}
	forwarded := 0
	for i, sc := range cases {
		for j, preset := range presets {
			if verdict[i][j] != "" {
				continue
			}
			all, ok := logged[fmt.Sprintf("marker-%d-%d", i, j)]
			if !ok {
				t.Fatalf("%s: the log has no marker", sc.name)
			}
			// The first is the marker of the case before.
			forwarded++
			switch all = all[min(1, len(all)):]; {
			case len(all) == 0:
				verdict[i][j] = "Kamailio drops it"
			case len(all) > 1:
				verdict[i][j] = "**two messages**"
			default:
				verdict[i][j] = "both see the same"
				if what := smuggled(view[i][j], all[0]); what != "" {
					verdict[i][j] = "**Kamailio sees " + what + "**"
				}
			}
			if preset.name == "hardened" && strings.HasPrefix(verdict[i][j], "**") {
				t.Errorf("%s, %s: %s", sc.kind, sc.name, verdict[i][j])
			}
		}
	}
	if forwarded < len(cases)/2 {
		t.Errorf("%d of %d were forwarded", forwarded, len(cases)*len(presets))
	}
	checkTable(t, cases, verdict)
}

// checkTable compares the table in the documentation with what was seen.
func checkTable(t *testing.T, cases []smuggleCase, verdict [][]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(smuggleIntro)
	b.WriteString("| kind | case | default | strict | hardened |\n|---|---|---|---|---|\n")
	for i, sc := range cases {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", sc.kind, cell(sc.name), cell(strings.Join(verdict[i], " | ")))
	}
	path := filepath.Join("..", "..", "..", "docs", "smuggling.md")
	if os.Getenv("SIPWIRE_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s differs from what was seen; SIPWIRE_UPDATE=1 go test writes it anew", path)
		want := strings.Split(b.String(), "\n")
		for i, line := range strings.Split(string(have), "\n") {
			if i < len(want) && line != want[i] {
				t.Errorf("docs: %s\nseen: %s", line, want[i])
			}
		}
	}
}

// cell is text for a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("<", "&lt;", "*:", "\\*:", "\r", " ", "\n", " ", "\x00", " ").Replace(s)
}

const smuggleIntro = `# Smuggling

Each case is a message that two readers may read differently. It was sent
through an element made of this library, which parses it, makes the changes of
a proxy and forwards it, to Kamailio 5.6 (Debian 12), which logged the header
fields that it saw. "Kamailio sees" is a field, a Request-URI or a body that
the element did not see as such: what a border element would have let through
without looking at it.

With the hardened preset (` + "`codec.Hardened`" + `) there is none. TestInteropSmuggling in
cmd/internal/interop makes this table.

`
