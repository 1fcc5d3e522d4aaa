package bodies

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	psdp "github.com/pion/sdp/v3"

	"github.com/sipwire/sipwire/bench/corpus"
	"github.com/sipwire/sipwire/sdp"
)

// seen is what a reader says about a description, in one line a stream.
func seen(body []byte) (string, error) {
	var d sdp.Description
	if err := d.Parse(body); err != nil {
		return "", err
	}
	var b strings.Builder
	o, err := d.Origin()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "%s %s\n", o.Username, o.Address)
	for i := range d.NumMedia() {
		m, err := d.Media(i)
		if err != nil {
			return "", err
		}
		address := ""
		if c, err := m.Connection(); err == nil {
			address = string(c.Address)
		}
		fmt.Fprintf(&b, "%s %d %s %s", m.Type(), m.Port(), m.Proto(), address)
		for f := range m.Formats() {
			fmt.Fprintf(&b, " %s", f)
		}
		for name, value := range m.Attributes() {
			fmt.Fprintf(&b, "\n%s:%s", name, value)
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// seenByPion is the same of pion/sdp.
func seenByPion(body []byte) (string, error) {
	var d psdp.SessionDescription
	if err := d.Unmarshal(body); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", d.Origin.Username, d.Origin.UnicastAddress)
	for _, m := range d.MediaDescriptions {
		c, address := m.ConnectionInformation, ""
		if c == nil {
			c = d.ConnectionInformation
		}
		if c != nil && c.Address != nil {
			address = c.Address.Address
		}
		fmt.Fprintf(&b, "%s %d %s %s", m.MediaName.Media, m.MediaName.Port.Value, strings.Join(m.MediaName.Protos, "/"), address)
		for _, f := range m.MediaName.Formats {
			fmt.Fprintf(&b, " %s", f)
		}
		for _, a := range m.Attributes {
			fmt.Fprintf(&b, "\n%s:%s", a.Key, a.Value)
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

// differences are what pion/sdp v3.0.20 does otherwise, and should not: what it
// refuses, or sees.
var differences = []struct {
	name, body string
	pion       string // its error, or a line that it sees
}{
	{"the media type image, as T.38 has, is an error", head + "m=image 4000 udptl t38\r\n", "invalid value `image`"},
	{"the protocol udptl is an error", head + "m=audio 4000 udptl t38\r\n", "invalid numeric value `udptl`"},
	{"a user name with a space is an error", strings.Replace(head, "o=- ", "o=SIP Phone ", 1), "syntax error"},
	{"a line of a type that is not defined is an error", head + "x=1\r\n", "syntax error"},
	{"no s= line is an error", strings.Replace(head, "s=-\r\n", "", 1), "syntax error"},
	{"TTL and number of addresses stay in the address", head + "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/127/3\r\n", "audio 4000 RTP/AVP 233.252.0.1/127/3 0"},
}

// TestDifferences asks that each difference is one, that it is theirs, and that
// this project reads what they do not.
func TestDifferences(t *testing.T) {
	for _, c := range differences {
		if _, err := seen([]byte(c.body)); err != nil {
			t.Errorf("%s: sipwire: %v", c.name, err)
		}
		got, err := seenByPion([]byte(c.body))
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.pion) {
			t.Errorf("%s: no longer: %s", c.name, got)
		}
	}
}

// comparePion asks that both see the same where both accept.
func comparePion(t *testing.T, body []byte) (both bool) {
	t.Helper()
	ours, err := seen(body)
	theirs, perr := seenByPion(body)
	if err != nil || perr != nil {
		return false
	}
	if ours != theirs && !known(body) {
		t.Errorf("%q:\n%s\npion:\n%s", body, ours, theirs)
	}
	return true
}

// known reports whether a body has what pion/sdp is known to read otherwise,
// all of it rare: tabs and several spaces between fields, empty values, a
// second c= line, of which it keeps the last, more than six fields in o=, of
// which it reads the first and this project the last, and what follows a "/" in an
// address (see differences).
func known(body []byte) bool {
	text := string(body)
	return strings.ContainsAny(strings.ReplaceAll(text, "\r\n", "\n"), "\t\r\x00") || strings.Contains(text, "  ") || strings.Contains(text, " \r") || strings.Contains(text, " \n") ||
		strings.Count(text, "\nc=") > 1 || strings.Contains(text, "=\r\n") || strings.Contains(text, "= ") || strings.Contains(text, ":\r\n") || strings.Contains(text, ":\n") ||
		suffix.MatchString(text) || longOrigin.MatchString(text)
}

var (
	suffix     = regexp.MustCompile(`(?m)^c=.*/`)
	longOrigin = regexp.MustCompile(`(?m)^o=([^ ]+ ){6}`)
)

// TestPionDescriptions compares over the descriptions of package sdp and those
// of the benchmark.
func TestPionDescriptions(t *testing.T) {
	both, all := 0, 0
	try := func(body []byte) {
		all++
		if comparePion(t, body) {
			both++
		}
	}
	for _, body := range corpus.Descriptions(5, 500) {
		try(body)
	}
	files, err := filepath.Glob("../../sdp/testdata/descriptions/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(text), "\n== ") {
			var b strings.Builder
			for line := range strings.Lines(part) {
				if !strings.HasPrefix(line, "#") && strings.Contains(line[:min(2, len(line))], "=") && !strings.HasPrefix(line, "==") {
					b.WriteString(strings.TrimSuffix(line, "\n") + "\r\n")
				}
			}
			try([]byte(b.String()))
		}
	}
	if both < 600 {
		t.Errorf("both read %d of %d", both, all)
	}
	t.Logf("both read %d of %d, and see the same", both, all)
}

// FuzzPion looks for differences that are not known.
func FuzzPion(f *testing.F) {
	for _, body := range corpus.Descriptions(6, 20) {
		f.Add(body)
	}
	for _, c := range differences {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { comparePion(t, body) })
}
