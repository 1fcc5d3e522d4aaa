package state

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// What a proxy may change in a message, and nothing else: the oracle of the
// tests that send many messages through.

// headLines returns the header fields of a message, each as its bytes with all
// its lines.
func headLines(m *codec.Message, b []byte) (all []string) {
	for i := range m.Len() {
		all = append(all, string(b[m.At(i).Offset:m.FieldEnd(i)]))
	}
	return all
}

// idOf returns the header that a line is of.
func idOf(line string) header.ID {
	name, _, _ := strings.Cut(line, ":")
	return header.Lookup([]byte(strings.TrimSpace(name)))
}

// changed returns the lines that only the one and only the other has. It fails
// when those that both have are in another order.
func changed(in, out []string) (gone, new []string, err error) {
	left := slices.Clone(in)
	at := 0 // what both have has to come from here on
	for _, l := range out {
		i := slices.Index(left[at:], l)
		if i < 0 {
			new = append(new, l)
			if slices.Contains(left[:at], l) {
				err = fmt.Errorf("%q is in another place", l)
			}
			continue
		}
		gone = append(gone, left[at:at+i]...)
		at += i + 1
	}
	return append(gone, left[at:]...), new, err
}

// checkCopy checks a request that was sent on for in (RFC 3261, 16.6), or a
// response (16.7).
func checkCopy(in, out *codec.Message) error {
	gone, added, err := changed(headLines(in, in.Bytes()), headLines(out, out.Bytes()))
	if err != nil {
		return err
	}
	count := map[header.ID]int{}
	for _, l := range gone {
		id := idOf(l)
		count[id]--
		switch {
		case in.IsRequest() && (id == header.IDMaxForwards || id == header.IDRoute || id == header.IDVia):
		case in.IsResponse() && id == header.IDVia:
		default:
			return fmt.Errorf("%q is gone", l)
		}
	}
	for _, l := range added {
		id := idOf(l)
		count[id]++
		switch {
		case in.IsRequest() && (id == header.IDMaxForwards || id == header.IDRoute || id == header.IDVia || id == header.IDRecordRoute):
		case in.IsResponse() && id == header.IDVia:
		case id == header.IDContentLength && !in.Has(id):
		default:
			return fmt.Errorf("%q is new", l)
		}
	}
	vias := in.CountValues(header.IDVia) + 1
	if in.IsResponse() {
		vias -= 2
	}
	switch {
	case out.CountValues(header.IDVia) != vias:
		return fmt.Errorf("%d Via values", out.CountValues(header.IDVia))
	case !bytes.Equal(in.Body(), out.Body()):
		return fmt.Errorf("another body: %q", out.Body())
	case len(out.Trailing()) > 0:
		return fmt.Errorf("bytes behind the body: %q", out.Trailing())
	case in.IsResponse():
		if !bytes.Equal(in.StartLine(), out.StartLine()) && !(in.Status() == 503 && out.Status() == 500) { // 16.7, step 6
			return fmt.Errorf("another status line: %q", out.StartLine())
		}
		return nil
	}
	return checkRequest(in, out, count)
}

// where matches what the proxy may add to the Via below its own (18.2.1, RFC
// 3581), or replace there.
var where = regexp.MustCompile(`(?i)\s*;\s*(received|rport)(\s*=\s*[^;\s]*)?`)

// checkRequest checks what is said of requests only.
func checkRequest(in, out *codec.Message, count map[header.ID]int) error {
	target := in.RequestURIBytes()
	if u, err := in.RequestURI(); err == nil && u.RawHeaders() != nil {
		target = target[:len(target)-len(u.RawHeaders())-1] // 19.1.1
	}
	before, err := in.MaxForwards()
	after, _ := out.MaxForwards()
	switch {
	case !bytes.Equal(in.MethodBytes(), out.MethodBytes()):
		return fmt.Errorf("another method: %q", out.StartLine())
	case err == nil && before != after+1 || !in.Has(header.IDMaxForwards) && after != 70:
		return fmt.Errorf("Max-Forwards %d after %d", after, before)
	case count[header.IDRoute] == 0 && !in.Has(header.IDRoute) && !bytes.Equal(target, out.RequestURIBytes()):
		return fmt.Errorf("another Request-URI: %q", out.RequestURIBytes())
	}
	// Below the proxy's Via all are as they were, but for received and rport of
	// the first.
	var was, is []string
	for v := range in.Values(header.IDVia) {
		was = append(was, string(v))
	}
	for v := range out.Values(header.IDVia) {
		is = append(is, string(v))
	}
	via, _ := out.TopVia()
	if is = is[1:]; !strings.HasPrefix(string(via.Branch()), "z9hG4bK") || !slices.Equal(was[1:], is[1:]) {
		return fmt.Errorf("Via values %q, before %q", is, was)
	}
	if where.ReplaceAllString(is[0], "") != where.ReplaceAllString(was[0], "") {
		return fmt.Errorf("top Via %q, before %q", is[0], was[0])
	}
	return nil
}

// unfolded returns the first value of a header in one line, as an answer has it.
func unfolded(m *codec.Message, id header.ID) string {
	return string(m.At(m.Index(id)).AppendValue(nil))
}

// checkAnswer checks what the proxy itself answers to in (8.2.6).
func checkAnswer(in, out *codec.Message) error {
	if in.IsResponse() || in.Method() == header.MethodACK {
		return fmt.Errorf("a response, or an ACK, is answered: %q", out.StartLine())
	}
	for _, id := range []header.ID{header.IDFrom, header.IDCallID, header.IDCSeq} {
		if in.Has(id) && unfolded(in, id) != unfolded(out, id) {
			return fmt.Errorf("%v: %q, of %q", id, out.Value(id), in.Value(id))
		}
	}
	if !strings.HasPrefix(unfolded(out, header.IDTo), unfolded(in, header.IDTo)) {
		return fmt.Errorf("To: %q, of %q", out.Value(header.IDTo), in.Value(header.IDTo))
	}
	if n := out.CountValues(header.IDVia); n != in.CountValues(header.IDVia) || out.Status() < 100 {
		return fmt.Errorf("%d Via values, %q", n, out.StartLine())
	}
	return nil
}

// checkSent checks one message that was sent for in.
func checkSent(in *codec.Message, b []byte) error {
	out := new(codec.Message)
	if err := out.Parse(b); err != nil {
		return err
	}
	switch {
	case out.IsResponse() && !in.IsResponse(): // in may be neither: its first line is bad
		return checkAnswer(in, out)
	case out.IsResponse() != in.IsResponse():
		return fmt.Errorf("sent for a response: %q", out.StartLine())
	}
	return checkCopy(in, out)
}
