package header_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/digest"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// A viewCase is one value for one view: what parsing it gives. Without a code
// the value is good and show is what its accessors say.
type viewCase struct {
	view   string
	value  string
	offset int
	code   sipwire.Code
	show   string
}

// A view is any typed value that reads the whole of a slice.
type view interface{ Parse(b []byte) (int, error) }

// readers makes a new view of each type, reading as its name says.
var readers = map[string]func() view{
	"Item": func() view { return new(Item) }, "Quoted": func() view { return new(quotedItem) },
	"Token": func() view { return new(tokenView) }, "FreeText": func() view { return new(FreeText) },
	"Privacy": func() view { return new(ext.Privacy) }, "Event": func() view { return new(ext.Event) },
	"SubscriptionState": func() view { return new(ext.SubscriptionState) },
	"InfoPackage":       func() view { return new(ext.InfoPackage) }, "Reason": func() view { return new(ext.Reason) },
	"ContentType": func() view { return new(ContentType) }, "MediaRange": func() view { return new(mediaRange) },
	"Encoding": func() view { return new(encoding) }, "Language": func() view { return new(Language) },
	"Disposition": func() view { return new(Disposition) }, "MIMEVersion": func() view { return new(MIMEVersion) },
	"ContentID": func() view { return new(ext.ContentID) }, "Reference": func() view { return new(Reference) },
	"Bare": func() view { return new(bareReference) }, "Warning": func() view { return new(Warning) },
	"UserAgent": func() view { return new(UserAgent) }, "ResourcePriority": func() view { return new(ext.ResourcePriority) },
	"ChargingVector":    func() view { return new(ext.ChargingVector) },
	"ChargingAddresses": func() view { return new(ext.ChargingAddresses) },
	"AccessNetwork":     func() view { return new(ext.AccessNetwork) },
	"SecurityMechanism": func() view { return new(ext.SecurityMechanism) },
	"SessionID":         func() view { return new(ext.SessionID) }, "Identity": func() view { return new(ext.Identity) },
	"AuthChallenge":      func() view { return new(auth.Challenge) },
	"AuthCredentials":    func() view { return new(auth.Credentials) },
	"AuthenticationInfo": func() view { return new(auth.Info) },
}

// quotedItem and bareReference read with the other method of their views.
type quotedItem struct{ Item }

func (v *quotedItem) Parse(b []byte) (int, error) { return v.ParseQuoted(b) }

type bareReference struct{ Reference }

func (v *bareReference) Parse(b []byte) (int, error) { return v.ParseBare(b) }

func mustParse(t testing.TB, v view, value string) {
	t.Helper()
	if n, err := v.Parse([]byte(value)); err != nil || n != len(value) {
		t.Fatalf("%q: %d, %v", value, n, err)
	}
}

// tokenView is a value that is one token.
type tokenView struct{ b []byte }

func (v *tokenView) Parse(b []byte) (int, error) {
	*v = tokenView{}
	lo, hi, n, code := value.ParseToken(b)
	if code == 0 {
		v.b = b[lo:hi:hi]
	}
	return n, code.Err()
}
func (v tokenView) Bytes() []byte              { return v.b }
func (v tokenView) AppendTo(dst []byte) []byte { return append(dst, v.b...) }
func (v tokenView) IsValid() bool              { return len(v.b) > 0 }

// mediaRange, encoding and retryAfter read values of Accept, Accept-Encoding and
// Retry-After.
type mediaRange struct{ ContentType }

func (v *mediaRange) Parse(b []byte) (int, error) { return v.ParseRange(b) }

type encoding struct{ Item }

type retryAfter struct{ DeltaSeconds }

func (v *retryAfter) Parse(b []byte) (int, error) { return v.ParseComment(b) }

// show tells what the accessors of a view say.
func show(v view) string {
	pairs := func(p ParamList) string {
		list := []string{}
		for name, value := range p.All() {
			if s := string(name); value != nil {
				list = append(list, s+"="+string(value))
			} else {
				list = append(list, s)
			}
		}
		return "[" + strings.Join(list, " ") + "]"
	}
	join := func(seq func(func([]byte) bool)) string {
		list := []string{}
		for b := range seq {
			list = append(list, string(b))
		}
		return strings.Join(list, "|")
	}
	or := func(b []byte) string {
		if b == nil {
			return "-"
		}
		return string(b)
	}
	num := func(n any, ok bool) string { return fmt.Sprint(n, ",", ok) }
	switch v := v.(type) {
	case *Item:
		return fmt.Sprintf("%s %s", v.Value(), pairs(v.Params()))
	case *quotedItem:
		return fmt.Sprintf("%s %s", v.Value(), pairs(v.Params()))
	case *tokenView:
		return string(v.Bytes())
	case *FreeText:
		return string(v.AppendTo(nil))
	case *ext.Privacy:
		return join(v.All())
	case *ext.Event:
		return fmt.Sprintf("%s package=%s templates=%s id=%s", v.Type(), v.Package(), v.Templates(), v.ID())
	case *ext.SubscriptionState:
		e, eok := v.Expires()
		r, rok := v.RetryAfter()
		return fmt.Sprintf("%d reason=%s expires=%s retry=%s", v.State(), v.Reason(), num(e, eok), num(r, rok))
	case *ext.InfoPackage:
		return string(v.Name())
	case *ext.Reason:
		c, ok := v.Cause()
		return fmt.Sprintf("%s %s %s", v.Protocol(), num(c, ok), v.Text())
	case *ContentType:
		return fmt.Sprintf("%s/%s %s boundary=%s charset=%s", v.Type(), v.Subtype(), pairs(v.Params()), v.Boundary(), v.Charset())
	case *mediaRange:
		q, ok := v.Q()
		return fmt.Sprintf("%s/%s %s q=%s", v.Type(), v.Subtype(), pairs(v.Params()), num(q, ok))
	case *encoding:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s", v.Value(), num(q, ok))
	case *Language:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s", v.Value(), num(q, ok))
	case *Disposition:
		return fmt.Sprintf("%s optional=%v", v.Type(), v.IsOptional())
	case *MIMEVersion:
		return string(v.AppendTo(nil))
	case *ext.ContentID:
		return string(v.ID())
	case *Reference:
		return fmt.Sprintf("%s %s", v.URIBytes(), pairs(v.Params()))
	case *bareReference:
		return fmt.Sprintf("%s %s", v.URIBytes(), pairs(v.Params()))
	case *Warning:
		return fmt.Sprintf("%d %s %s", v.Code(), v.Agent(), v.Text())
	case *UserAgent:
		list := []string{}
		for name, version := range v.All() {
			s := string(name)
			if version != nil {
				s += "/" + string(version)
			}
			list = append(list, s)
		}
		return strings.Join(list, "|")
	case *ext.ResourcePriority:
		return fmt.Sprintf("%s %s", v.Namespace(), v.Priority())
	case *ext.ChargingVector:
		return strings.Join([]string{or(v.ICID()), or(v.GeneratedAt()), or(v.OrigIOI()), or(v.TermIOI()), or(v.TransitIOI()), or(v.RelatedICID())}, " ")
	case *ext.ChargingAddresses:
		return join(v.CCF()) + " / " + join(v.ECF())
	case *ext.AccessNetwork:
		return fmt.Sprintf("%s %s %v", v.Type(), v.CellID(), v.IsNetworkProvided())
	case *ext.SecurityMechanism:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s %s %s", v.Mechanism(), num(q, ok), v.Algorithm(), v.Verify())
	case *ext.SessionID:
		l, lok := v.Local()
		r, rok := v.Remote()
		return fmt.Sprintf("%s %s nil=%v", num(string(l), lok), num(string(r), rok), v.IsNil())
	case *ext.Identity:
		return fmt.Sprintf("%s compact=%v %s alg=%s ppt=%s", v.Signature(), v.IsCompact(), v.Info(), v.Algorithm(), v.Type())
	case *auth.Challenge:
		return fmt.Sprintf("%s realm=%s nonce=%s alg=%v qop=%d stale=%v [%s]", v.Scheme(), v.Realm(), v.Nonce(), digest.LookupAlgorithm(v.Algorithm()), digest.LookupQOP(v.QOP()), v.Stale(), join(v.Domains()))
	case *auth.Credentials:
		nc, ok := v.NonceCount()
		return fmt.Sprintf("%s %s %s %s %s %s qop=%d token68=%s", v.Scheme(), v.Username(), v.URI(), v.Response(), v.CNonce(), num(nc, ok), digest.LookupQOP(v.QOP()), v.Token68())
	case *auth.Info:
		nc, ok := v.NonceCount()
		return fmt.Sprintf("%s %s %s %s qop=%d", v.NextNonce(), v.Rspauth(), v.CNonce(), num(nc, ok), digest.LookupQOP(v.QOP()))
	}
	return fmt.Sprintf("no accessors known for %T", v)
}

func TestViews(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range viewCases {
		seen[c.view] = true
		v := readers[c.view]()
		in := []byte(c.value)
		n, err := v.Parse(in)
		if string(in) != c.value {
			t.Fatalf("%s: %q was written to", c.view, c.value)
		}
		if c.code != 0 {
			if err != error(c.code) || n != c.offset {
				t.Errorf("%s: %q: %v at %d, want %v at %d", c.view, c.value, err, n, c.code, c.offset)
			}
			if zero := readers[c.view](); !reflect.DeepEqual(v, zero) {
				t.Errorf("%s: %q: an error left %+v", c.view, c.value, v)
			}
			continue
		}
		if err != nil || n != len(in) {
			t.Errorf("%s: %q: %v at %d", c.view, c.value, err, n)
			continue
		}
		if got := show(v); got != c.show {
			t.Errorf("%s: %q:\n have %s\n want %s", c.view, c.value, got, c.show)
		}
	}
	for name := range readers {
		if !seen[name] {
			t.Errorf("%s has no case", name)
		}
	}
}

// TestZeroViews calls every accessor of every zero view, and of views that
// hold what an error left.
func TestZeroViews(t *testing.T) {
	for name, make := range readers {
		v := make()
		before := show(v)
		v.Parse([]byte("\x00"))
		if after := show(v); after != before && name != "MIMEVersion" {
			t.Errorf("%s: %q after an error, %q before", name, after, before)
		}
		if b, ok := v.(interface{ Bytes() []byte }); ok && len(b.Bytes()) != 0 {
			t.Errorf("%s: the zero value has bytes", name)
		}
		if a, ok := v.(interface{ AppendTo([]byte) []byte }); ok && name != "MIMEVersion" && len(a.AppendTo(nil)) != 0 {
			t.Errorf("%s: the zero value appends bytes", name)
		}
	}
}

// checkView holds a view against what is true of all of them.
func checkView(t *testing.T, name string, in []byte) {
	keep := bytes.Clone(in)
	v := readers[name]()
	n, err := v.Parse(in)
	if !bytes.Equal(in, keep) {
		t.Fatalf("%s: %q was written to", name, keep)
	}
	if err != nil {
		if code, ok := err.(sipwire.Code); !ok || code == 0 {
			t.Fatalf("%s: %q: error %#v", name, in, err)
		}
		if n < 0 || n > len(in) {
			t.Fatalf("%s: %q: offset %d", name, in, n)
		}
		if !reflect.DeepEqual(v, readers[name]()) {
			t.Fatalf("%s: %q: an error left %+v", name, in, v)
		}
		return
	}
	if n != len(in) {
		t.Fatalf("%s: %q: read %d of %d", name, in, n, len(in))
	}
	said := show(v)
	if b, ok := v.(interface{ Bytes() []byte }); ok {
		// What the view takes for the whole value says the same again.
		again := readers[name]()
		if n, err := again.Parse(b.Bytes()); err != nil || n != len(b.Bytes()) {
			t.Fatalf("%s: %q: then %q: %v at %d", name, in, b.Bytes(), err, n)
		}
		if got := show(again); got != said {
			t.Fatalf("%s: %q: %q, then %q", name, in, said, got)
		}
		if len(b.Bytes()) != cap(b.Bytes()) {
			t.Fatalf("%s: %q: an append could reach the message", name, in)
		}
	}
	// Every fold may become one space (RFC 3261, 7.3.1).
	flat := readers[name]()
	if n, err := flat.Parse(abnf.AppendUnfolded(nil, in)); err != nil {
		t.Fatalf("%s: %q: unfolded: %v at %d", name, in, err, n)
	}
}

func FuzzViews(f *testing.F) {
	for _, c := range viewCases {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name := range readers {
			checkView(t, name, []byte(s))
		}
	})
}
