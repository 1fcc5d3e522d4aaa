package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// fieldCases are the messages of the corpus that were made after reports from
// the field and that a checker has to say something about: the rules that must
// be found, with their headers.
var fieldCases = map[string]string{
	// Between fields, URIs, values.
	"a-invite-two-contact": "one-contact Contact", "b-two-contact-invite": "one-contact Contact",
	"a-event-multi": "several-values Event", "a-privacy-comma": "several-values Privacy", "a-ua-comma": "several-values User-Agent",
	"a-expires-over": "range Expires", "a-expires-param-over": "range Contact", "b-expires-big": "range Expires, range Contact",
	"a-identity-noinfo-ppt": "identity-info Identity", "a-mp-no-boundary": "boundary ",
	"a-se-zero": "session-timer Session-Expires", "b-se-resp": "missing Min-SE", "b-rseq0": "rseq RSeq",
	"b-reg-ruri-user": "register-user ", "b-reg-user-digest": "register-user ", "b-auth-norealm": "digest-missing WWW-Authenticate",
	"b-tab1-from":     "uri-component From, uri-component To",
	"b-tab1-rr":       "uri-component Record-Route, uri-component Route, uri-component Contact",
	"b-via-proto-top": "via-protocol Via", "b-php-via": "received Via, rport Via", "b-received-twice": "param-twice Via",
	"a-ver-lower": "version-case ", "a-uri-ip-256": "host-digits ", "a-status-no-sp": "no-reason ",

	// What the parser tolerates.
	"a-param-empty": "empty-param From", "a-underscore-ruri": "host-underscore ", "b-alias-v6": "raw-param Contact",
	"b-param-colon": "raw-param Contact", "b-reply-tag-empty": "empty-param To", "b-via-trail-semi": "trailing-semicolon Via",
	"a-uri-semi-only": "trailing-semicolon ", "b-offset-cancel": "trailing-semicolon Via",
	"a-display-utf8-unquoted": "raw-display-name From", "b-disp-utf8": "raw-display-name From", "b-dn-umlaut": "raw-display-name From",
	"b-dn-amp": "raw-display-name From", "b-dn-at": "raw-display-name From", "b-dn-amp-c": "raw-display-name Contact",
	"b-dn-at-c": "raw-display-name Contact", "b-dn-cyr-c": "raw-display-name Contact", "b-dn-slash-c": "raw-display-name Contact",
	"a-ipv6-zone": "ipv6-zone Via, ipv6-zone Contact", "b-ob-empty": "empty-param ", "b-host-under": "host-underscore ",

	// What it does not, under the right name.
	"b-dn-comma-c": "display-name Contact", "b-dn-semi-c": "display-name Contact", "a-via-port-junk": "port Via",
	"a-warn-noquote": "value Warning", "a-to-bare-headers": "need-angle To", "a-contact-star-invite": "wildcard Contact",
	"a-ka-crlfcrlf": "keep-alive ", "b-ws-pong": "keep-alive ", "a-cseq-2g": "range CSeq", "a-ruri-angle": "request-uri ",
	"a-ruri-two-spaces": "request-uri ", "a-uri-bad-esc": "escape ", "a-uri-host-dash": "host ", "a-uri-punycode-utf8": "host ",
	"a-phone-context-at": "param ",
}

// quiet are messages of everyday life in which nothing may be worse than a note,
// beside headers that tables 2 and 3 do not allow, and descriptions cut short.
var quiet = []string{
	"a-auth-aka", "a-cancel-real", "a-display-comma-quoted", "a-display-esc", "a-history-params", "a-identity-space", "a-info-real",
	"a-inv-200", "a-message-ims", "a-mp-quoted-boundary", "a-pidf-mp", "a-prack-real", "a-r181", "a-r199", "a-r407-www", "a-r438",
	"a-r486", "a-r488", "a-r580", "a-refer-real", "a-replaces-early", "a-siprec-mp", "a-subscribe-real", "b-contact-instance",
	"b-fa-200inv", "b-fa-401inv", "b-fa-405", "b-fa-407", "b-fa-415", "b-fa-422", "b-fa-487", "b-fa-bye", "b-fa-bye200", "b-fa-msg",
	"b-fa-ref202", "b-fa-refer", "b-fa-sub", "b-fa-sub200", "b-pani-v6", "b-pcharging", "b-rw-message", "b-rw-options-200",
	"b-rw-prack", "b-rw-reg-200", "b-rw-subscribe", "b-rw-update", "b-supported-180",
}

// TestFieldCases holds the checker to the messages of the corpus that were made
// after reports from the field.
func TestFieldCases(t *testing.T) {
	dir := filepath.Join(testfiles.Corpus(t), "field")
	table, err := os.ReadFile(filepath.Join(dir, "cases.tsv"))
	if err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	mend := 0
	for i, row := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		cols := strings.Split(row, "\t")
		if i == 0 || len(cols) < 4 {
			continue
		}
		name := strings.TrimSuffix(cols[0], ".sip")
		want, ok := fieldCases[name]
		if cols[1] == "mend" {
			if mend++; !ok {
				t.Errorf("%s: no finding is named for it (%s)", name, cols[3])
			}
		}
		if ok {
			found := checkFile(t, filepath.Join(dir, cols[0]))
			for _, w := range strings.Split(want, ", ") {
				if !hasFinding(found, w) {
					t.Errorf("%s: no %s in %v", name, w, found)
				}
			}
		}
	}
	if mend == 0 {
		t.Error("a table without rows")
	}
	for _, name := range quiet {
		for _, f := range checkFile(t, filepath.Join(dir, name+".sip")) {
			if f.Severity > Note && f.Rule != RuleMisplaced && f.Rule != RuleSDPMissing {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
}

func checkFile(t *testing.T, path string) []Finding {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return check(t, string(b))
}

// hasFinding reports whether a rule was found in a header: "rule header".
func hasFinding(found []Finding, want string) bool {
	for _, f := range found {
		if string(f.Rule)+" "+f.Header == want {
			return true
		}
	}
	return false
}

// TestValidCorpus demands that no valid message of the corpus has an error, and
// lists the rules that it breaks nevertheless.
func TestValidCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	table, err := os.ReadFile(filepath.Join(dir, "messages.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	count, valid := map[Rule]int{}, 0
	for i, row := range strings.Split(string(table), "\n") {
		cols := strings.Split(row, "\t")
		if i == 0 || len(cols) < 4 || cols[3] != "valid" {
			continue
		}
		valid++
		for _, f := range checkFile(t, filepath.Join(dir, cols[0])) {
			if f.Severity == Error {
				t.Errorf("%s is valid: %v", cols[0], f)
			}
			if f.Severity == Warning {
				count[f.Rule]++
				if testing.Verbose() {
					t.Logf("%s: %v", cols[0], f)
				}
			}
		}
	}
	t.Logf("%d valid messages, warnings: %v", valid, count)
}

// TestLinear gives the checker messages that are large in one respect each: the
// findings are bounded by what was given, and it comes to an end soon enough for
// a test. The cost itself is counted by TestCost of the root.
func TestLinear(t *testing.T) {
	const n = 3000
	for _, line := range []string{
		"Contact: " + strings.Repeat("a@b <sip:#@h_;a=;maddr=1.2.3.999?a;b=c>;x=a:b;x=;,", n) + "<sip:a@h>",
		"Contact: <sip:a@h" + strings.Repeat(";a=;b", n) + ">",
		"Contact: <sip:a@h?x" + strings.Repeat("&a;=b", n) + ">",
		"Authorization: Digest a=b" + strings.Repeat(",qop=\"auth\",nc=1", n),
		"WWW-Authenticate: " + strings.Repeat("Digest a=b,", n) + "Digest a=b",
		"Via: SIP/3.0/UDP 1.2.3.999" + strings.Repeat(";received=;maddr=9.9.999", n),
		"User-Agent: " + strings.Repeat("a/b/c/d ", n),
		"Event: a" + strings.Repeat(";a=", n),
	} {
		var m codec.Message
		p := codec.Parser{MaxMessage: 1 << 24, MaxField: 1 << 24}
		if err := p.Parse(&m, []byte(request("X", line))); err != nil {
			t.Fatalf("%v: %.40s", err, line)
		}
		if got := len(Check(&m)); got == 0 || got > 8*n+20 {
			t.Errorf("%d findings in %.40s", got, line)
		}
	}
}
