package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// Many edits of one message: n of them on a message of about n values or
// fields.

// editCase makes n edits of the message and writes the result.
func editCase(name string, message func(n int) string, edit func(e *codec.Edit, n int)) costCase {
	return costCase{name: name, prepare: func(n int) (func(), int) {
		m := new(codec.Message)
		b := []byte(message(n))
		if err := open.Parse(m, b); err != nil {
			panic(fmt.Sprint(name, ": ", err))
		}
		var e codec.Edit
		return func() {
			if err := e.Begin(m); err != nil {
				panic(fmt.Sprint(name, ": ", err))
			}
			edit(&e, n)
			if _, err := e.AppendTo(nil); err != nil {
				panic(fmt.Sprint(name, ": ", err))
			}
		}, len(b)
	}}
}

func list(n int) string { return request("sip:b@example.org", "Supported: a"+strings.Repeat(",a", n)) }

func listOnLines(n int) string {
	return request("sip:b@example.org", "Supported: a"+strings.Repeat("\r\nSupported: a", n))
}

func viaList(n int) string {
	return request("sip:b@example.org", "Via: SIP/2.0/UDP b.example"+strings.Repeat(",SIP/2.0/UDP b.example", n))
}

func viaLines(n int) string {
	return request("sip:b@example.org", "Via: SIP/2.0/UDP b.example"+strings.Repeat("\r\nVia: SIP/2.0/UDP b.example", n))
}

func routeList(n int) string {
	return request("sip:b@example.org", "Route: <sip:r.example;lr>"+strings.Repeat(",<sip:r.example;lr>", n))
}

func fields(n int) string {
	return request("sip:b@example.org", "X-A: b"+strings.Repeat("\r\nX-A: b", n))
}

// shuffled returns 0 to n-1 in an order that is the same every time.
func shuffled(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }

var manyEdits = []costCase{
	editCase("remove values from the front", list, func(e *codec.Edit, n int) {
		for i := range n {
			_ = e.RemoveValue(header.IDSupported, i)
		}
	}),
	editCase("remove values from the back", list, func(e *codec.Edit, n int) {
		for i := range n {
			_ = e.RemoveValue(header.IDSupported, n-i)
		}
	}),
	editCase("remove values in any order", list, func(e *codec.Edit, n int) {
		for _, i := range shuffled(n) {
			_ = e.RemoveValue(header.IDSupported, i)
		}
	}),
	editCase("remove values on lines in any order", listOnLines, func(e *codec.Edit, n int) {
		for _, i := range shuffled(n) {
			_ = e.RemoveValue(header.IDSupported, i)
		}
	}),
	editCase("pop Via from a list", viaList, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PopVia()
		}
	}),
	editCase("pop Via from lines", viaLines, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PopVia()
		}
	}),
	editCase("pop Route", routeList, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PopRoute()
		}
	}),
	editCase("push Via", viaLines, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PushVia(via)
		}
	}),
	editCase("push Route behind many Vias", viaLines, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PushRoute([]byte("sip:r.example;lr"))
		}
	}),
	editCase("push Record-Route", list, func(e *codec.Edit, n int) {
		for range n {
			_ = e.PushRecordRoute([]byte("sip:r.example;lr"))
		}
	}),
	editCase("add in front of each field, backwards", fields, func(e *codec.Edit, n int) {
		for i := range n {
			_ = e.AddField(codec.Before(n-i), []byte("X-B"), []byte("c"))
		}
	}),
	editCase("add behind each field, in any order", fields, func(e *codec.Edit, n int) {
		for _, i := range shuffled(n) {
			_ = e.AddField(codec.After(i), []byte("X-B"), []byte("c"))
		}
	}),
	editCase("add at top and bottom by turns", fields, func(e *codec.Edit, n int) {
		for i := range n {
			at := codec.Top()
			if i&1 == 0 {
				at = codec.Bottom()
			}
			_ = e.AddField(at, []byte("X-B"), []byte("c"))
		}
	}),
	editCase("set each field, backwards", fields, func(e *codec.Edit, n int) {
		for i := range n {
			_ = e.SetAt(n-i, []byte("cc"))
		}
	}),
	editCase("remove each field, in any order", fields, func(e *codec.Edit, n int) {
		for _, i := range shuffled(n) {
			_ = e.RemoveAt(i)
		}
	}),
	editCase("everything by turns", listOnLines, func(e *codec.Edit, n int) {
		for k, i := range shuffled(n) {
			switch k % 4 {
			case 0:
				_ = e.RemoveValue(header.IDSupported, i)
			case 1:
				_ = e.AddField(codec.Before(i), []byte("X-B"), []byte("c"))
			case 2:
				_ = e.PushVia(via)
			case 3:
				_ = e.SetAt(i, []byte("cc"))
			}
		}
	}),
}
