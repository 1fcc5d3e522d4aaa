package engine

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/inject"
)

// TestChecks has comparisons that fail a call, with and without a variable.
func TestChecks(t *testing.T) {
	for text, fails := range map[string]bool{
		`<strcmp variable="a" value="x" check_it="true"/>`:                                                                                            false,
		`<strcmp variable="a" value="y" check_it="true"/>`:                                                                                            true,
		`<strcmp assign_to="b" variable="a" value="x" check_it_inverse="true"/>`:                                                                      true,
		`<strcmp assign_to="b" variable="a" value="y" check_it_inverse="true"/>`:                                                                      false,
		`<assignstr assign_to="a" value=" 36"/><todouble assign_to="n" variable="a"/><test variable="n" compare="equal" value="36" check_it="true"/>`: false,
		`<assignstr assign_to="a" value="36 "/><todouble assign_to="n" variable="a"/><test variable="n" compare="equal" value="3" check_it="true"/>`:  false,
		`<assignstr assign_to="a" value=""/><todouble assign_to="n" variable="a"/><test variable="n" compare="equal" value="0" check_it="true"/>`:     false,
		`<todouble assign_to="n" variable="never"/><test variable="n" compare="equal" value="3" check_it="true"/><log message="[$never]"/>`:           false,
		`<test variable="n" compare="less_than" value="5" check_it="true"/>`:                                                                          false,
		`<test variable="n" compare="greater_than" value="5" check_it="true"/>`:                                                                       true,
		`<test assign_to="b" variable="n" compare="equal" value="3" check_it_inverse="true"/>`:                                                        true,
		`<test assign_to="b" variable="n" compare="greater_than" value="5"/>`:                                                                         false,
		`<test assign_to="b" variable="n" compare="greater_than_equal" variable2="n" check_it="1"/>`:                                                  false,
	} {
		n := newNetwork(t, `<nop><action><assignstr assign_to="a" value="x"/><assign assign_to="n" value="3"/>`+text+`</action></nop>`, "uas", nil)
		n.start(1)
		if got := n.client.Counts.ByCause[CheckFailed] == 1; got != fails || n.client.Counts.Ended != 1 {
			t.Errorf("%s: failed: %t", text, got)
		}
	}
}

// TestNumberZero has a number that is 0, which is not set and is written as
// nothing, as in SIPp. As the line of a file it is the first.
func TestNumberZero(t *testing.T) {
	file, err := inject.Parse("f", "SEQUENTIAL\njoe\njim\n")
	if err != nil {
		t.Fatal(err)
	}
	n := newNetwork(t, `<nop><action><assign assign_to="n" value="0"/></action></nop>
		<nop condexec="n"><action><exec int_cmd="stop_call"/></action></nop>
		<nop><action><assignstr assign_to="a" value="[$n].[field0 line=[$n]]"/><strcmp variable="a" value=".joe" check_it="true"/></action></nop>`, "uas",
		func(c, _ *Config) { c.Files = inject.Set{file} })
	n.client.Start(0, 0, 0)
	n.client.Start(0, 0, 0) // its own line is the second
	if c := &n.client.Counts; c.Successful != 2 {
		t.Errorf("%v", c.ByCause)
	}
}

// TestFieldCredentials has a field of an injection file that is the keyword of
// credentials: without a challenge its line goes.
func TestFieldCredentials(t *testing.T) {
	file, err := inject.Parse("f", "SEQUENTIAL\njoe;[authentication username=joe password=secret];\n")
	if err != nil {
		t.Fatal(err)
	}
	request := func(cseq string) string {
		return `<send><![CDATA[
			REGISTER sip:localhost:5060 SIP/2.0
			Via: SIP/2.0/UDP 127.0.0.1:5061;branch=[branch]
			From: <sip:[field0]@b>;tag=1
			To: <sip:[field0]@b>
			Call-ID: [call_id]
			CSeq: ` + cseq + ` REGISTER
			[field1] end
			X-Empty: [field2]
			[field2]X-Last: y
			[authentication username=jim password=x]
			Content-Length: 0
			]]></send>`
	}
	n := newNetwork(t, request("1")+`<recv response="401" auth="true"/>`+request("2"), `<recv request="REGISTER"/><send><![CDATA[
		SIP/2.0 401 Unauthorized
		[last_Via:]
		[last_From:]
		[last_To:];tag=t
		[last_Call-ID:]
		[last_CSeq:]
		WWW-Authenticate: Digest realm="r", nonce="n"
		Content-Length: 0
		]]></send>`, func(c, _ *Config) { c.Files = inject.Set{file} })
	var sent []string
	n.lose = func(e *Engine, data []byte) bool {
		if e == n.client {
			sent = append(sent, string(data))
		}
		return false
	}
	n.start(1)
	n.run(second)
	if len(sent) != 2 || !strings.Contains(sent[0], "CSeq: 1 REGISTER\r\nX-Empty: \r\nX-Last: y\r\n") {
		t.Fatalf("sent %q", sent)
	}
	if !strings.Contains(sent[1], "CSeq: 2 REGISTER\r\nAuthorization: Digest username=\"joe\"") || strings.Count(sent[1], `uri="sip:localhost:5060"`) != 2 || !strings.Contains(sent[1], " end\r\nX-Empty: \r\n") {
		t.Errorf("sent\n%s", sent[1])
	}
}

// TestEmptyFields has lines of empty fields alone left out, in front of the empty
// line that ends the header section, too.
func TestEmptyFields(t *testing.T) {
	file, err := inject.Parse("f", "SEQUENTIAL\nanna;;x\n")
	if err != nil {
		t.Fatal(err)
	}
	e := newNetwork(t, `<send><![CDATA[
		OPTIONS sip:b SIP/2.0
		[field1]
		Call-ID: [call_id]
		[field1][field9]
		X-Field: [field1]
		[field1]X-Text: y
		[field1][field2]
		[field1][call_number]
		[field1][service]
		[field1][authentication]
		X-Last: z
		[field1]

		body
		[field1]
		]]></send><nop/>`, "uas", func(c, _ *Config) { c.Files = inject.Set{file} }).client
	e.Start(0, 0, 0)
	want := "OPTIONS sip:b SIP/2.0\r\nCall-ID: 1-7@127.0.0.1\r\nX-Field: \r\nX-Text: y\r\nx\r\n1\r\nservice\r\nX-Last: z\r\n\r\nbody\r\n"
	if got := string(e.Data(&e.Out()[0])); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBodyHashed has a challenge that asks for auth-int: the response is made of
// the body, whose length is known behind the header, too. The other side checks it.
func TestBodyHashed(t *testing.T) {
	file, err := inject.Parse("f", "SEQUENTIAL\n[authentication username=joe password=secret]\n")
	if err != nil {
		t.Fatal(err)
	}
	message := func(credentials string) string {
		return `<send><![CDATA[
			MESSAGE sip:b@127.0.0.1 SIP/2.0
			Via: SIP/2.0/UDP 127.0.0.1:5061;branch=[branch]
			From: <sip:a@b>;tag=1
			To: <sip:b@c>
			Call-ID: [call_id]
			CSeq: [cseq] MESSAGE
			` + credentials + `
			Content-Length: [len]

			hello [call_number]
			]]></send>`
	}
	for _, credentials := range []string{"[authentication username=joe password=secret]", "[field0]", "[field1][authentication username=joe password=secret]", "[field1][field0]"} {
		for offered, want := range map[string]string{"auth-int": "qop=auth-int", "auth,auth-int": "qop=auth,", "auth": "qop=auth,"} {
			n := newNetwork(t, message("X-First: 1")+`<recv response="401" auth="true"/>`+message(credentials)+`<recv response="200"/>`,
				`<recv request="MESSAGE"/>`+challenged(`Digest realm="r", nonce="n", qop="`+offered+`"`)+`<recv request="MESSAGE"><action><verifyauth assign_to="ok" username="joe" password="secret"/></action></recv>
				<nop condexec="ok" condexec_inverse="true"><action><exec int_cmd="stop_call"/></action></nop><send><![CDATA[`+reply+`]]></send>`,
				func(c, _ *Config) { c.Files = inject.Set{file} })
			got := ""
			n.lose = func(_ *Engine, data []byte) bool {
				if _, rest, ok := strings.Cut(string(data), "\r\nAuthorization: Digest "); ok {
					got = rest
				}
				return false
			}
			n.start(1)
			n.run(second)
			if n.client.Counts.Successful != 1 || !strings.Contains(got, want) || !strings.HasSuffix(got, "\r\nContent-Length:     9\r\n\r\nhello 1\r\n") {
				t.Errorf("%s, %s: %+v, %q", credentials, offered, n.client.Counts.Tally, got)
			}
		}
	}
}

// challenged is the 401 of a server, with the value of its WWW-Authenticate.
func challenged(value string) string {
	return `<send><![CDATA[
		SIP/2.0 401 No
		[last_Via:]
		[last_From:]
		[last_To:];tag=x
		[last_Call-ID:]
		[last_CSeq:]
		WWW-Authenticate: ` + value + `
		Content-Length: 0
		]]></send>`
}
