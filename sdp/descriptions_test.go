package sdp

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

// A described is one description of testdata with what is to be seen in it.
type described struct {
	name   string
	want   []string
	body   []byte
	family string
}

// readDescribed reads testdata/descriptions; its README says how they are written.
func readDescribed(t testing.TB) (all []described) {
	t.Helper()
	files, err := filepath.Glob("testdata/descriptions/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	unescape := strings.NewReplacer(`\0`, "\x00", `\r`, "\r")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(strings.TrimPrefix(string(text), "== "), "\n== ") {
			title, rest, _ := strings.Cut(strings.TrimSuffix(part, "\n"), "\n")
			name, end, _ := strings.Cut(title, " ")
			d := described{name: name, family: strings.TrimSuffix(filepath.Base(file), ".txt")}
			eol := map[string]string{"CRLF": "\r\n", "LF": "\n"}[end]
			for line := range strings.SplitSeq(strings.TrimSuffix(rest, "\n"), "\n") {
				if want, ok := strings.CutPrefix(line, "# "); ok {
					d.want = append(d.want, want)
					continue
				}
				d.body = append(d.body, unescape.Replace(line)+eol...)
			}
			all = append(all, d)
		}
	}
	return all
}

// see returns what a line of expectations asks for, as it should be written.
func see(d *Description, parseErr error, want string) string {
	f := strings.Fields(want)
	at := func(i int) int { n, _ := strconv.Atoi(f[i]); return n }
	if f[0] == "origin" {
		o, err := d.Origin()
		return fmt.Sprintf("origin %s %s %s%s", o.SessionID, o.SessionVersion, o.Address, failed(err))
	}
	if f[0] == "error" || f[0] == "fault" {
		return seeFault(d, parseErr, f)
	}
	if f[0] == "group" {
		for v := range d.Session().All("group") {
			var g Group
			_, _ = g.Parse(v)
			text := "group " + string(g.Semantics)
			for mid := range g.MIDs() {
				text += " " + string(mid)
			}
			return text
		}
		return "no group"
	}
	m, err := d.Media(at(1))
	text := f[0] + " " + f[1] + " "
	switch f[0] {
	case "media":
		var formats []string
		for x := range m.Formats() {
			formats = append(formats, string(x))
		}
		if formats == nil {
			formats = []string{"none"}
		}
		port := strconv.Itoa(int(m.Port()))
		if m.NumPorts() != 1 {
			port += "/" + strconv.Itoa(m.NumPorts())
		}
		c, _ := m.Connection()
		hold := strings.ReplaceAll(m.Hold().String(), " ", "+")
		return text + fmt.Sprintf("%s %s %s %s %s %v %s%s", m.Type(), port, m.Proto(), strings.Join(formats, ","), c.Address, m.Direction(), hold, failed(err))
	case "count":
		n := 0
		parse := map[string]func([]byte) (int, error){"rtpmap": new(RTPMap).Parse, "crypto": new(Crypto).Parse, "candidate": new(Candidate).Parse, "ssrc": new(SSRC).Parse}[f[2]]
		for v := range m.All(f[2]) {
			if _, err := parse(v); err == nil {
				n++
			}
		}
		return text + f[2] + " " + strconv.Itoa(n)
	case "codec":
		r, err := m.RTPMap([]byte(f[2]))
		encoding := fmt.Sprintf("%s/%d", r.Encoding, r.ClockRate)
		if r.Params != nil {
			encoding += "/" + string(r.Params)
		}
		return text + f[2] + " " + encoding + failed(err)
	case "fmtp":
		v, err := m.Fmtp([]byte(f[2]))
		return text + f[2] + " " + string(v.Params) + failed(err)
	case "crypto":
		for v := range m.All("crypto") {
			var c Crypto
			_, err := c.Parse(v)
			return text + fmt.Sprintf("%d %s %s%s", c.Tag, c.Suite, c.Key(), failed(err))
		}
	case "setup":
		v, err := m.Setup()
		return text + v.String() + failed(err)
	case "ptime":
		v, err := m.Ptime()
		return text + fmt.Sprint(v) + failed(err)
	case "fingerprint":
		v, err := m.Fingerprint()
		sum := v.AppendSum(nil)
		return text + string(v.Hash) + " " + strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":") + failed(err)
	case "rtcp":
		v, err := m.RTCP()
		out := strconv.Itoa(int(v.Port))
		if v.Address != nil {
			out += fmt.Sprintf(" %s %s %s", v.NetType, v.AddrType, v.Address)
		}
		return text + out + failed(err)
	case "rtcp-mux":
		return strings.TrimSpace(text) + map[bool]string{false: " no"}[m.RTCPMux()]
	case "mid":
		v, _ := m.MID()
		return text + string(v)
	case "ice-ufrag":
		v, _ := m.ICEUfrag()
		return text + string(v)
	case "ice-pwd":
		v, _ := m.ICEPwd()
		return text + string(v)
	case "attribute":
		v, _ := m.Attribute(f[2])
		return text + f[2] + " " + string(v)
	}
	return "unknown expectation"
}

func failed(err error) string {
	if err != nil {
		return " " + err.Error()
	}
	return ""
}

// seeFault returns what was wrong, of Parse or of one value.
func seeFault(d *Description, parseErr error, f []string) string {
	if f[0] == "error" {
		fault := d.Fault()
		if parseErr != fault.Code.Err() {
			return "Parse and Fault differ"
		}
		return fmt.Sprintf("error %s %d %d", fault.Code.Name(), fault.Line, fault.Offset)
	}
	var err error
	m, mediaErr := d.Media(0)
	switch f[1] {
	case "origin":
		_, err = d.Origin()
	case "connection":
		_, err = d.Session().Connection()
	case "timing":
		_, err = d.Timing()
	case "media":
		_, err = d.Media(0)
	case "rtcp":
		_, err = m.RTCP()
	case "ptime":
		_, err = m.Ptime()
	case "rtpmap":
		_, err = m.RTPMap([]byte("0"))
	case "fingerprint":
		_, err = m.Fingerprint()
	case "setup":
		_, err = m.Setup()
	}
	fault := d.Fault()
	code := sipwire.Code(0)
	errors.As(err, &code)
	if code != fault.Code || parseErr != nil || f[1] != "media" && mediaErr != nil || fault.Offset < d.Line(fault.Line).Offset ||
		fault.Type != d.Line(fault.Line).Type {
		return fmt.Sprintf("fault %+v of %v", fault, err)
	}
	return fmt.Sprintf("fault %s %s %d", f[1], fault.Code.Name(), fault.Line)
}

// TestDescriptions reads descriptions of many makers and asks each what is to
// be seen in it; then the reference parser, and random edits with the model.
func TestDescriptions(t *testing.T) {
	d, e := new(Description), new(Edit)
	all := readDescribed(t)
	if len(all) < 200 {
		t.Fatalf("%d descriptions", len(all))
	}
	families := map[string]int{}
	for n, c := range all {
		families[c.family]++
		err := d.Parse(c.body)
		if len(c.want) == 0 {
			t.Errorf("%s/%s: nothing is said about it", c.family, c.name)
		}
		if isBad := strings.HasPrefix(c.want[0], "error"); isBad != (err != nil) {
			t.Errorf("%s/%s: %v at %+v", c.family, c.name, err, d.Fault())
			continue
		}
		media := 0
		for _, want := range c.want {
			if got := see(d, err, want); got != want {
				t.Errorf("%s/%s: %s; want %s", c.family, c.name, got, want)
			}
			if strings.HasPrefix(want, "media") {
				media++
			}
		}
		if c.family != "bad" && media != d.NumMedia() {
			t.Errorf("%s/%s: %d media, want %d", c.family, c.name, d.NumMedia(), media)
		}
		compareWithReference(t, d, c.body)
		if err == nil {
			for seed := range uint64(20) {
				compareEdits(t, d, e, c.body, seed+uint64(n)<<8, 1+int(seed%6))
			}
		}
	}
	t.Logf("%d descriptions: %v", len(all), families)
}
