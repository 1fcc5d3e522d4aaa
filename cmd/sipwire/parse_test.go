package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// asJSON turns what a test expects into what a JSON reader hands out.
type asJSON = map[string]any

// checkKeys compares some keys of an object with what they should hold.
func checkKeys(t *testing.T, got, want asJSON) {
	t.Helper()
	for key, w := range want {
		g, ok := got[key]
		if n, isInt := w.(int); isInt {
			w = float64(n)
		}
		if !ok || !reflect.DeepEqual(g, w) {
			t.Errorf("%s: %s is %#v (there: %v), not %#v", got["file"], key, g, ok, w)
		}
	}
}

func TestParseJSONRequest(t *testing.T) {
	body := "v=0\r\n"
	head := []string{
		"INVITE sip:b%20b@Example.com:5070;lr?x=y SIP/2.0",
		"v: SIP/2.0/UDP a.example;branch=z9hG4bK1 , SIP/2.0/TCP b.example",
		"vIa  : SIP/2.0/UDP c.example",
		"Route: <sip:r1;x=\",\";lr>, <sip:r2>",
		"m: \"a, b\" <sip:x@y>,*",
		"Subject: one",
		"\t two",
		"X-Odd:",
		fmt.Sprintf("l: %d", len(body)),
	}
	text := sip(head...)
	file := write(t, text+body+"rest")[0]
	r := tool(t, nil, "parse", "--json", file)
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%+v", r)
	}
	all := objects(t, r.stdout)
	if len(all) != 1 {
		t.Fatalf("%d objects", len(all))
	}
	checkKeys(t, all[0], asJSON{
		"file": file, "method": "INVITE", "status": nil, "reason": nil, "ruri": "sip:b%20b@Example.com:5070;lr?x=y",
		"via_count": 3, "contact_count": 2, "route_count": 2,
		"content_length": len(body), "body_len": len(body), "trailing_len": len("rest"),
	})
	for _, key := range []string{"error", "error_code", "offset"} {
		if v, ok := all[0][key]; ok {
			t.Errorf("%s is %v in a message that parses", key, v)
		}
	}
	want := []asJSON{
		{"name": "v", "id": "Via", "value": "SIP/2.0/UDP a.example;branch=z9hG4bK1 , SIP/2.0/TCP b.example", "compact": true, "folded": false},
		{"name": "vIa", "id": "Via", "value": "SIP/2.0/UDP c.example", "compact": false, "folded": false},
		{"name": "Route", "id": "Route", "value": "<sip:r1;x=\",\";lr>, <sip:r2>", "compact": false, "folded": false},
		{"name": "m", "id": "Contact", "value": "\"a, b\" <sip:x@y>,*", "compact": true, "folded": false},
		{"name": "Subject", "id": "Subject", "value": "one\r\n\t two", "compact": false, "folded": true},
		{"name": "X-Odd", "id": nil, "value": "", "compact": false, "folded": false},
		{"name": "l", "id": "Content-Length", "value": fmt.Sprint(len(body)), "compact": true, "folded": false},
	}
	headers := all[0]["headers"].([]any)
	if len(headers) != len(want) {
		t.Fatalf("%d headers", len(headers))
	}
	from := 0
	for i, w := range want {
		h := headers[i].(asJSON)
		checkKeys(t, h, w)
		at := from + strings.Index(text[from:], "\r\n"+w["name"].(string)) + 2
		if h["offset"] != float64(at) {
			t.Errorf("%s at %v, not %d", w["name"], h["offset"], at)
		}
		from = at
	}
}

func TestParseJSONResponse(t *testing.T) {
	for reason, line := range map[string]string{
		"Ünbekannt  hier": "SIP/2.0 404 Ünbekannt  hier",
		"":                "SIP/2.0 404 ",
	} {
		r := tool(t, []byte(sip(line, "To: <sip:a@b>")+"abc"), "parse", "--json")
		if r.status != exitOK {
			t.Fatalf("%+v", r)
		}
		checkKeys(t, objects(t, r.stdout)[0], asJSON{
			"file": "-", "method": nil, "ruri": nil, "status": 404, "reason": reason,
			"via_count": 0, "content_length": nil, "body_len": 3, "trailing_len": 0,
		})
	}
}

// One object for each file, in order, whatever is wrong with some.
func TestParseJSONGoesOn(t *testing.T) {
	good := sip("OPTIONS sip:a@b.example SIP/2.0", "CSeq: 1 OPTIONS")
	long := sip("OPTIONS sip:a@b.example SIP/2.0", "Content-Length: 7")
	files := write(t, good, "GET / HTTP/1.1\r\n\r\n", "", long, good, strings.Repeat("\r\n", codec.DefaultMaxMessage))
	missing, folder := files[0]+".gone", t.TempDir()
	files = append(files, missing, folder, files[0])
	r := tool(t, nil, append([]string{"parse", "--json"}, files...)...)
	if r.status != exitBad {
		t.Errorf("status %d", r.status)
	}
	all := objects(t, r.stdout)
	if len(all) != len(files) {
		t.Fatalf("%d objects for %d files", len(all), len(files))
	}
	want := []asJSON{
		{"method": "OPTIONS"},
		{"method": nil, "error_code": sipwire.ErrStartLine.Name()},
		{"error_code": sipwire.ErrEmpty.Name(), "offset": 0},
		{"method": "OPTIONS", "error_code": sipwire.ErrBodyShort.Name(), "offset": strings.Index(long, "7")},
		{"method": "OPTIONS"},
		{"error_code": sipwire.ErrMessageTooLong.Name()},
		{"error_code": "unreadable", "offset": nil, "error": "no such file or directory"},
		{"error_code": "unreadable", "offset": nil},
		{"method": "OPTIONS"},
	}
	for i := range want {
		want[i]["file"] = files[i]
		checkKeys(t, all[i], want[i])
		_, failed := want[i]["error_code"]
		if text, _ := all[i]["error"].(string); (text != "") != failed {
			t.Errorf("%s: error %q", files[i], text)
		}
		if _, ok := all[i]["headers"].([]any); !ok {
			t.Errorf("%s: headers is %v, not an array", files[i], all[i]["headers"])
		}
	}
}

// What a message declares is shown even when its header section has no end,
// unless it declares two things.
func TestParseJSONLength(t *testing.T) {
	for lines, want := range map[string]any{
		"Content-Length: 7\r\n":        7,
		"l: 0\r\n":                     0,
		"l: 1\r\nl: 2\r\n":             nil,
		"l: x\r\n":                     nil,
		"l: 99999999999999999999\r\n":  nil,
		"X-Y: z\r\n":                   nil,
		"l: 1\r\nl: 2\r\n\r\nab":       nil,
		"Content-Length: 9999\r\n\r\n": 9999,
	} {
		r := tool(t, []byte("OPTIONS sip:a SIP/2.0\r\n"+lines), "parse", "--json")
		checkKeys(t, objects(t, r.stdout)[0], asJSON{"content_length": want})
		if r.status != exitBad {
			t.Errorf("%q: status %d", lines, r.status)
		}
	}
}

// Values of a list are below each other, with their commas.
func TestParseTreeLists(t *testing.T) {
	r := tool(t, []byte(sip("OPTIONS sip:a SIP/2.0", "Route: <sip:r1> , <sip:r2>", "Route: <sip:r3>", "Allow: A, B")), "parse")
	for _, want := range []string{"  <sip:r1>,\n", "  <sip:r2>\n", "  <sip:r3>\n", "  A, B\n"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in\n%s", want, r.stdout)
		}
	}
}

func TestParseStrict(t *testing.T) {
	text := strings.ReplaceAll(sip("OPTIONS sip:a@b.example SIP/2.0", "CSeq: 1 OPTIONS"), "\r", "")
	if r := tool(t, []byte(text), "parse", "--json", "-"); r.status != exitOK {
		t.Errorf("%+v", r)
	}
	r := tool(t, []byte(text), "parse", "--strict", "--json", "-")
	if r.status != exitBad {
		t.Errorf("strict: %+v", r)
	}
	checkKeys(t, objects(t, r.stdout)[0], asJSON{"error_code": sipwire.ErrBareLF.Name(), "offset": strings.Index(text, "\n")})
}

// The tree holds every value of the message, and nothing of it reaches the
// terminal as a control byte.
func TestParseTree(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		r := tool(t, s.data, "parse")
		if r.status != exitOK || r.stderr != "" {
			t.Fatalf("%s: %+v", s.name, r)
		}
		var m codec.Message
		if err := m.Parse(s.data); err != nil {
			t.Fatal(err)
		}
		rest := r.stdout
		for _, f := range m.Fields() {
			name := f.ID.String()
			if name == "" {
				name = string(f.Name)
			}
			at := strings.Index(rest, "─ "+name+" ")
			if at < 0 {
				t.Fatalf("%s: no %s behind the header before it in\n%s", s.name, name, r.stdout)
			}
			rest = rest[at+len("─ "+name):]
			for piece := range strings.FieldsFuncSeq(string(f.Value), func(c rune) bool { return c == '\r' || c == '\n' || c == ',' }) {
				piece = strings.TrimSpace(piece)
				at := strings.Index(rest, piece)
				if at < 0 {
					t.Fatalf("%s: %s: %q is missing in\n%s", s.name, name, piece, r.stdout)
				}
				rest = rest[at+len(piece):]
			}
			if f.IsCompact() != strings.Contains(lineWith(r.stdout, "compact "+string(f.Name)), name) {
				t.Errorf("%s: %s: compact mark is wrong", s.name, name)
			}
		}
		isSDP := string(m.Value(header.IDContentType)) == "application/sdp" // shown as a tree: TestParseSDP
		for line := range strings.Lines(string(m.Body())) {
			if !isSDP && !strings.Contains(rest, strings.TrimSpace(line)) {
				t.Errorf("%s: body line %q is missing", s.name, line)
			}
		}
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// columnsAlign: every value of the table of headers begins in one column.
func TestParseTreeAligned(t *testing.T) {
	r := tool(t, []byte(sip("OPTIONS sip:a SIP/2.0", "Max-Forwards: @", "t: @", "X-Much-Longer-Than-The-Rest: @", "Subject: @", " @")), "parse")
	col := -1
	n := 0
	for line := range strings.Lines(r.stdout) {
		at := strings.Index(line, "@")
		if at < 0 {
			continue
		}
		c := len([]rune(line[:at]))
		if n++; col >= 0 && c != col {
			t.Errorf("column %d, not %d, in %q", c, col, line)
		}
		col = c
	}
	if n != 5 {
		t.Errorf("%d values in\n%s", n, r.stdout)
	}
}

func TestParseTreeIsSafe(t *testing.T) {
	evil := "\x1b[31mred\x07\xff\u202e\u009b2J"
	text := sip("OPTIONS sip:a SIP/2.0", "Subject: "+evil, "X-Evil: "+evil, "Content-Type: "+evil) + evil
	bad := sip("OPTIONS sip:a"+evil+" SIP/2.0", "Subject: x")
	for _, in := range []string{text, bad, evil} {
		for _, args := range [][]string{{"parse"}, {"parse", "--color=always"}} {
			r := tool(t, []byte(in), args...)
			for _, s := range []string{"\x1b[31mred", "\x07", "\xff", "\u202e", "\u009b"} {
				if strings.Contains(r.stdout, s) {
					t.Errorf("%q reaches the terminal", s)
				}
			}
			if !strings.Contains(r.stdout, `\x1b[31mred\x07\xff\u{202e}\u{009b}2J`) && in != evil {
				t.Errorf("the value is not shown in\n%s", r.stdout)
			}
		}
	}
}

func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	text := []byte(sip("OPTIONS sip:a SIP/2.0", "To: <sip:a>"))
	if r := tool(t, text, "parse"); strings.Contains(r.stdout, "\x1b") {
		t.Error("colour in a pipe")
	}
	colored := tool(t, text, "parse", "--color=always")
	if !strings.Contains(colored.stdout, "\x1b") {
		t.Error("no colour with --color=always")
	}
	terminal := func(args ...string) string {
		var out, errs strings.Builder
		run(args, &env{stdin: strings.NewReader(string(text)), stdout: &out, stderr: &errs, stdoutTerminal: true, width: 60})
		return out.String()
	}
	if terminal("parse", "--wide") != colored.stdout {
		t.Error("a terminal gets something else than --color=always")
	}
	if strings.Contains(terminal("parse", "--color=never"), "\x1b") {
		t.Error("colour with --color=never")
	}
	if err := os.Setenv("NO_COLOR", "1"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(terminal("parse"), "\x1b") {
		t.Error("colour with NO_COLOR")
	}
}

func TestWidth(t *testing.T) {
	text := sip("OPTIONS sip:"+strings.Repeat("a", 90)+" SIP/2.0", "Subject: "+strings.Repeat("ä", 90), "X: "+strings.Repeat("b", 90)) + strings.Repeat("c", 90)
	for _, width := range []int{20, 60, 100} {
		var out strings.Builder
		run([]string{"parse"}, &env{stdin: strings.NewReader(text), stdout: &out, stderr: &out, stdoutTerminal: true, width: width})
		for line := range strings.Lines(out.String()) {
			plain := []rune(uncolor(strings.TrimSuffix(line, "\n")))
			if len(plain) > max(width, 60) {
				t.Errorf("width %d: %d columns: %s", width, len(plain), string(plain))
			}
		}
	}
}

// uncolor takes colour codes out of text.
func uncolor(s string) string {
	for {
		i := strings.Index(s, "\x1b[")
		if i < 0 {
			return s
		}
		s = s[:i] + s[i+strings.Index(s[i:], "m")+1:]
	}
}

// A message that does not parse is shown with its line and a caret under the
// byte that is wrong.
func TestParseTreeError(t *testing.T) {
	text := sip("OPTIONS sip:a SIP/2.0", "To: <sip:a>", "Subject no colon: é", "From: <sip:b>")
	r := tool(t, []byte(text), "parse")
	if r.status != exitBad {
		t.Errorf("status %d", r.status)
	}
	lines := strings.Split(r.stdout, "\n")
	for i, line := range lines {
		if !strings.Contains(line, "Subject no colon: é") || !strings.Contains(line, "line 3") {
			continue
		}
		caret := len([]rune(lines[i+1][:strings.Index(lines[i+1], "^")]))
		if got := string([]rune(line)[caret:]); got != "no colon: é" {
			t.Errorf("the caret stands under %q", got)
		}
		if at := strings.Index(text, "no colon"); !strings.Contains(lines[i+1], fmt.Sprintf("byte %d", at)) {
			t.Errorf("%q does not say byte %d", lines[i+1], at)
		}
		return
	}
	t.Errorf("no excerpt in\n%s", r.stdout)
}
