package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/testfiles"
)

func TestStreamJSON(t *testing.T) {
	bye := strings.ReplaceAll(goodOptions, "OPTIONS", "BYE")
	bad := strings.Replace(goodOptions, "To:", "To", 1) // its end is known all the same
	stream := "\r\n\r\n" + goodOptions + "\r\n" + bad + bye + "\r\n\r\n\r\n"
	r := tool(t, []byte(stream), "parse", "--stream", "--json")
	all := objects(t, r.stdout)
	if r.status != exitBad || len(all) != 4 {
		t.Fatalf("%+v", r)
	}
	at := strings.Index(stream, "OPTIONS")
	checkKeys(t, all[0], asJSON{"file": "-", "method": "OPTIONS", "stream_offset": at, "body_len": 0, "call_id": "1"})
	if first := all[0]["headers"].([]any)[0].(asJSON); first["offset"] != float64(strings.Index(goodOptions, "Via")) {
		t.Errorf("offsets of a message do not count from it: %v", first)
	}
	at += len(goodOptions) + 2
	checkKeys(t, all[1], asJSON{"method": "OPTIONS", "stream_offset": at, "error_code": "header-name", "offset": strings.Index(bad, "To ") + 3})
	checkKeys(t, all[2], asJSON{"method": "BYE", "stream_offset": at + len(bad)})
	checkKeys(t, all[3], asJSON{
		"file": "-", "end": "clean", "messages": 3, "malformed": 1, "keepalives": 4, "pings": 2,
		"stream_offset": len(stream), "offset": len(stream),
	})
	for _, i := range []int{0, 2, 3} {
		if v, ok := all[i]["error"]; ok {
			t.Errorf("object %d has the error %v", i, v)
		}
	}
}

func TestStreamEnds(t *testing.T) {
	noLength := strings.Replace(goodOptions, "Content-Length: 0\r\n", "", 1)
	files := write(t,
		goodOptions+goodOptions[:50],
		goodOptions+noLength+goodOptions,
		goodOptions+"GET / HTTP/1.1\r\n\r\n"+goodOptions,
		"",
	)
	files = append(files, files[0]+".gone", files[3])
	r := tool(t, nil, append([]string{"parse", "--stream", "--json"}, files...)...)
	if r.status != exitBad {
		t.Errorf("status %d", r.status)
	}
	var ends []asJSON
	for _, o := range objects(t, r.stdout) {
		if o["end"] != nil {
			ends = append(ends, o)
		}
	}
	n := len(goodOptions)
	want := []asJSON{
		{"end": "incomplete", "error_code": "incomplete", "messages": 1, "stream_offset": n, "offset": n + 50},
		{"end": "error", "error_code": "content-length-missing", "messages": 1, "stream_offset": n},
		{"end": "error", "error_code": "start-line", "messages": 1, "stream_offset": n},
		{"end": "clean", "messages": 0, "offset": 0},
		{"end": "unreadable", "error_code": "unreadable", "error": "no such file or directory", "messages": 0},
		{"end": "clean"},
	}
	if len(ends) != len(want) {
		t.Fatalf("%d ends of %d files", len(ends), len(want))
	}
	for i := range want {
		want[i]["file"] = files[i]
		checkKeys(t, ends[i], want[i])
	}
	if r := tool(t, nil, "parse", "--stream", files[3]); r.status != exitOK {
		t.Errorf("an empty stream: %+v", r)
	}
}

func TestStreamStrict(t *testing.T) {
	text := []byte(strings.ReplaceAll(goodOptions, "\r", ""))
	if r := tool(t, text, "parse", "--stream", "--json"); r.status != exitOK {
		t.Errorf("%+v", r)
	}
	if r := tool(t, text, "parse", "--stream", "--strict", "--json"); r.status != exitBad {
		t.Errorf("strict: %+v", r)
	}
}

func TestStreamText(t *testing.T) {
	r := tool(t, []byte(goodOptions+"\r\n\r\n"+goodOptions+"INVITE"), "parse", "--stream")
	if r.status != exitBad {
		t.Errorf("status %d", r.status)
	}
	for _, want := range []string{
		"message 1 at byte 0", fmt.Sprintf("message 2 at byte %d", len(goodOptions)+4),
		"2 messages, 1 keep-alive", fmt.Sprintf("byte %d", 2*len(goodOptions)+4+len("INVITE")),
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in\n%s", want, r.stdout)
		}
	}
}

// TestStreamCorpus cuts the streams of the corpus into messages.
func TestStreamCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	b, err := os.ReadFile(filepath.Join(dir, "streams.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		cols := strings.Split(line, "\t")
		if i == 0 {
			continue
		}
		path := filepath.Join(dir, cols[0])
		r := tool(t, nil, "parse", "--stream", "--json", path)
		all := objects(t, r.stdout)
		end := all[len(all)-1]
		if fmt.Sprint(end["messages"]) != cols[1] || cols[2] != "either" && end["end"] != cols[2] {
			t.Errorf("%s: %v", path, end)
		}
		if cols[2] == "clean" && r.status != exitOK {
			t.Errorf("%s: status %d", path, r.status)
		}
		var want []asJSON
		if err := json.Unmarshal([]byte(cols[3]), &want); err != nil {
			t.Fatal(err)
		}
		for j, w := range want {
			if w["start"] == nil || j >= len(all)-1 {
				continue
			}
			got := all[j]
			start := fmt.Sprintf("SIP/2.0 %v %v", got["status"], got["reason"])
			if got["method"] != nil {
				start = fmt.Sprintf("%v %v SIP/2.0", got["method"], got["ruri"])
			}
			if start != w["start"] || got["body_len"] != w["body_len"] || got["call_id"] != w["call_id"] {
				t.Errorf("%s: message %d is %q, %v, %v, not %v", path, j, start, got["body_len"], got["call_id"], w)
			}
		}
	}
}
