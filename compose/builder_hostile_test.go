package compose

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// hostileCalls gives every setter of a Builder a text in each of its places,
// one after the other. Setters without a text get nil.
var hostileCalls = map[string][]func(b *Builder, s []byte) error{
	"Request": {
		func(b *Builder, s []byte) error { return b.Request(s, []byte("sip:a")) },
		func(b *Builder, s []byte) error { return b.Request([]byte("INVITE"), append([]byte("sip:a"), s...)) },
	},
	"Response":    {func(b *Builder, s []byte) error { return b.Response(200, s) }},
	"Field":       {func(b *Builder, s []byte) error { return b.Field(header.IDSubject, s) }},
	"FieldString": {func(b *Builder, s []byte) error { return b.FieldString(header.IDSubject, string(s)) }},
	"Raw": {
		func(b *Builder, s []byte) error { return b.Raw(s, nil) },
		func(b *Builder, s []byte) error { return b.Raw([]byte("X"), s) },
	},
	"Via": {
		func(b *Builder, s []byte) error {
			return b.Via(&codec.ViaSpec{Transport: header.TransportUDP, Host: append([]byte("a"), s...), Branch: []byte("z9hG4bK")})
		},
		func(b *Builder, s []byte) error {
			return b.Via(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("a"), Branch: append([]byte("z9hG4bK"), s...)})
		},
	},
	"Addr": {
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{Display: s, URI: []byte("sip:a")})
		},
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{URI: append([]byte("sip:a"), s...)})
		},
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{URI: []byte("sip:a"), Tag: s})
		},
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{URI: []byte("sip:a"), Params: []Param{{Name: s}}})
		},
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{URI: []byte("sip:a"), Params: []Param{{Name: []byte("x"), Value: s}}})
		},
		func(b *Builder, s []byte) error {
			return b.Addr(header.IDTo, &Address{URI: []byte("sip:a"), Params: []Param{{Name: []byte("x"), Value: s, Quoted: true}}})
		},
	},
	"Number": {
		func(b *Builder, s []byte) error { return b.Number(header.IDMinSE, 90, Param{Name: s}) },
		func(b *Builder, s []byte) error {
			return b.Number(header.IDMinSE, 90, Param{Name: []byte("x"), Value: s})
		},
	},
	"Value": {
		func(b *Builder, s []byte) error { return b.Value(header.IDEvent, s) },
		func(b *Builder, s []byte) error { return b.Value(header.IDCallID, append([]byte("a"), s...)) },
		func(b *Builder, s []byte) error { return b.Value(header.IDAccept, append([]byte("a/b"), s...)) },
		func(b *Builder, s []byte) error { return b.Value(header.IDAlertInfo, append([]byte("http:a"), s...)) },
		func(b *Builder, s []byte) error { return b.Value(header.IDPVisitedNetworkID, s) },
		func(b *Builder, s []byte) error { return b.Value(header.IDAcceptContact, s) },
		func(b *Builder, s []byte) error { return b.Value(header.IDEvent, []byte("a"), Param{Name: s}) },
		func(b *Builder, s []byte) error {
			return b.Value(header.IDEvent, []byte("a"), Param{Name: []byte("x"), Value: s})
		},
	},
	"CSeq":      {func(b *Builder, s []byte) error { return b.CSeq(1, s) }},
	"Body":      {func(b *Builder, s []byte) error { return b.Body(append([]byte("a/b"), s...), nil) }},
	"RAck":      nil,
	"Methods":   nil,
	"Options":   nil,
	"Date":      nil,
	"Timestamp": nil,
}

// TestBuilderHostile gives CR, LF and NUL to every text of every setter. A
// setter that is not in the list fails the test.
func TestBuilderHostile(t *testing.T) {
	typ := reflect.TypeFor[*Builder]()
	isSetter := func(m reflect.Method) bool {
		return m.Type.NumOut() == 1 && m.Type.Out(0) == reflect.TypeFor[error]() && m.Type.NumIn() > 1
	}
	setters := 0
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		switch calls, ok := hostileCalls[m.Name]; {
		case !isSetter(m):
		case !ok:
			t.Errorf("setter %s is not in the list", m.Name)
		case calls == nil && strings.Contains(m.Type.String(), "[]uint8"):
			t.Errorf("setter %s takes text, and none was tried", m.Name)
		default:
			setters++
		}
	}
	if setters != len(hostileCalls) {
		t.Errorf("%d setters, %d in the list", setters, len(hostileCalls))
	}
	for name, calls := range hostileCalls {
		for k, call := range calls {
			for _, s := range []string{"\r", "\n", "\x00", "\r\n", "\r\nX: y", "\r\n\r\nBYE sip:a SIP/2.0", "\r\n fold", "a\rb", "a\nb", "a\x00b"} {
				b := new(Builder)
				beginINVITE(b)
				if err := call(b, []byte(s)); !errors.Is(err, sipwire.ErrInjection) {
					t.Errorf("%s, text %d, %q: %v", name, k, s, err)
				}
				if out, err := b.AppendTo(nil); len(out) > 0 || err == nil {
					t.Errorf("%s, text %d, %q gave %q", name, k, s, out)
				}
			}
		}
	}
}
