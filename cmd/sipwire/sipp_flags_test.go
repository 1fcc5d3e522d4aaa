package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// probe runs a call of -sn uac against a witness that sends requests of its own
// when the ACK has come: some within the call, some with a Call-ID of their own.
// It returns the statuses that
// its requests got, by method, whether the call got a BYE, and its output.
func probe(t *testing.T, tool string, inside, outside []string, args ...string) (got map[string]string, bye bool, status string) {
	t.Helper()
	w := newProbing(t, func(ack string) (out []string) {
		header := func(name string) string {
			_, rest, _ := strings.Cut(ack, "\r\n"+name+": ")
			value, _, _ := strings.Cut(rest, "\r\n")
			return value
		}
		for i, method := range append(slices.Clone(inside), outside...) {
			callID := header("Call-ID")
			if i >= len(inside) {
				callID = "elsewhere-" + method
			}
			out = append(out, fmt.Sprintf("%s sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK%[2]d\r\nMax-Forwards: 70\r\nFrom: %[3]s\r\nTo: %[4]s\r\n"+
				"Call-ID: %[5]s\r\nCSeq: %[2]d %[1]s\r\nContent-Length: 0\r\n\r\n", method, i+70, header("To"), header("From"), callID))
		}
		return out
	})
	all := []string{"-sn", "uac", "-i", "127.0.0.1", "-p", freePort(t), "-m", "1", "-d", "2000", "-timeout", "30"}
	if tool == self(t) {
		all = append([]string{"load", "-q", "--late", "1h"}, all...)
	} else {
		all = append(all, "-nostdin")
	}
	out, err := command(t, t.TempDir(), tool, append(append(all, args...), w.conn.LocalAddr().String())...)
	got = map[string]string{}
	for _, m := range w.messages() {
		if rest, ok := strings.CutPrefix(m, "SIP/2.0 "); ok {
			_, cseq, _ := strings.Cut(m, "CSeq: ")
			line, _, _ := strings.Cut(cseq, "\r\n")
			got[strings.Fields(line)[1]] = rest[:3]
		}
		bye = bye || strings.HasPrefix(m, "BYE ")
	}
	if err != nil && !strings.Contains(err.Error(), "exit status 1") {
		t.Log(tail(out))
	}
	return got, bye, errText(err)
}

// newProbing is a witness that sends what each ACK makes of it, once.
func newProbing(t *testing.T, onACK func(ack string) []string) *witness {
	w := newWitness(t, false)
	w.mu.Lock()
	w.onACK = onACK
	w.mu.Unlock()
	return w
}

// TestInteropBehaviours has what becomes of requests that the scenario does not
// expect, with the flags that say so, the same in sipwire and in sipp.
func TestInteropBehaviours(t *testing.T) {
	t.Parallel()
	tools := []string{self(t)}
	if sipp := needSIPp(t); sipp != "" {
		tools = append(tools, sipp)
	}
	four := []string{"INFO", "NOTIFY", "OPTIONS", "UPDATE"}
	with200 := map[string]string{"INFO": "200", "NOTIFY": "200", "OPTIONS": "200", "UPDATE": "200"}
	none := map[string]string{}
	for _, c := range []struct {
		args            string
		inside, outside []string
		got             map[string]string
		bye             bool
		status          string
	}{
		{"-aa", four, nil, with200, true, ""},
		{"-aa", nil, four, with200, true, ""},
		{"-aa", []string{"MESSAGE"}, nil, none, true, "exit status 1"},
		{"", []string{"INFO"}, nil, none, true, "exit status 1"},
		{"", nil, []string{"INFO"}, none, true, ""},
		{"-default_behaviors all,-bye", []string{"INFO"}, nil, none, false, "exit status 1"},
		{"-default_behaviors all,-abortunexp", []string{"INFO"}, nil, none, true, ""},
		{"-default_behaviors none", []string{"INFO"}, nil, none, true, ""},
		{"-nd", []string{"INFO"}, nil, none, true, ""},
		{"", []string{"PING"}, nil, map[string]string{"PING": "200"}, true, ""},
		{"-default_behaviors all,-pingreply", []string{"PING"}, nil, none, true, ""},
		{"-default_behaviors bye,abortunexp", []string{"PING"}, nil, none, true, ""},
		{"-pause_msg_ign", []string{"INFO", "BYE"}, nil, none, true, ""},
		{"-oocsn ooc_default", nil, []string{"MESSAGE"}, map[string]string{"MESSAGE": "200"}, true, ""},
	} {
		for _, tool := range tools {
			if len(c.got) == 1 && c.got["PING"] != "" && tool != tools[0] {
				continue // sipp answers a PING and then never ends the call
			}
			t.Run(filepath.Base(tool)+" "+c.args+strings.Join(append(c.inside, c.outside...), " "), func(t *testing.T) {
				t.Parallel()
				got, bye, status := probe(t, tool, c.inside, c.outside, strings.Fields(c.args)...)
				if !maps.Equal(got, c.got) || bye != c.bye || status != c.status {
					t.Errorf("answered %v, BYE %t, %q; want %v, %t, %q", got, bye, status, c.got, c.bye, c.status)
				}
			})
		}
	}
}

// TestOutOfCall has a scenario of its own for requests that belong to no call.
// They are counted apart.
func TestOutOfCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := `<scenario><label id="again"/><recv request="MESSAGE"/><send next="end"><![CDATA[
		SIP/2.0 299 Fine
		[last_Via:]
		[last_From:]
		[last_To:];tag=x
		[last_Call-ID:]
		[last_CSeq:]
		Content-Length: 0
		]]></send><nop/><label id="end"/></scenario>`
	os.WriteFile(filepath.Join(dir, "ooc.xml"), []byte(text), 0o666)
	file := filepath.Join(dir, "result.json")
	got, bye, status := probe(t, self(t), nil, []string{"MESSAGE", "INFO"}, "-oocsf", filepath.Join(dir, "ooc.xml"), "--json", file)
	if !maps.Equal(got, map[string]string{"MESSAGE": "299"}) || !bye || status != "" {
		t.Errorf("answered %v, BYE %t, %q", got, bye, status)
	}
	r := readResult(t, file)
	if r.Calls != 1 || len(r.Sides) != 1 || r.Sides[0].Calls != 1 || r.Sides[0].Successful != 1 || r.OutOfCall != 1 {
		t.Errorf("%d calls, sides %+v, %d out of call", r.Calls, r.Sides, r.OutOfCall)
	}
}

// TestRatePeriod has -rp change what -r is for.
func TestRatePeriod(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]float64{"-r 20": 20, "-r 20 -rp 500": 40, "-r 3 -rp 50ms": 60, "-r 600 -rp 60s": 10} {
		w := newWitness(t, false)
		r := runLoad(t, t.TempDir(), append(append([]string{"-sn", "options", "-m", "2", "-timeout", "30"}, strings.Fields(args)...), w.conn.LocalAddr().String())...)
		if r.RateAsked != want || r.Successful != 2 {
			t.Errorf("%s: %g calls a second, want %g", args, r.RateAsked, want)
		}
	}
}

// TestSeed has the same random choices with the same seed.
func TestSeed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := `<scenario><nop><action><sample assign_to="a" distribution="uniform" min="0" max="1000000"/><log message="[$a] [dynamic_id]"/></action></nop>
		<nop chance="0.5" next="end"/><nop><action><log message="not by chance"/></action></nop><label id="end"/><nop/>` + sendOptions + `<recv response="200"/></scenario>`
	os.WriteFile(filepath.Join(dir, "s.xml"), []byte(text), 0o666)
	w := newWitness(t, false)
	logs := map[string]string{}
	for _, name := range []string{"7", "7 ", "8", ""} {
		args := []string{"-sf", "s.xml", "-m", "8", "-r", "1000", "-timeout", "30", "-trace_logs", "-log_file", "l.log", "-dynamicStart", "50", "-dynamicMax", "80", "-dynamicStep", "10"}
		if name != "" {
			args = append(args, "--seed", strings.TrimSpace(name))
		}
		if r := runLoad(t, dir, append(args, w.conn.LocalAddr().String())...); r.Successful != 8 {
			t.Fatalf("%d successful", r.Successful)
		}
		data, _ := os.ReadFile(filepath.Join(dir, "l.log"))
		logs[name] = string(data)
	}
	if logs["7"] != logs["7 "] || logs["7"] == logs["8"] || logs[""] == logs["7"] || len(logs["7"]) < 100 {
		t.Errorf("%q", logs)
	}
	if n := strings.Count(logs["7"], " 50\n"); n != 3 || !strings.Contains(logs["7"], " 70\n") || strings.Contains(logs["7"], " 80\n") {
		t.Errorf("[dynamic_id]: %q", logs["7"])
	}
}

// TestPrintScenario has -sd print what -sn runs.
func TestPrintScenario(t *testing.T) {
	t.Parallel()
	r := tool(t, nil, "load", "-sd", "uac")
	if r.status != exitOK || !strings.Contains(r.stdout, "<scenario") || !strings.Contains(r.stdout, "INVITE") {
		t.Errorf("status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	if r := tool(t, nil, "serve", "-sd", "none"); r.status != exitUsage {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
	if r := tool(t, nil, "load", "-v"); r.status != exitOK || !strings.HasPrefix(r.stdout, "sipwire ") {
		t.Errorf("status %d, %s", r.status, r.stdout)
	}
}

// TestThreeParties has the options of several processes refused with one clear
// line, as the commands in a scenario are.
func TestThreeParties(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"-3pcc 127.0.0.1:5060", "-master m -slave_cfg f", "-slave s"} {
		r := tool(t, nil, append(append([]string{"load", "-sn", "uac"}, strings.Fields(args)...), "127.0.0.1")...)
		if want := strings.Fields(args)[0] + ": commands between several processes (3PCC) are not supported"; r.status != exitUsage || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: status %d, %s", args, r.status, r.stderr)
		}
	}
}

// TestMessageTrace has all messages in a file, in the form of SIPp's.
func TestMessageTrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWitness(t, false)
	runLoad(t, dir, "-sn", "options", "-m", "2", "-r", "100", "-timeout", "30", "-trace_msg", "-message_file", "m.log", w.conn.LocalAddr().String())
	data, err := os.ReadFile(filepath.Join(dir, "m.log"))
	text := string(data)
	if err != nil || strings.Count(text, "UDP message sent (") != 2 || strings.Count(text, "UDP message received [") != 2 ||
		strings.Count(text, "\n\nOPTIONS sip:") != 2 || strings.Count(text, "\n\nSIP/2.0 200 ") != 2 {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestAddresses has what is wrong with the addresses of -t ui.
func TestAddresses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.csv")
	os.WriteFile(file, []byte("SEQUENTIAL\nanna;127.0.0.11\nbert;somewhere\n"), 0o666)
	for _, c := range []struct{ args, want string }{
		{"", "-inf is needed"},
		{"-inf " + file, `field 0 of line 0 is no address, but "anna"`},
		{"-inf " + file + " -ip_field 1", `field 1 of line 1 is no address, but "somewhere"`},
	} {
		r := tool(t, nil, append(append([]string{"load", "-sn", "options", "-t", "ui"}, strings.Fields(c.args)...), "127.0.0.1")...)
		if r.status != exitUsage || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: status %d, %s", c.args, r.status, r.stderr)
		}
	}
}
