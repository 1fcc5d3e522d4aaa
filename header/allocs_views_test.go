package header_test

import (
	"maps"
	"slices"
	"testing"

	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// sink keeps results of what is measured from being optimized away.
var sink struct {
	b    []byte
	n    int
	ok   bool
	err  error
	id   ID
	pres Presence
}

// allocCases are what must not allocate, by name: here the views by all
// their readings, the good and the bad, and below the methods.
func allocCases() map[string]func() {
	cases := map[string]func(){}
	add := func(name string, f func()) { cases[name] = f }

	// Every case of every view, errors included.
	for name, make := range readers {
		v := make()
		var values [][]byte
		for _, c := range viewCases {
			if c.view == name {
				values = append(values, []byte(c.value))
			}
		}
		add(name+".Parse", func() {
			for _, b := range values {
				sink.n, sink.err = v.Parse(b)
			}
		})
	}
	for _, r := range headerRows {
		good, bad := []byte(r.good), []byte(r.bad)
		add("Check "+r.id.String(), func() {
			sink.n, sink.err = r.id.Check(good)
			sink.n, sink.err = r.id.Check(bad)
		})
	}

	name := []byte("P-Charging-Function-Addresses")
	method, option := []byte("SUBSCRIBE"), []byte("recipient-list-subscribe")
	add("Lookup", func() { sink.id = Lookup(name) })
	add("LookupMethod", func() { sink.n = int(LookupMethod(method)) })
	add("LookupOption", func() { sink.n = int(LookupOption(option)) })
	add("ReasonPhrase", func() { sink.n = len(ReasonPhrase(486)) })
	add("ID", func() {
		sink.n = len(IDVia.String()) + len(IDVia.Grammar()) + len(IDVia.RFC()) + int(IDVia.Compact())
		sink.ok = IDVia.IsSplit() || IDVia.IsSingle()
	})
	add("Place", func() {
		sink.pres = IDContact.Place(MethodINVITE, 200)
		for id := range MethodREGISTER.Required(401) {
			sink.id = id
		}
	})
	list := []byte(`"a,b" <sip:c,d>;e, <sip:f> , *`)
	add("Values", func() {
		for v := range IDContact.Values(list) {
			sink.b = v
		}
	})

	allow, supported, bad := []byte("INVITE, ACK, FOO"), []byte("100rel, timer, foo"), []byte("a,,b")
	dst := make([]byte, 0, 1024)
	add("MethodSet", func() {
		var s MethodSet
		sink.n, sink.err = s.Add(allow)
		sink.n, sink.err = s.Add(bad)
		for m := range s.All() {
			sink.ok = s.Has(m)
		}
		sink.b = s.AppendTo(dst)
	})
	add("OptionSet", func() {
		var s OptionSet
		sink.n, sink.err = s.Add(supported)
		sink.n, sink.err = s.Add(bad)
		for o := range s.All() {
			sink.ok = s.Has(o)
		}
		sink.b = s.AppendTo(dst)
	})
	maps.Copy(cases, accessorAllocs(dst))
	return cases
}

func read[T any, P interface {
	*T
	view
}](s string) *T {
	v := new(T)
	if _, err := P(v).Parse([]byte(s)); err != nil {
		panic(s + ": " + err.Error())
	}
	return v
}

// accessorAllocs are the methods of the views.
func accessorAllocs(dst []byte) map[string]func() {
	event, other := read[ext.Event]("presence.winfo;id=a"), read[ext.Event]("presence;id=a")
	state := read[ext.SubscriptionState]("terminated;reason=timeout;expires=10;retry-after=5")
	reason := read[ext.Reason](`Q.850;cause=16;text="a"`)
	media, accept := read[ContentType]("multipart/mixed;charset=a;boundary=b"), read[ContentType]("multipart/*;q=0.5")
	language, disposition := read[Language]("en;q=0.1"), read[Disposition]("session;handling=optional")
	tag := []byte("en-GB")
	ref := read[Reference]("<http://a.example/b>;purpose=icon")
	warning, agent := read[Warning](`399 a "b"`), read[UserAgent]("A/1 (b)")
	privacy, priority := read[ext.Privacy]("id;user"), read[ext.ResourcePriority]("wps.0")
	vector, addresses := read[ext.ChargingVector]("icid-value=a;orig-ioi=b"), read[ext.ChargingAddresses]("ccf=a;ecf=b")
	network, mechanism := read[ext.AccessNetwork]("IEEE-802.11;cgi-3gpp=a"), read[ext.SecurityMechanism]("digest;q=0.1;d-alg=a;d-ver=\"b\"")
	session := read[ext.SessionID]("ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000")
	identity := read[ext.Identity]("..a;info=<a:b>;alg=x;ppt=y")
	id, text, version := read[ext.ContentID]("<a@b>"), read[FreeText]("a\r\n b"), read[MIMEVersion]("1.0")
	return map[string]func(){
		"Event": func() {
			sink.b, sink.b, sink.b, sink.b = event.Type(), event.Package(), event.Templates(), event.ID()
			sink.ok = event.Matches(*other)
		},
		"SubscriptionState": func() {
			sink.n, sink.b = int(state.State()), state.Reason()
			_, sink.ok = state.Expires()
			_, sink.ok = state.RetryAfter()
		},
		"Reason": func() { sink.n, sink.ok = reason.Cause(); sink.b = reason.Text() },
		"media": func() {
			sink.b, sink.b, sink.ok = media.Boundary(), media.Charset(), accept.Matches(*media)
			sink.n, sink.ok = accept.Q()
			sink.ok = media.Is("multipart/mixed") && media.IsMultipart() && language.Matches(tag) && disposition.IsOptional()
		},
		"Reference": func() {
			u, _ := ref.URI()
			sink.b, sink.b, sink.ok = u.Bytes(), ref.Purpose(), ref.IsPurpose("icon")
		},
		"Warning": func() { sink.n, sink.b, sink.b = warning.Code(), warning.Agent(), warning.Text() },
		"UserAgent": func() {
			for name := range agent.All() {
				sink.b = name
			}
			sink.b = agent.AppendTo(dst)
		},
		"Privacy": func() {
			for p := range privacy.All() {
				sink.b = p
			}
			sink.ok = privacy.Has("user")
		},
		"ResourcePriority": func() { sink.b, sink.b, sink.ok = priority.Namespace(), priority.Priority(), priority.Is("wps.0") },
		"charging": func() {
			sink.b, sink.b = vector.ICID(), vector.OrigIOI()
			for a := range addresses.CCF() {
				sink.b = a
			}
			for a := range addresses.ECF() {
				sink.b = a
			}
			sink.b, sink.ok = network.CellID(), network.IsNetworkProvided()
		},
		"security": func() {
			sink.n, sink.ok = mechanism.Q()
			sink.b, sink.b = mechanism.Algorithm(), mechanism.Verify()
			_, sink.ok = session.Local()
			_, sink.ok = session.Remote()
			sink.ok = session.IsNil()
		},
		"Identity": func() {
			sink.b, sink.b, sink.b, sink.b = identity.Signature(), identity.Info(), identity.Algorithm(), identity.Type()
			sink.ok = identity.IsCompact()
		},
		"text": func() { sink.b, sink.b, sink.b = id.ID(), text.AppendTo(dst), version.AppendTo(dst) },
	}
}

// TestAllocsViews lists everything that must not allocate, error paths
// included.
func TestAllocsViews(t *testing.T) {
	cases := allocCases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		if n := testing.AllocsPerRun(50, cases[name]); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
