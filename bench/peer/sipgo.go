package peer

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

func init() {
	version := moduleVersion("github.com/emiago/sipgo")
	register(20, Impl{
		Name: "sipgo", Version: version,
		About: "sip.Parser as it comes: the common headers are parsed at once",
		New:   func() Worker { return newSipgo(nil) },
	})
	register(21, Impl{
		Name: "sipgo-lazy", Version: version,
		About: "sip.Parser with WithHeadersParsers reduced to Content-Length, which its README names for speed: other headers are parsed when asked for",
		New: func() Worker {
			all := sip.DefaultHeadersParser()
			return newSipgo(map[string]sip.HeaderParser{
				"content-length": all["content-length"],
				"l":              all["l"],
			})
		},
	})
}

// sipgo drives github.com/emiago/sipgo/sip. Its messages live on the heap and
// nothing can be reused from one to the next, so there is no pool to offer.
type sipgo struct {
	p    *sip.Parser
	lazy bool
	buf  writer
}

// writer is the cheapest io.StringWriter: a reused buffer.
type writer struct{ b []byte }

func (w *writer) WriteString(s string) (int, error) {
	w.b = append(w.b, s...)
	return len(s), nil
}

func newSipgo(parsers map[string]sip.HeaderParser) *sipgo {
	if parsers == nil {
		return &sipgo{p: sip.NewParser()}
	}
	return &sipgo{p: sip.NewParser(sip.WithHeadersParsers(parsers)), lazy: true}
}

var errIncomplete = errors.New("a header that is in the message was not found")

func sipgoFields(m sip.Message, f *Fields[string]) error {
	*f = Fields[string]{}
	switch m := m.(type) {
	case *sip.Request:
		f.User, f.Host, f.Port = m.Recipient.User, m.Recipient.Host, m.Recipient.Port
		if h := m.MaxForwards(); h != nil {
			f.MaxForwards = int(*h)
		}
	case *sip.Response:
		f.Status = m.StatusCode
	}
	via, from, to, cseq, id := m.Via(), m.From(), m.To(), m.CSeq(), m.CallID()
	if via == nil || from == nil || to == nil || cseq == nil || id == nil {
		return errIncomplete
	}
	f.ViaHost, f.ViaPort = via.Host, via.Port
	f.Branch, _ = via.Params.Get("branch")
	f.FromTag, _ = from.Params.Get("tag")
	f.ToTag, _ = to.Params.Get("tag")
	f.CSeq, f.Method = cseq.SeqNo, string(cseq.MethodName)
	f.CallID = string(*id)
	return nil
}

func (s *sipgo) Fields(msg []byte) (f Fields[string], err error) {
	m, err := s.p.ParseSIP(msg)
	if err != nil {
		return f, err
	}
	err = sipgoFields(m, &f)
	return f, err
}

func (s *sipgo) Prepare(t Task, set [][]byte) (Batch, error) {
	switch t {
	case Index:
		// Only the lazy parser has a step that leaves the values alone.
		if s.lazy {
			return s.parseOnly(set), nil
		}
	case Typed:
		if !s.lazy {
			return s.parseOnly(set), nil
		}
	case Read:
		return func(picks []int32) (sum uint64) {
			var f Fields[string]
			for _, i := range picks {
				m, err := s.p.ParseSIP(set[i])
				if err == nil && sipgoFields(m, &f) == nil {
					sum += f.Sum()
				}
			}
			return sum
		}, nil
	case Encode:
		ready := make([]sip.Message, len(set))
		for i, b := range set {
			m, err := s.p.ParseSIP(b)
			if err != nil {
				return nil, err
			}
			ready[i] = m
		}
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				sum += uint64(len(s.print(ready[i])))
			}
			return sum
		}, nil
	case Stamp:
		ready := make([]*sip.Request, len(set))
		for i, b := range set {
			m, err := s.p.ParseSIP(b)
			if err != nil {
				return nil, err
			}
			ready[i] = m.(*sip.Request)
		}
		var id identifiers
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				out, _ := s.stamp(ready[i], &id)
				sum += uint64(len(out))
			}
			return sum
		}, nil
	case Rewrite, RewriteReceived, Proxy, ProxyReceived, Reply, ReplyReceived:
		return outputs(s, t, set), nil
	case Stream:
		return s.stream(set), nil
	}
	return nil, ErrNotDone
}

func (s *sipgo) parseOnly(set [][]byte) Batch {
	return func(picks []int32) (sum uint64) {
		for _, i := range picks {
			if m, err := s.p.ParseSIP(set[i]); err == nil {
				sum += uint64(len(m.Body()))
			}
		}
		return sum
	}
}

// stream uses a ParserStream for the connection, as the transports of sipgo
// do.
func (s *sipgo) stream(set [][]byte) Batch {
	in := newReads(set)
	ps := s.p.NewSIPStream()
	return func(picks []int32) (sum uint64) {
		count := func(m sip.Message) { sum += uint64(len(m.Body())) + 1 }
		for b := range in.chunks(picks) {
			// The error says no more than that the last message is cut.
			_ = ps.ParseSIPStream(b, count)
		}
		return sum
	}
}

// print writes a message into the worker's buffer.
func (s *sipgo) print(m sip.Message) []byte {
	s.buf.b = s.buf.b[:0]
	switch m := m.(type) {
	case *sip.Request:
		m.StringWrite(&s.buf)
	case *sip.Response:
		m.StringWrite(&s.buf)
	}
	return s.buf.b
}

func (s *sipgo) Output(t Task, msg []byte, src netip.AddrPort) ([]byte, error) {
	m, err := s.p.ParseSIP(msg)
	if err != nil {
		return nil, err
	}
	switch t {
	case Encode:
		return s.print(m), nil
	case Rewrite, RewriteReceived, Proxy, ProxyReceived:
		if t.plain() == Proxy {
			var f Fields[string]
			if err := sipgoFields(m, &f); err != nil {
				return nil, err
			}
		}
		switch m := m.(type) {
		case *sip.Request:
			hops := m.MaxForwards()
			hops.Dec()
			if s.lazy {
				replaceLazily(m, hops)
			}
			if t.notes() {
				received := m.Via()
				noteSource(received, src)
				if s.lazy {
					replaceLazily(m, received)
				}
			}
			m.RemoveHeader("Route")
			via := &sip.ViaHeader{
				ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: "UDP",
				Host: proxyHost, Port: proxyPort, Params: sip.HeaderParams{{K: "branch", V: proxyBranch}},
			}
			m.PrependHeader(via)
		case *sip.Response:
			m.RemoveHeader("Via")
		}
		return s.print(m), nil
	case Reply, ReplyReceived:
		req, ok := m.(*sip.Request)
		if !ok {
			return nil, errNoRequest
		}
		return s.reply(req, t, src)
	case Stamp:
		req, ok := m.(*sip.Request)
		if !ok {
			return nil, errNoRequest
		}
		return s.stamp(req, new(identifiers))
	}
	return nil, ErrNotDone
}

// reply writes the 200 response to a request.
func (s *sipgo) reply(req *sip.Request, t Task, src netip.AddrPort) ([]byte, error) {
	to := req.To()
	if to == nil {
		return nil, errIncomplete
	}
	if !to.Params.Has("tag") {
		// Before the response is made: to a To without a tag the library gives
		// a random UUID, which costs more than all else here.
		to.Params.Add("tag", replyTag)
	}
	if t.notes() {
		req.SetSource(src.String()) // as its transports do for each packet
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	if t.notes() {
		// It notes the source for a sender that asks for rport, in a list that
		// it parsed; the rest is left to its user.
		via := res.Via()
		if via == nil {
			return nil, errIncomplete
		}
		if !via.Params.Has("received") {
			noteSource(via, src)
		}
		if s.lazy {
			replaceLazily(res, via)
		}
	}
	return s.print(res), nil
}

// noteSource puts received and rport into the Via of a request.
func noteSource(via *sip.ViaHeader, src netip.AddrPort) {
	host := src.Addr().String()
	asked := via.Params.Has("rport")
	if asked {
		via.Params.Add("rport", strconv.Itoa(int(src.Port())))
	}
	if asked || via.Host != host {
		via.Params.Add("received", host)
	}
}

// stamp sets the identifiers in the message itself and prints it: cheaper
// than a clone of it, which its users would make.
func (s *sipgo) stamp(req *sip.Request, id *identifiers) ([]byte, error) {
	id.next()
	via, from, cseq, call := req.Via(), req.From(), req.CSeq(), req.CallID()
	if via == nil || from == nil || cseq == nil || call == nil {
		return nil, fmt.Errorf("stamp: %w", errIncomplete)
	}
	via.Params.Add("branch", string(id.branch[:]))
	from.Params.Add("tag", string(id.tag[:]))
	cseq.SeqNo = id.cseq
	*call = sip.CallIDHeader(string(id.call[:]))
	if s.lazy {
		// Headers that were parsed late are copies; the message prints the
		// text that it came with.
		for _, h := range []sip.Header{via, from, cseq, call} {
			replaceLazily(req, h)
		}
	}
	return s.print(req), nil
}

func replaceLazily(m interface{ Headers() []sip.Header }, h sip.Header) {
	for i, old := range m.Headers() {
		name := old.Name()
		if len(name) == 1 {
			name = longNames[strings.ToLower(name)]
		}
		if strings.EqualFold(name, h.Name()) {
			m.Headers()[i] = h
			return
		}
	}
}
