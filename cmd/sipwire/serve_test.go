package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestServeFlags runs a scenario of the other side for each option of serve
// that changes what it answers.
func TestServeFlags(t *testing.T) {
	for _, c := range []struct {
		serve, load        string
		successful, failed uint64
		code               string // of the failures
	}{
		{"--hangup 50ms", "-sf hangup.xml", 20, 0, ""},
		{"--hangup 50ms -t t1", "-sf hangup.xml -t t1", 20, 0, ""},
		{"--reliable", "-sf prack.xml", 20, 0, ""},
		{"--reliable --delay 20ms", "-sf prack.xml", 20, 0, ""},
		{"--errors 100:486", "-sn uac", 0, 20, "486"},
		{"--errors 50:486,50:503", "-sn options", 0, 20, ""},
		{"--digest service:password", "-sn register", 20, 0, ""},
		{"--digest service:other", "-sn register", 0, 20, ""},
	} {
		t.Run(c.serve, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.Abs("testdata")
			if err != nil {
				t.Fatal(err)
			}
			port := serveFor(t, t.TempDir(), strings.Fields(c.serve)...)
			args := append(strings.Fields(c.load), "-r", "50", "-m", "20", "-timeout", "60", "127.0.0.1:"+port)
			args[1] = strings.Replace(args[1], "hangup.xml", filepath.Join(dir, "hangup.xml"), 1)
			args[1] = strings.Replace(args[1], "prack.xml", filepath.Join(dir, "prack.xml"), 1)
			r := runLoad(t, t.TempDir(), args...)
			if r.Successful != c.successful || r.Failed != c.failed || c.code != "" && r.Codes[c.code] != c.failed {
				t.Errorf("%d successful, %d failed, %v, unexpected %v", r.Successful, r.Failed, r.Causes, r.Codes)
			}
		})
	}
}

// TestServeDump has the scenario that the options make compile by itself.
func TestServeDump(t *testing.T) {
	for _, args := range []string{"", "--reliable", "--hangup 1s --delay 20ms", "--errors 5:503 --no-ring", "--digest joe:secret"} {
		r := tool(t, nil, append([]string{"serve", "--dump"}, strings.Fields(args)...)...)
		if r.status != exitOK || !strings.Contains(r.stdout, "<scenario") {
			t.Errorf("%s: status %d, %s", args, r.status, r.stderr)
		}
		if strings.Contains(r.stdout, "{{") || strings.Contains(args, "joe") != strings.Contains(r.stdout, "verifyauth") {
			t.Errorf("%s:\n%s", args, r.stdout)
		}
	}
}

// TestServeRegisters has bindings kept, listed, and taken away: one, and all.
func TestServeRegisters(t *testing.T) {
	t.Parallel()
	port := serveFor(t, t.TempDir())
	for _, c := range []struct {
		user   string
		fields []string
		want   string
	}{
		{"joe", nil, ""},
		{"joe", []string{"Contact: <sip:joe@a.example>\r\n", "Expires: 600\r\n"}, "<sip:joe@a.example>;expires=600"},
		{"joe", []string{"Contact: <sip:joe@127.0.0.1:7000>;expires=50;q=0.5\r\n"}, "<sip:joe@a.example>;expires=600 <sip:joe@127.0.0.1:7000>;q=0.500;expires=50"},
		{"jane", []string{"Contact: <sip:jane@a.example>\r\n"}, "<sip:jane@a.example>;expires=3600"},
		{"joe", []string{"Contact: <sip:joe@a.example>\r\n", "Expires: 0\r\n"}, "<sip:joe@127.0.0.1:7000>;q=0.500;expires=50"},
		{"joe", []string{"Contact: <sip:x@a.example>, <sip:y@a.example>;expires=9\r\n", "Expires: 700\r\n"},
			"<sip:joe@127.0.0.1:7000>;q=0.500;expires=50 <sip:x@a.example>;expires=700 <sip:y@a.example>;expires=9"},
		{"joe", []string{"Contact: *\r\n", "Expires: 0\r\n"}, ""},
		{"jane", nil, "<sip:jane@a.example>;expires=3600"},
	} {
		got := expires.ReplaceAllStringFunc(strings.Join(registered(t, port, c.user, c.fields...), " "), early)
		if got != expires.ReplaceAllStringFunc(c.want, early) {
			t.Errorf("%s %q: has %q, want %q", c.user, c.fields, got, c.want)
		}
	}
}

var expires = regexp.MustCompile("expires=[0-9]+")

// early is what a time was some seconds ago: the next multiple of fifty.
func early(s string) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(s, "expires="))
	return "expires=" + strconv.Itoa((n+49)/50*50)
}

// TestServeTarget has a target in the messages of a scenario that waits for calls.
func TestServeTarget(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "uas.xml"), []byte(`<scenario><recv request="OPTIONS"/><send><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_From:]
		[last_To:];tag=x
		[last_Call-ID:]
		[last_CSeq:]
		X-Remote: [remote_host]:[remote_port]
		Content-Length: 0
		]]></send></scenario>`), 0o666)
	port := serveFor(t, dir, "-sf", "uas.xml", "127.0.0.9:5099")
	os.WriteFile(filepath.Join(dir, "uac.xml"), []byte(`<scenario>`+sendOptions+`<recv response="200"><action><ereg regexp="127.0.0.9:5099" search_in="hdr" header="X-Remote:" check_it="true" assign_to="_"/></action></recv></scenario>`), 0o666)
	if r := runLoad(t, dir, "-sf", "uac.xml", "-m", "1", "-timeout", "30", "127.0.0.1:"+port); r.Successful != 1 {
		t.Errorf("%+v", r.Causes)
	}
}
