// Package record turns a parsed message into the JSON object that the tool
// prints for it. The names of its keys, and the names of error codes, are an
// interface that scripts rely on: keys are added, never renamed.
//
// Every string from the message is raw, as it stood on the wire; see [Text]
// for bytes that are not UTF-8. Offsets and lengths count bytes.
package record

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/cmd/internal/typed"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// A Record is the JSON form of one message. A key without a value in the
// message is null; error, error_code and offset are only in the record of a
// message that did not parse, which then shows what could be read all the
// same.
type Record struct {
	File    Text     `json:"file"`
	Method  Text     `json:"method"` // null for a response
	Status  *int     `json:"status"` // null for a request
	Reason  Text     `json:"reason"` // null for a request
	RURI    Text     `json:"ruri"`   // null for a response
	Headers []Header `json:"headers"`

	ViaCount      int  `json:"via_count"` // values, not lines, as the two below
	ContactCount  int  `json:"contact_count"`
	RouteCount    int  `json:"route_count"`
	ContentLength *int `json:"content_length"` // as declared
	BodyLen       int  `json:"body_len"`
	TrailingLen   int  `json:"trailing_len"`

	// What a proxy reads. Null where the value is not there or its header does
	// not parse; numbers are numbers.
	RURIScheme      Text `json:"ruri_scheme"`
	RURIUser        Text `json:"ruri_user"` // with its escapes; the number of a tel URI
	RURIHost        Text `json:"ruri_host"` // an IPv6 address in its brackets
	RURIPort        *int `json:"ruri_port"`
	TopViaTransport Text `json:"top_via_transport"`
	TopViaHost      Text `json:"top_via_host"`
	TopViaPort      *int `json:"top_via_port"`
	TopViaBranch    Text `json:"top_via_branch"`
	FromTag         Text `json:"from_tag"`
	ToTag           Text `json:"to_tag"`
	FromURI         Text `json:"from_uri"` // the addr-spec, without "<>" and parameters
	ToURI           Text `json:"to_uri"`
	CallID          Text `json:"call_id"`
	CSeqNum         *int `json:"cseq_num"`
	CSeqMethod      Text `json:"cseq_method"` // of a response too
	MaxForwards     *int `json:"max_forwards"`

	// Errors are the header fields whose values do not follow their grammar,
	// and the Request-URI where it does not.
	Errors []ValueError `json:"errors"`

	Content
	*Failure
}

// A ValueError is one header field whose value does not follow its grammar, or
// the Request-URI.
type ValueError struct {
	Header string `json:"header"` // the registered long name, or "Request-URI"
	Code   string `json:"code"`
	Offset int    `json:"offset"` // of the byte that is wrong
}

// A Header is one header field.
type Header struct {
	Name    Text    `json:"name"`    // as received, without colon
	ID      *string `json:"id"`      // the registered long name, null for a name outside the table
	Value   Text    `json:"value"`   // without the whitespace around it; folds are kept
	Compact bool    `json:"compact"` // the name came in its compact form
	Folded  bool    `json:"folded"`  // the value goes on on a continuation line
	Offset  int     `json:"offset"`  // of the name
}

// A Failure says why there is no message. Offset is null when the file could
// not be read; ErrorCode is "unreadable" then.
type Failure struct {
	Error     string `json:"error"`
	ErrorCode string `json:"error_code"`
	Offset    *int   `json:"offset"`
}

// Of returns the record of m, which was last given to Parse with the result
// err. It points into the message's bytes.
func Of(file string, m *codec.Message, err error) *Record {
	r := &Record{File: Text(file), Headers: make([]Header, 0, m.Len()), Errors: []ValueError{}}
	switch {
	case m.IsRequest():
		r.Method, r.RURI = m.MethodBytes(), m.RequestURIBytes()
	case m.IsResponse():
		status := m.Status()
		r.Status, r.Reason = &status, m.Reason()
	}
	for _, f := range m.Fields() {
		h := Header{Name: f.Name, Value: f.Value, Compact: f.IsCompact(), Folded: f.Folded, Offset: f.Offset}
		if name := f.ID.String(); name != "" {
			h.ID = &name
		}
		r.Headers = append(r.Headers, h)
	}
	r.ViaCount = m.CountValues(header.IDVia)
	r.ContactCount = m.CountValues(header.IDContact)
	r.RouteCount = m.CountValues(header.IDRoute)
	r.ContentLength = contentLength(m)
	r.BodyLen, r.TrailingLen = len(m.Body()), len(m.Trailing())
	r.typed(m)
	r.Content = contentOf(m)
	r.Failure = failure(m, err)
	return r
}

// contentLength returns what Content-Length declares. The index reads it only
// behind a whole header section; a lone one is declared before that too.
func contentLength(m *codec.Message) *int {
	if n, ok := m.ContentLength(); ok {
		return &n
	}
	if m.Count(header.IDContentLength) != 1 {
		return nil
	}
	long, _, err := value.ParseContentLength(m.Value(header.IDContentLength))
	if n := int(long); err == nil && int64(n) == long {
		return &n
	}
	return nil
}

// typed fills in what the typed values of m tell.
func (r *Record) typed(m *codec.Message) {
	v := typed.ValuesOf(m)
	r.RURIScheme, r.RURIUser, r.RURIHost, r.RURIPort = v.RURIScheme, v.RURIUser, v.RURIHost, v.RURIPort
	r.TopViaTransport, r.TopViaHost, r.TopViaPort, r.TopViaBranch = v.ViaTransport, v.ViaHost, v.ViaPort, v.ViaBranch
	r.FromTag, r.ToTag, r.FromURI, r.ToURI = v.FromTag, v.ToTag, v.FromURI, v.ToURI
	r.CallID, r.CSeqNum, r.CSeqMethod, r.MaxForwards = v.CallID, v.CSeqNum, v.CSeqMethod, v.MaxForwards
	for _, e := range typed.Errors(m) {
		r.Errors = append(r.Errors, ValueError{e.Name, e.Code.Name(), e.Offset})
	}
}

// Unreadable returns the record of a file that could not be read.
func Unreadable(file string, err error) *Record {
	return &Record{
		File: Text(file), Headers: []Header{}, Errors: []ValueError{},
		Failure: &Failure{Error: err.Error(), ErrorCode: "unreadable"},
	}
}

func failure(m *codec.Message, err error) *Failure {
	if err == nil {
		return nil
	}
	if e := m.ParseFault(); err == e.Code {
		offset := e.Offset
		return &Failure{Error: Explain(e.Code, e.Header), ErrorCode: e.Code.Name(), Offset: &offset}
	}
	return &Failure{Error: err.Error(), ErrorCode: "unreadable"}
}

// Explain says in words what is wrong, and with which header.
func Explain(code sipwire.Code, id header.ID) string {
	if id == header.IDOther {
		return code.Text()
	}
	return code.Text() + " in " + id.String()
}
