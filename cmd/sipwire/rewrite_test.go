package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/testfiles"
)

const (
	rewriteIn = "BYE sip:a@b.example SIP/2.0\r\nVia : SIP/2.0/UDP a.example;branch=z9hG4bK2\r\nX-y:  1\r\nv: SIP/2.0/UDP b.example\r\n" +
		" ;branch=z9hG4bK1\r\nRoute: <sip:c;lr>, <sip:d;lr>\r\nl: 2\r\n\r\nhi"
	rewriteLong = "BYE sip:a@b.example SIP/2.0\r\nVia : SIP/2.0/UDP a.example;branch=z9hG4bK2\r\nX-y:  1\r\nVia: SIP/2.0/UDP b.example\r\n" +
		" ;branch=z9hG4bK1\r\nRoute: <sip:c;lr>, <sip:d;lr>\r\nContent-Length: 2\r\n\r\nhi"
	rewriteCompact = "BYE sip:a@b.example SIP/2.0\r\nv : SIP/2.0/UDP a.example;branch=z9hG4bK2\r\nX-y:  1\r\nv: SIP/2.0/UDP b.example\r\n" +
		" ;branch=z9hG4bK1\r\nRoute: <sip:c;lr>, <sip:d;lr>\r\nl: 2\r\n\r\nhi"
	rewriteJoined = "BYE sip:a@b.example SIP/2.0\r\nv : SIP/2.0/UDP a.example;branch=z9hG4bK2, SIP/2.0/UDP b.example\r\n" +
		" ;branch=z9hG4bK1\r\nX-y:  1\r\nRoute: <sip:c;lr>, <sip:d;lr>\r\nl: 2\r\n\r\nhi"
	rewriteSplit = "BYE sip:a@b.example SIP/2.0\r\nVia : SIP/2.0/UDP a.example;branch=z9hG4bK2\r\nX-y:  1\r\nv: SIP/2.0/UDP b.example\r\n" +
		" ;branch=z9hG4bK1\r\nRoute: <sip:c;lr>\r\nRoute: <sip:d;lr>\r\nl: 2\r\n\r\nhi"
	rewriteSmall = "BYE sip:a@b.example SIP/2.0\r\nv:SIP/2.0/UDP a.example;branch=z9hG4bK2,SIP/2.0/UDP b.example ;branch=z9hG4bK1\r\n" +
		"X-y:1\r\nRoute:<sip:c;lr>,<sip:d;lr>\r\nl:2\r\n\r\nhi"
)

func TestRewrite(t *testing.T) {
	surplus := "\r\n" + rewriteIn + "rest"
	for _, c := range []struct {
		args []string
		in   string
		want string
		said string
	}{
		{nil, rewriteIn, rewriteIn, ""},
		{nil, surplus, surplus, ""},
		{[]string{"--form", "keep", "--lists", "keep"}, surplus, surplus, ""},
		{[]string{"--form", "long"}, surplus, rewriteLong, ""},
		{[]string{"--form", "compact"}, rewriteIn, rewriteCompact, ""},
		{[]string{"--form", "compact", "--lists", "join"}, rewriteIn, rewriteJoined, ""},
		{[]string{"--lists", "split"}, rewriteIn, rewriteSplit, ""},
		{[]string{"--fit", "1300"}, surplus, surplus, fmt.Sprintf("sipwire: -: %d bytes fit 1300\n", len(surplus))},
		{[]string{"--fit", fmt.Sprint(len(rewriteIn))}, surplus, rewriteIn,
			fmt.Sprintf("sipwire: -: %d bytes made %d to fit %[2]d: surplus cut\n", len(surplus), len(rewriteIn))},
		{[]string{"--form=long", fmt.Sprintf("--fit=%d", len(rewriteCompact))}, rewriteIn, rewriteCompact,
			fmt.Sprintf("sipwire: -: %d bytes made %d to fit %[2]d: compact names\n", len(rewriteLong), len(rewriteCompact))},
		{[]string{"--lists=split", fmt.Sprintf("--fit=%d", len(rewriteSmall))}, rewriteIn, rewriteSmall,
			fmt.Sprintf("sipwire: -: %d bytes made %d to fit %[2]d: compact names, spaces trimmed, lines unfolded, lists joined\n", len(rewriteSplit), len(rewriteSmall))},
	} {
		r := tool(t, []byte(c.in), append([]string{"rewrite"}, c.args...)...)
		if r.status != exitOK || r.stdout != c.want || r.stderr != c.said {
			t.Errorf("%q:\n have %+v\n want %q and %q", c.args, r, c.want, c.said)
		}
	}
}

// One that does not parse, is not there or does not fit is told and not
// written, and keeps nothing from the others.
func TestRewriteBad(t *testing.T) {
	files := write(t, rewriteIn, "not SIP", rewriteSmall+"x", sip(strings.TrimSuffix(goodOptions, "\r\n\r\n"), "X: "+strings.Repeat("x", 300)))
	files = append(files, files[0]+".gone", files[0])
	limit := fmt.Sprint(len(rewriteSmall))
	r := tool(t, nil, append([]string{"rewrite", "--fit", limit}, files...)...)
	if r.status != exitBad || r.stdout != rewriteSmall+rewriteSmall+rewriteSmall {
		t.Errorf("%+v", r)
	}
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	if len(lines) != len(files) {
		t.Fatalf("%q", lines)
	}
	for i, want := range []string{"lists joined", "message ends before the empty line", "surplus cut", "cannot be made to fit " + limit, "no such file", "lists joined"} {
		if !strings.HasPrefix(lines[i], "sipwire: "+files[i]+": ") || !strings.Contains(lines[i], want) {
			t.Errorf("%q does not mention %q", lines[i], want)
		}
	}
	big := strings.TrimSuffix(rewriteIn, "l: 2\r\n\r\nhi") + "\r\n" + strings.Repeat("x", codec.DefaultMaxMessage)
	if r := tool(t, []byte(big), "rewrite"); r.status != exitBad || r.stdout != "" || r.stderr == "" {
		t.Errorf("%d bytes: status %d, %q", len(big), r.status, r.stderr)
	}
}

// A split message may have more header fields than one that comes in.
func TestRewriteMany(t *testing.T) {
	in := sip("OPTIONS sip:a@b.example SIP/2.0", "Allow: A"+strings.Repeat(",A", codec.DefaultMaxHeaders+10))
	r := tool(t, []byte(in), "rewrite", "--lists=split", "--fit=100000")
	if n := strings.Count(r.stdout, "Allow: A\r\n"); r.status != exitOK || n != codec.DefaultMaxHeaders+11 {
		t.Errorf("%d fields, status %d, %q", n, r.status, r.stderr)
	}
}

func TestRewriteUsage(t *testing.T) {
	for _, args := range [][]string{{"--form", "short"}, {"--lists", "commas"}, {"--fit", "0"}, {"--fit=-1"}, {"--fit", "x"}} {
		r := tool(t, []byte(rewriteIn), append([]string{"rewrite"}, args...)...)
		if r.status != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "sipwire: ") {
			t.Errorf("%q: %+v", args, r)
		}
	}
	var errs bytes.Buffer
	if status := run([]string{"rewrite"}, &env{stdin: strings.NewReader(rewriteIn), stdout: brokenWriter{}, stderr: &errs}); status != exitBad || !strings.Contains(errs.String(), errBroken.Error()) {
		t.Errorf("broken pipe: %d, %q", status, errs.String())
	}
}

// Over the corpus: what is kept comes out as it went in, and every other form
// has the same values in it.
func TestRewriteCorpus(t *testing.T) {
	parsed := 0
	for _, v := range vectors(t, testfiles.Corpus(t)) {
		b, err := os.ReadFile(v.path)
		if err != nil {
			t.Fatal(err)
		}
		m, got := new(codec.Message), new(codec.Message)
		ok := m.Parse(b) == nil
		if ok {
			parsed++
		}
		for _, args := range [][]string{{}, {"--form=long", "--lists=split"}, {"--form=compact", "--lists=join"}, {"--fit=1300"}} {
			r := tool(t, nil, append(append([]string{"rewrite"}, args...), v.path)...)
			switch {
			case !ok:
				if r.status != exitBad || r.stdout != "" || r.stderr == "" {
					t.Errorf("%s does not parse: %+v", v.path, r)
				}
				continue
			case len(args) == 0 && r.stdout != string(b):
				t.Errorf("%s became %q", v.path, r.stdout)
			case r.status == exitBad && slices.Contains(args, "--fit=1300"):
				if r.stdout != "" || !strings.Contains(r.stderr, "cannot be made to fit") {
					t.Errorf("%s: %+v", v.path, r)
				}
				continue
			case r.status != exitOK:
				t.Errorf("%s %q: %+v", v.path, args, r)
			}
			if err := got.Parse([]byte(r.stdout)); err != nil {
				t.Errorf("%s %q: %v", v.path, args, err)
			}
			for id := range header.ID(grammar.NumIDs) {
				if m.CountValues(id) != got.CountValues(id) {
					t.Errorf("%s %q: %d values of %v became %d", v.path, args, m.CountValues(id), id, got.CountValues(id))
				}
			}
		}
	}
	t.Logf("%d messages rewritten", parsed)
}
