package scenario

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func compile(t *testing.T, inside string) *Program {
	t.Helper()
	p, err := Compile("a.xml", []byte("<scenario name=\"n\">\n"+inside+"\n</scenario>"), Options{Keys: []string{"mykey"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const sendOptions = "<send retrans=\"500\"><![CDATA[\n OPTIONS sip:x SIP/2.0\n X: y\n ]]></send>\n"

func TestBuiltins(t *testing.T) {
	for _, name := range Builtins() {
		data, _ := Builtin(name)
		p, err := Compile(name, data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if server := name == "uas" || name == "branchs" || name == "ooc_default"; p.Server != server || p.Name == "" || len(p.Steps) < 2 {
			t.Errorf("%s: server %v, name %q, %d steps", name, p.Server, p.Name, len(p.Steps))
		}
		for _, n := range p.Notes {
			if name != "uac_pcap" {
				t.Errorf("%s:%d: %s", name, n.Line, n.Text)
			}
		}
	}
	if _, ok := Builtin("none"); ok {
		t.Error("there is a scenario named none")
	}
}

// TestFaults has a line, a column and an element for everything that is wrong.
func TestFaults(t *testing.T) {
	for inside, want := range map[string]string{
		"":                                  "a.xml:1:1: <scenario>: there is no <send>",
		"<sendCmd>x</sendCmd>":              "a.xml:2:1: <sendCmd>: commands between several processes",
		"<recvCmd/>":                        "<recvCmd>: commands between several",
		"  <what/>":                         "a.xml:2:3: <what>: there is no such element",
		"<send></send>":                     "<send>: there is no message in it",
		"<send>SIP/2.0 x y</send>":          `"x" is no status code`,
		"<send>OPTIONS</send>":              "neither a request line nor a status line",
		sendOptions + `<recv response=""/>`: "a.xml:6:1: <recv>: request or response is empty",
		`<recv response="0"/>`:              `response="0" is no status code`,
		`<recv request="A" response="2"/>`:  "request and response exclude each other",
		`<recv request="A(" regexp_match="true"/>`:        "error parsing regexp",
		`<recv request="A" optional="maybe"/>`:            "none of true, false and global",
		`<recv request="A" next="x"/>`:                    `next="x": there is no such label`,
		`<label id="a"/><label id="a"/><nop/>`:            `label "a" is there twice`,
		`<label id="_called.main"/><nop/>`:                `the calls that the run begins must be in front`,
		`<nop/><label id="_user.end"/>`:                   `not behind _user.main`,
		`<recv request="A"/><label id="_user.main"/>`:     `has no other part`,
		`<nop chance="2"/>`:                               "not from 0 to 1",
		`<pause milliseconds="x"/>`:                       "is not a time",
		`<pause distribution="uniform" min="5" max="1"/>`: "min is above max",
		`<pause distribution="odd"/>`:                     `distribution "odd" is not known`,
		`<pause distribution="normal" mean="1"/>`:         "attribute stdev is missing",
		`<timewait/>`:                                    "attribute milliseconds is missing",
		`<nop><x/></nop>`:                                "<x>: cannot be in <nop>",
		`<nop><action><x/></action></nop>`:               "<x>: there is no such action",
		`<nop><action><ereg regexp="("/></action></nop>`: "error parsing regexp",
		`<nop><action><ereg regexp="a" search_in="hdr"/></action></nop>`:                       "attribute header is missing",
		`<nop><action><ereg regexp="a" search_in="x"/></action></nop>`:                         "none of msg, hdr, body and var",
		`<nop><action><ereg regexp="a" check_it="1" check_it_inverse="1"/></action></nop>`:     "exclude each other",
		`<nop><action><divide assign_to="1" value="0"/></action></nop>`:                        "divides by 0",
		`<nop><action><test assign_to="1" variable="2" compare="x" value="1"/></action></nop>`: `compare="x" is not known`,
		`<nop><action><exec int_cmd="x"/></action></nop>`:                                      "none of stop_call",
		`<nop><action><gettimeofday assign_to="1"/></action></nop>`:                            "two variables",
		`<nop><action><log message="[nothing]"/></action></nop>`:                               "the keyword [nothing] is not known",
		`<nop><action><log message="[cseq"/></action></nop>`:                                   "is not closed by a ]",
		`<nop><action><log message="[service+1]"/></action></nop>`:                             `"+1" cannot follow service`,
		`<send start_txn="a">INVITE sip:x SIP/2.0</send>`:                                      `has no ACK with ack_txn="a"`,
		`<send ack_txn="a">BYE sip:x SIP/2.0</send>`:                                           "ack_txn is for an ACK",
		`<recv request="A" response_txn="a"/>`:                                                 "response_txn is for a response",
		`<recv response="200" start_txn="a"/>`:                                                 "start_txn is for a request",
		`<send start_txn="a">ACK sip:x SIP/2.0</send>`:                                         "is for a request that is answered, not for ACK",
		`<send response_txn="a">BYE sip:x SIP/2.0</send>`:                                      "response_txn is for a response, not for BYE",
		`<recv response="200" response_txn="a"/>`:                                              `no request has start_txn="a"`,
		`<recv request="A" start_txn="a"/><recv response="200" response_txn="a"/>`:             "is on the side that has sent the request",
		`<recv request="A" start_txn="a"/><send start_txn="a">BYE sip:x SIP/2.0</send>`:        "not for both",
		`<recv request="A" dialog="0"/>`:                                                       `dialog="0" is not from 1 to 64`,
		`<recv response="18[" regexp_match="true"/>`:                                           "error parsing regexp",
		`<recv response=""/>`: "request or response is empty",
		"<nop>":               "is not closed",
		"</nop>":              "<scenario>: is not closed before the </nop> in line 2",
		`<ResponseTimeRepartition value="2, x"/>`:                                                    `"x" is not a whole number`,
		`<init><nop><action><exec int_cmd="stop_call"/></action></nop></init><nop/>`:                 "<nop>: an action on a call cannot be in <init>",
		`<init><nop><action><setdest host="h" port="1" protocol="udp"/></action></nop></init><nop/>`: "<nop>: an action on a call cannot be in <init>",
		`<init><nop><action><closecon/></action></nop></init><nop/>`:                                 "<nop>: an action on a call cannot be in <init>",
	} {
		_, err := Compile("a.xml", []byte("<scenario name=\"n\">\n"+inside+"\n</scenario>"), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "a.xml:") {
			t.Errorf("%s: %v, want %s", inside, err, want)
		}
	}
	if _, err := Compile("a.xml", []byte("<x/>"), Options{}); err == nil {
		t.Error("a file without scenario")
	}
}

func TestNotes(t *testing.T) {
	p := compile(t, `<CallLengthRepartition value="20, 10"/><recv response="999"/><send>SIP/2.0 99 x
		X: [authentication realm=a]</send><nop colour="red"><action><exec play_pcap_audio="x"/><assign assign_to="lonely" value="1"/></action></nop>`)
	var all []string
	for _, n := range p.Notes {
		all = append(all, n.Text)
	}
	text := strings.Join(all, "; ")
	for _, want := range []string{"10 is not above the number before it", "response=999 is no status code", "99 is no status code", "parameter realm is not known", "attribute colour is not known", "play_pcap_audio is skipped", "lonely is set and never read"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if n := len(p.Steps[2].Actions); n != 1 {
		t.Errorf("%d actions", n)
	}
}

// TestMessageText has the rules of line ends: no blanks around lines, nothing
// before the first, CRLF, and an empty line behind the headers.
func TestMessageText(t *testing.T) {
	for in, want := range map[string]string{
		"\n\n  A b c\n   X: y  \n\n":                      "A b c\r\nX: y\r\n\r\n",
		"A b c\r\nX: y\r\n\r\nbody\r\n  more\n\nlast\n  ": "A b c\r\nX: y\r\n\r\nbody\r\nmore\r\n\r\nlast\r\n",
		"A b c":                      "A b c\r\n\r\n",
		"A b c\n\n  \\x01\\x02":      "A b c\r\n\r\n\\x01\\x02",
		"A b c\n\n  more\n  body\t ": "A b c\r\n\r\nmore\r\nbody",
	} {
		if got := messageText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestTextBesideCDATA has what stands around a CDATA section left out: the message
// ends where that ends.
func TestTextBesideCDATA(t *testing.T) {
	p, err := Compile("t.xml", []byte("<scenario><send> front <![CDATA[\nA sip:b SIP/2.0\nX: y\n\n\\x01\\x02]]>\n behind\n</send></scenario>"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := p.Steps[0].Message.Constant(); text != "A sip:b SIP/2.0\r\nX: y\r\n\r\n\x01\x02" {
		t.Errorf("%q", text)
	}
}

// TestBytes keeps the bytes of a file that is not UTF-8.
func TestBytes(t *testing.T) {
	for _, name := range []string{"J\xf6rg", "Jörg"} {
		p, err := Compile("a.xml", []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><!DOCTYPE scenario SYSTEM \"sipp.dtd\">"+
			"<scenario><send><![CDATA[OPTIONS sip:x SIP/2.0\n X: "+name+"]]></send></scenario>"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Steps[0].Message.Parts[0].Text; !strings.Contains(got, "X: "+name+"\r\n") {
			t.Errorf("%q", got)
		}
	}
}

func TestKeywords(t *testing.T) {
	p := compile(t, `<send><![CDATA[
		OPTIONS sip:[service]@[remote_ip]:[remote_port+3] SIP/2.0
		Via: [branch-2] [cseq+1] \x5bno] [::1] [mykey] [last_Via:] [last_From.value]
		[last_To:];tag=x
		X: [field1 file="a b.csv" line="[$line]"] [fill variable=n text="ab"] [authentication username=joe password="a \" b"]
		Y: [$n] [len] [0-9] [file name=x.txt]
	]]></send>`)
	type want struct {
		kind   PartKind
		offset int
	}
	wants := []want{
		{Service, 0}, {RemoteIP, 0}, {RemotePort, 3}, {Branch, -2}, {CSeq, 1}, {Key, 0}, {LastHeader, 0}, {LastHeader, 0},
		{LastHeader, 0}, {FieldOf, 0}, {Fill, 0}, {Authentication, 0}, {Value, 0}, {Len, 0}, {FileText, 0},
	}
	var literal strings.Builder
	for _, part := range p.Steps[0].Message.Parts {
		if part.Kind == Literal {
			literal.WriteString(part.Text)
			continue
		}
		if len(wants) == 0 || part.Kind != wants[0].kind || part.Offset != wants[0].offset {
			t.Fatalf("part %+v, want %v", part, wants)
		}
		switch part.Kind {
		case LastHeader:
			if start := part.Text == "To"; part.LineStart != start || part.Flag != (part.Text == "From") {
				t.Errorf("%+v", part)
			}
		case FieldOf:
			if part.Field != 1 || part.Text != "a b.csv" || part.Line == nil || part.Line.Parts[0].Kind != Value {
				t.Errorf("%+v", part)
			}
		case Authentication:
			if s, _ := part.Params["password"].Constant(); s != `a " b` {
				t.Errorf("password %q", s)
			}
		}
		wants = wants[1:]
	}
	if len(wants) > 0 {
		t.Errorf("missing %v", wants)
	}
	for _, want := range []string{"[no]", "[::1]", "[0-9]"} {
		if !strings.Contains(literal.String(), want) {
			t.Errorf("%s is not literal: %q", want, literal.String())
		}
	}
	if !p.UsesMessage {
		t.Error("the program does not know that it reads the last message")
	}
}

func TestSteps(t *testing.T) {
	p := compile(t, sendOptions+`<recv response="200" optional="true" rtd="true" start_rtd="a,b" next="end" test="v" timeout="1.5s" lost="10"/>
		<pause milliseconds="20"/><pause/><timewait milliseconds="4000"/><label id="end"/><nop condexec="v" condexec_inverse="true"/>`)
	s := p.Steps
	if s[0].Retrans != 500*time.Millisecond || s[0].Method != "OPTIONS" || s[0].Lost >= 0 {
		t.Errorf("send %+v", s[0])
	}
	r := s[1]
	if r.Response != 200 || r.Optional != Once || r.Next != 5 || r.Timeout != 1500*time.Millisecond || r.Lost != 0.1 || len(r.StartRTD) != 2 || len(r.StopRTD) != 1 || len(r.Sent) != 1 {
		t.Errorf("recv %+v", r)
	}
	if v, ok := s[2].Pause.Constant(); !ok || v != 20 || s[3].Pause != nil || !s[4].TimeWait || !s[5].CondInverse {
		t.Error("pauses or nop")
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"500": 500 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "2m": 2 * time.Minute, "1:02:03": time.Hour + 2*time.Minute + 3*time.Second,
		"3h": 3 * time.Hour, "7ms": 7 * time.Millisecond, " 5 ": 5 * time.Millisecond,
	} {
		if got, err := ParseTime(in, time.Millisecond); err != nil || got != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "x", "1d", "1:x", "1e30h", "NaN"} {
		if d, err := ParseTime(in, time.Second); err == nil {
			t.Errorf("%q is %v", in, d)
		}
	}
}

// TestDistributions compares the mean of many samples with that of theory.
func TestDistributions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		d    Distribution
		mean float64
	}{
		{Distribution{name: "fixed", a: 7, b: 0}, 7}, {Distribution{name: "uniform", a: 2, b: 6}, 4}, {Distribution{name: "normal", a: 50, b: 5}, 50},
		{Distribution{name: "lognormal", a: 1, b: 0.5}, math.Exp(1 + 0.125)}, {Distribution{name: "exponential", a: 30, b: 0}, 30},
		{Distribution{name: "weibull", a: 3, b: 2}, 3 * math.Gamma(1.5)}, {Distribution{name: "pareto", a: 3, b: 2}, 3}, {Distribution{name: "gamma", a: 2, b: 5}, 10},
		{Distribution{name: "gamma", a: 0.5, b: 5}, 2.5}, {Distribution{name: "negbin", a: 0.4, b: 3}, 4.5}, {Distribution{name: "poisson", a: 8, b: 0}, 8},
		{Distribution{name: "gpareto", a: 0.25, b: 3, c: 1}, 5}, {Distribution{name: "gpareto", b: 3, c: 1}, 4},
		{Distribution{name: "poisson", a: 5000, b: 0}, 5000},
	} {
		sum := 0.0
		const n = 200_000
		for range n {
			sum += c.d.Sample(r)
		}
		if got := sum / n; math.Abs(got-c.mean) > 0.02*c.mean {
			t.Errorf("%v: mean %g, want %g", c.d, got, c.mean)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, name := range Builtins() {
		data, _ := Builtin(name)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Compile("fuzz.xml", data, Options{})
		if err == nil && len(p.Steps) == 0 {
			t.Error("a program without steps")
		}
	})
}

// TestExec has an <exec> with a command and a verify: it is both.
func TestExec(t *testing.T) {
	p, err := Compile("t.xml", []byte(`<scenario><nop><action><exec verify="a" command="b"/><exec verify="c"/></action></nop></scenario>`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, a := range p.Steps[0].Actions {
		text, _ := a.Text.Constant()
		got += map[Verb]string{Command: "command", Verify: "verify"}[a.Verb] + " " + text + ", "
	}
	if want := "command b, verify a, verify c, "; got != want || !p.Executes || len(p.Notes) > 0 {
		t.Errorf("%s, want %s, executes: %t, %v", got, want, p.Executes, p.Notes)
	}
}
