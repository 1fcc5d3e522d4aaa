package main

import (
	"strings"

	"github.com/sipwire/sipwire/codec"
)

// streamCase feeds a stream in pieces and takes out what is whole.
func streamCase(name string, piece int, bytes func(n int) string) costCase {
	return costCase{"stream/" + name, 200, func(n int) (func(), int) {
		b := []byte(bytes(n))
		s := codec.Stream{Parser: open}
		m := new(codec.Message)
		return func() {
			for rest := b; len(rest) > 0; {
				k := min(piece, len(rest))
				_, _ = s.Write(rest[:k])
				rest = rest[k:]
				for {
					event, err := s.Next(m)
					if event == codec.NeedMore || err != nil && s.Lost() != nil {
						break
					}
				}
			}
		}, len(b)
	}}
}

func streamCases() (all []costCase) {
	for name, f := range map[string]func(n int) string{
		"messages":   func(n int) string { return strings.Repeat(request("sip:b@example.org", "X-A: b"), n/50+1) },
		"start line": func(n int) string { return request("sip:b@example.org" + strings.Repeat(";p", n)) },
		"field":      func(n int) string { return request("sip:b@example.org", "X-A: "+strings.Repeat("b", 2*n)) },
		"fields":     fields,
		"folds":      func(n int) string { return request("sip:b@example.org", "X-A: b"+strings.Repeat("\r\n c", n)) },
		"line ends":  func(n int) string { return strings.Repeat("\r\n", n) + request("sip:b@example.org", "X-A: b") },
		"garbage":    func(n int) string { return strings.Repeat("a", n) },
		"body": func(n int) string {
			return "MESSAGE sip:b@a SIP/2.0\r\nContent-Length: 9\r\n\r\n012345678" + strings.Repeat("MESSAGE sip:b@a SIP/2.0\r\nContent-Length: 9\r\n\r\n012345678", n/20)
		},
	} {
		all = append(all, streamCase(name+", byte by byte", 1, f), streamCase(name+", in pieces of 7", 7, f), streamCase(name+", at once", 1<<30, f))
	}
	return all
}
