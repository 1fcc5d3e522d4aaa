package header_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/uri"
)

// ours lists the rows whose verdict or parts are not those of the corpus, with
// the sentence that decides.
var ours = map[string]string{
	"Expires: 4294967296": "RFC 3261, 10.2.1: implementations MAY treat values larger than 2**32-1 as equivalent to 2**32-1",
}

// addrClasses are the classes that this test reads.
var addrClasses = map[grammar.Class]func(t *testing.T, id ID, b []byte) any{
	grammar.NameAddrValue:    addrObject,
	grammar.NameAddrList:     addrObject,
	grammar.ContactList:      addrObject,
	grammar.ViaList:          viaObject,
	grammar.Integer:          integerObject,
	grammar.IntParams:        retryObject,
	grammar.IntCommentParams: retryObject,
	grammar.CallIDValue:      callIDObject,
	grammar.CallIDList:       callIDObject,
	grammar.CallIDParams:     dialogObject,
	grammar.CSeqValue:        cseqObject,
	grammar.RAckValue:        rackObject,
	grammar.DateValue:        rawObject,
	grammar.TimestampValue:   timestampObject,
}

// TestAddrCorpus holds verdict and parts of addresses, Via, numbers and what
// else these files read against the corpus. Rows of defects that a lenient
// element may tolerate are judged like the others: these parsers tolerate none
// of them.
func TestAddrCorpus(t *testing.T) {
	seen, judged, compared := map[string]bool{}, map[grammar.Class]int{}, map[grammar.Class]int{}
	for _, r := range conformRows(t) {
		object := addrClasses[grammar.Of(uint8(r.id))]
		if object == nil || r.id == IDOther {
			continue
		}
		seen[r.identify] = true
		judged[grammar.Of(uint8(r.id))]++
		field := []byte(r.value)
		n, err := r.id.Check(field)
		verdict := "valid"
		if err != nil {
			verdict = "invalid"
		}
		_, known := ours[r.identify]
		if verdict != r.expected && r.expected != "either" && !known {
			t.Errorf("%s: %s (%v at %d), want %s: %s", r.identify, verdict, err, n, r.expected, r.reason)
		}
		if err != nil || r.parts == "" || strings.Contains(r.reason, "UTF-8") { // bytes that JSON can not hold
			continue
		}
		compared[grammar.Of(uint8(r.id))]++
		var got any
		if r.id.IsSplit() {
			values := []any{}
			for v := range r.id.Values(field) {
				values = append(values, object(t, r.id, v))
			}
			got = map[string]any{"values": values}
		} else {
			lo, hi, _ := r.id.NextValue(field, 0)
			got = object(t, r.id, field[lo:hi])
		}
		if have, want := sameJSON(t, got), conformParts(t, r.parts); !reflect.DeepEqual(have, want) != known {
			t.Errorf("%s:\n have %v\n want %v (listed as ours: %t)", r.identify, have, want, known)
		}
	}
	for row := range ours {
		if !seen[row] {
			t.Errorf("%s is not in the corpus", row)
		}
	}
	for g := range addrClasses {
		if compared[g] == 0 {
			t.Errorf("no row of class %v compared", g)
		}
	}
	t.Logf("rows judged: %v, compared: %v", judged, compared)
}

func sameJSON(t *testing.T, v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return conformParts(t, string(text))
}

func conformParts(t *testing.T, s string) (v any) {
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	// The corpus keeps folds in display names; RFC 3261, 7.3.1 says that a
	// fold means one space.
	if o, ok := v.(map[string]any); ok {
		list, _ := o["values"].([]any)
		for _, e := range append(list, any(o)) {
			if o, ok := e.(map[string]any); ok {
				if d, ok := o["display"].(string); ok {
					o["display"] = string(abnf.AppendUnfolded(nil, []byte(d)))
				}
			}
		}
	}
	return v
}

// orNull gives nil for a part that is not there.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

func portOrNull(port uint16, ok bool) any {
	if !ok {
		return nil
	}
	return port
}

func readRow(t *testing.T, v view, b []byte) {
	t.Helper()
	if n, err := v.Parse(b); err != nil {
		t.Errorf("%s: %v at %d", b, err, n)
	}
}

func addrObject(t *testing.T, id ID, b []byte) any {
	var v Contact
	if id == IDContact {
		readRow(t, &v, b)
	} else {
		readRow(t, &v.NameAddr, b)
	}
	if v.IsWildcard() {
		return "*"
	}
	o := object{"display": nil, "uri": string(v.URIBytes()), "params": paramPairs(v.Params())}
	if v.Display() != nil {
		o["display"] = string(v.AppendDisplay(nil))
	}
	u, err := v.URI()
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
	if u.IsSIP() {
		params := [][]any{}
		for name, value := range u.Params() {
			params = append(params, []any{string(name), orNull(value)})
		}
		o["user"], o["host"], o["uri_params"] = orNull(u.User()), string(u.Host()), params
		o["port"] = portOrNull(u.Port())
	}
	if id == IDFrom || id == IDTo {
		o["tag"] = orNull(v.Tag())
	}
	return o
}

func viaObject(t *testing.T, _ ID, b []byte) any {
	var v Via
	readRow(t, &v, b)
	if (v.HostKind() == uri.HostIPv6) != (v.Host()[0] == '[') {
		t.Errorf("%s: host of kind %v", b, v.HostKind())
	}
	return object{
		"protocol": string(v.Protocol()), "version": string(v.Version()), "transport": string(v.TransportBytes()),
		"host": string(v.Host()), "port": portOrNull(v.Port()), "params": paramPairs(v.Params()),
	}
}

func integerObject(t *testing.T, id ID, b []byte) any {
	var v uint64
	var err error
	switch id {
	case IDExpires, IDMinExpires:
		var seconds uint32
		seconds, _, err = ParseExpires(b)
		v = uint64(seconds)
	default:
		v, _, err = ParseUint(b, 1<<63)
	}
	if err != nil {
		t.Errorf("%v: %s: %v", id, b, err)
	}
	return object{"value": v}
}

func retryObject(t *testing.T, id ID, b []byte) any {
	var v retryAfter
	if id == IDRetryAfter {
		readRow(t, &v, b)
	} else {
		readRow(t, &v.DeltaSeconds, b)
	}
	return object{"value": v.Seconds(), "comment": orNull(v.Comment()), "params": paramPairs(v.Params())}
}

func callIDObject(t *testing.T, id ID, b []byte) any {
	v, _, err := ParseCallID(b)
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
	if id == IDInReplyTo {
		return string(v)
	}
	return object{"value": string(v)}
}

func dialogObject(t *testing.T, _ ID, b []byte) any {
	var v ext.DialogRef
	readRow(t, &v, b)
	return object{"value": string(v.CallID()), "params": paramPairs(v.Params())}
}

func cseqObject(t *testing.T, _ ID, b []byte) any {
	var v CSeq
	readRow(t, &v, b)
	return object{"num": v.Number(), "method": string(v.MethodBytes())}
}

func rackObject(t *testing.T, _ ID, b []byte) any {
	var v RAck
	readRow(t, &v, b)
	c := v.CSeq()
	return object{"rseq": v.RSeq(), "cseq": c.Number(), "method": string(c.MethodBytes())}
}

func rawObject(t *testing.T, _ ID, b []byte) any {
	d, _, err := ParseDate(b)
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
	text, err := AppendDate(nil, d)
	if err != nil {
		t.Errorf("%s: %v", b, err)
	}
	return object{"value": string(text)}
}

func timestampObject(t *testing.T, _ ID, b []byte) any {
	var v Timestamp
	readRow(t, &v, b)
	return object{"value": string(v.Value()), "delay": orNull(v.DelayBytes())}
}
