package sipwire_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sipwire/sipwire/internal/doctest"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// prelude declares what the snippets of README.md, docs and package comments
// use and do not declare: a caller's own variables.
const prelude = `
const invite = "INVITE sip:dave@east.example.org SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP client.example.com;branch=z9hG4bK1\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: Carol <sip:carol@west.example.net>;tag=8f2a\r\n" +
	"To: <sip:dave@east.example.org>\r\n" +
	"Call-ID: 7f000001-2b3c@192.0.2.17\r\n" +
	"CSeq: 4711 INVITE\r\n" +
	"Contact: <sip:carol@client.example.com>\r\n" +
	"Content-Length: 0\r\n\r\n"

var (
	datagram     []byte            // what was received
	m            = codec.Acquire() // a message that was parsed
	buffer, buf  []byte            // for output
	source       = netip.MustParseAddrPort("192.0.2.17:5060")
	branch, tag  = []byte("z9hG4bK2"), []byte("77")
	ctx          = context.Background()
	answers      []udp.Datagram
	answer       = func(request []byte) []byte { return request }
)

func reset(good bool) {
	datagram = []byte(invite)
	if err := m.Parse([]byte(invite)); err != nil {
		panic(err)
	}
	if !good {
		datagram = []byte(strings.Replace(invite, "Content-Length: 0", "Content-Length: 1", 1))
	}
	buffer, buf = make([]byte, 0, 4096), make([]byte, 0, 4096)
}

// check expects nothing or a code of the library: one that says what is wrong
// when the message has long been released.
func check(err error) error {
	var code sipwire.Code
	if err == nil || errors.As(err, &code) && code != 0 {
		return nil
	}
	return fmt.Errorf("the error is %q, which is no code of the library", err)
}
`

// TestSnippets compiles and runs the Go of README.md, docs and every package
// comment, and compares what is printed with what the text says.
func TestSnippets(t *testing.T) {
	testfiles.NeedGo(t)
	s := doctest.Suite{Dir: ".", Packages: map[string]string{"sipwire": module}, Prelude: prelude}
	files, _ := filepath.Glob("docs/*.md")
	for _, file := range append(files, "README.md") {
		all, err := doctest.Markdown(file)
		if err != nil {
			t.Fatal(err)
		}
		s.Snippets = append(s.Snippets, all...)
	}
	if len(s.Snippets) < 2 {
		t.Errorf("%d snippets in README.md", len(s.Snippets))
	}
	layers, _ := readLayers(t)
	for _, dir := range slices.Sorted(maps.Keys(layers)) {
		if dir != "." {
			s.Packages[filepath.Base(dir)] = module + "/" + dir
		}
		all, err := doctest.Package(dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Snippets = append(s.Snippets, all...)
	}
	for _, problem := range s.Problems(t.TempDir()) {
		t.Error(problem)
	}
}
