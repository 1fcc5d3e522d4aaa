package main

import (
	"strings"
	"testing"
)

const goodOptions = "OPTIONS sip:b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
	"From: <sip:a@a.example>;tag=1\r\nTo: <sip:b.example>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

func TestCheckJSON(t *testing.T) {
	mismatch := strings.Replace(goodOptions, "1 OPTIONS", "1 INVITE", 1)
	warned := strings.Replace(goodOptions, "z9hG4bK1", "old", 1)
	files := write(t, goodOptions, mismatch, warned, "not SIP")
	files = append(files, files[0]+".gone", files[0])
	r := tool(t, nil, append([]string{"check", "--json"}, files...)...)
	if r.status != exitBad || r.stderr != "" {
		t.Errorf("%+v", r)
	}
	all := objects(t, r.stdout)
	if len(all) != len(files) {
		t.Fatalf("%d objects for %d files", len(all), len(files))
	}
	for i, want := range []asJSON{
		nil,
		{"severity": "error", "code": "cseq-method", "rfc": "RFC 3261, 8.1.1.5", "header": "CSeq", "offset": strings.Index(mismatch, "INVITE")},
		{"severity": "warning", "code": "branch-cookie", "header": "Via", "offset": strings.Index(warned, "branch=")},
		{"severity": "error", "code": "incomplete", "header": nil, "offset": len("not SIP")},
		{"severity": "error", "code": "unreadable", "header": nil, "offset": nil},
		nil,
	} {
		checkKeys(t, all[i], asJSON{"file": files[i]})
		found := all[i]["findings"].([]any)
		if want == nil && len(found) == 0 {
			continue
		}
		if len(found) != 1 {
			t.Errorf("%s: %v", files[i], found)
			continue
		}
		f := found[0].(asJSON)
		checkKeys(t, f, want)
		if text, _ := f["message"].(string); text == "" {
			t.Errorf("no message in %v", f)
		}
	}
	for i, status := range []int{exitOK, exitBad, exitOK, exitBad, exitBad} {
		if r := tool(t, nil, "check", "--json", files[i]); r.status != status {
			t.Errorf("%s: status %d", files[i], r.status)
		}
	}
}

// For people: the severity, the words, the rule, and the line with a caret.
func TestCheckText(t *testing.T) {
	text := strings.Replace(goodOptions, "1 OPTIONS", "1 INVITE", 1)
	r := tool(t, []byte(text), "check")
	if r.status != exitBad {
		t.Errorf("status %d", r.status)
	}
	lines := strings.Split(r.stdout, "\n")
	if len(lines) < 4 || !strings.Contains(lines[0], "1 error") || !strings.Contains(lines[1], "error") ||
		!strings.Contains(lines[1], "RFC 3261, 8.1.1.5") || !strings.Contains(lines[2], "CSeq: 1 INVITE") {
		t.Fatalf("%s", r.stdout)
	}
	caret := len([]rune(lines[3][:strings.Index(lines[3], "^")]))
	if got := string([]rune(lines[2])[caret:]); got != "INVITE" {
		t.Errorf("the caret stands under %q", got)
	}
	if r := tool(t, []byte(goodOptions), "check"); r.status != exitOK || !strings.Contains(r.stdout, "nothing is wrong") {
		t.Errorf("%+v", r)
	}
	if r := tool(t, nil, "check", "/no/such/file"); r.status != exitBad || !strings.Contains(r.stdout, "no such file") {
		t.Errorf("%+v", r)
	}
}

func TestCheckRules(t *testing.T) {
	r := tool(t, nil, "check", "--rules")
	if r.status != exitOK || !strings.Contains(r.stdout, "\nno-tag               From or To has no tag\n") {
		t.Errorf("%+v", r)
	}
}

func TestCheckStrict(t *testing.T) {
	text := strings.ReplaceAll(goodOptions, "\r", "")
	if r := tool(t, []byte(text), "check"); r.status != exitOK || !strings.Contains(r.stdout, "warning") {
		t.Errorf("%+v", r)
	}
	if r := tool(t, []byte(text), "check", "--strict"); r.status != exitBad {
		t.Errorf("strict: %+v", r)
	}
}

// TestCheckAs gives each level what only the next one accepts.
func TestCheckAs(t *testing.T) {
	lf := strings.ReplaceAll(goodOptions, "\r", "")
	folded := strings.Replace(goodOptions, "1 OPTIONS", "1\r\n OPTIONS", 1)
	for _, c := range []struct {
		text, as string
		status   int
		code     string
	}{
		{lf, "default", exitOK, "line-end"}, {lf, "strict", exitBad, "bare-lf"}, {lf, "hardened", exitBad, "bare-lf"},
		{folded, "default", exitOK, "folded"}, {folded, "strict", exitOK, "folded"}, {folded, "hardened", exitBad, "folded"},
	} {
		r := tool(t, []byte(c.text), "check", "--json", "--as", c.as)
		found := objects(t, r.stdout)[0]["findings"].([]any)
		if r.status != c.status || !hasCode(found, c.code) || c.text == folded && len(found) != 1 {
			t.Errorf("%.10q as %s: %+v", c.text, c.as, r)
		}
	}
	if r := tool(t, []byte(lf), "parse", "--as", "hardened"); r.status != exitBad {
		t.Errorf("parse: %+v", r)
	}
	if r := tool(t, nil, "check", "--as", "lax"); r.status != exitUsage {
		t.Errorf("a level that is none: %+v", r)
	}
}

func hasCode(found []any, code any) bool {
	for _, f := range found {
		if f.(asJSON)["code"] == code {
			return true
		}
	}
	return false
}

// TestCheckStream checks the messages of a stream that breaks off.
func TestCheckStream(t *testing.T) {
	mismatch := strings.Replace(goodOptions, "1 OPTIONS", "1 INVITE", 1)
	stream := goodOptions + "\r\n\r\n" + mismatch + goodOptions[:40]
	r := tool(t, []byte(stream), "check", "--stream", "--json")
	all := objects(t, r.stdout)
	if r.status != exitBad || len(all) != 3 {
		t.Fatalf("%+v", r)
	}
	at := len(goodOptions) + 4
	checkKeys(t, all[0], asJSON{"file": "-", "stream_offset": 0})
	checkKeys(t, all[1], asJSON{"file": "-", "stream_offset": at})
	checkKeys(t, all[2], asJSON{"end": "incomplete", "messages": 2, "pings": 1, "stream_offset": at + len(mismatch)})
	if found := all[0]["findings"].([]any); len(found) != 0 {
		t.Errorf("%v", found)
	}
	if found := all[1]["findings"].([]any); len(found) != 1 || found[0].(asJSON)["code"] != "cseq-method" ||
		found[0].(asJSON)["offset"] != float64(strings.Index(mismatch, "INVITE")) {
		t.Errorf("%v", found)
	}
	for text, status := range map[string]int{goodOptions + goodOptions: exitOK, goodOptions + mismatch: exitBad, goodOptions[:9]: exitBad} {
		r := tool(t, []byte(text), "check", "--stream")
		if r.status != status || strings.Contains(text, "INVITE") != strings.Contains(r.stdout, "CSeq has the method") {
			t.Errorf("%+v", r)
		}
	}
}

// Messages of the demo are examples: nothing is wrong with them. Two show a fold,
// which is noted.
func TestCheckDemo(t *testing.T) {
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		r := tool(t, s.data, "check", "--json")
		for _, f := range objects(t, r.stdout)[0]["findings"].([]any) {
			if f.(asJSON)["code"] != "folded" {
				t.Errorf("%s: %v", s.name, f)
			}
		}
	}
}
