package record

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/multipart"
	"github.com/sipwire/sipwire/sdp"
)

// A Content is what a body or a part of one holds, as far as its type is known:
// a session description, or parts. One that is neither, or is compressed, has
// null for both. Offsets count from the first byte of the message.
type Content struct {
	SDP   *SDP   `json:"sdp"`
	Parts []Part `json:"parts"`
	// PartsError says why there are no more parts than those.
	PartsError *Failure `json:"parts_error,omitempty"`
}

// A Part is one part of a multipart body.
type Part struct {
	Headers     []PartHeader `json:"headers"`
	ContentType Text         `json:"content_type"` // text/plain where the part names none
	Offset      int          `json:"offset"`       // of its body
	BodyLen     int          `json:"body_len"`
	Content
}

// A PartHeader is a header field of a part.
type PartHeader struct {
	Name  Text `json:"name"`
	Value Text `json:"value"`
}

// An SDP is a session description (RFC 8866).
type SDP struct {
	Username       Text        `json:"username"` // of o=, as the three below
	SessionID      Text        `json:"session_id"`
	SessionVersion Text        `json:"session_version"`
	OriginAddress  Text        `json:"origin_address"`
	Name           Text        `json:"name"`
	Attributes     []Attribute `json:"attributes"` // of the session
	Media          []Media     `json:"media"`
	*Failure
}

// An Attribute is one a= line; the value of a property is null.
type Attribute struct {
	Name  Text `json:"name"`
	Value Text `json:"value"`
}

// A Media is an m= line and what belongs to it. One that does not parse has
// the keys of a Failure, and the others without values.
type Media struct {
	Type       Text        `json:"type"`
	Port       *int        `json:"port"` // 0 for a rejected stream
	NumPorts   *int        `json:"num_ports"`
	Proto      Text        `json:"proto"`
	Address    Text        `json:"address"`   // of its c=, else that of the session
	Direction  Text        `json:"direction"` // with the default of the session, "sendrecv" where nothing is said
	Holds      bool        `json:"holds"`     // the sender holds the other side, by direction or by address
	Held       bool        `json:"held"`      // the other side holds the sender
	Formats    []Format    `json:"formats"`
	Attributes []Attribute `json:"attributes"` // all of them, as received
	*Failure
}

// A Format is a format of an m= line, with what a=rtpmap says about it.
type Format struct {
	Format    Text `json:"format"`
	Encoding  Text `json:"encoding"`
	ClockRate *int `json:"clock_rate"`
	Params    Text `json:"params"`
}

// maxParts bounds the parts of a record, all levels together: a hostile body
// has one for every few bytes.
const maxParts = 1000

// IsCompressed reports whether the body of m is not to be read as what its
// Content-Type says (RFC 3261, 20.12).
func IsCompressed(m *codec.Message) bool {
	encoding := m.Value(header.IDContentEncoding)
	return len(encoding) > 0 && !bytes.EqualFold(encoding, []byte("identity"))
}

// contentOf returns what the body of m holds.
func contentOf(m *codec.Message) Content {
	if IsCompressed(m) {
		return Content{}
	}
	left := maxParts
	base := len(m.Bytes()) - len(m.Body()) - len(m.Trailing())
	return content(m.Value(header.IDContentType), m.Body(), base, multipart.MaxDepth, &left)
}

// content reads a body that begins at base, with so many levels of parts and
// so many parts left.
func content(contentType, body []byte, base, levels int, left *int) (c Content) {
	switch {
	case len(body) == 0:
	case multipart.Is(contentType, "application/sdp"):
		c.SDP = sdpOf(body, base)
	case multipart.IsMultipart(contentType):
		c.Parts = []Part{}
		if levels == 0 {
			c.PartsError = failureAt(sipwire.ErrNesting, base)
			return c
		}
		r := multipart.NewReader(contentType, body)
		for p := new(multipart.Part); r.Next(p); {
			if *left == 0 {
				c.PartsError = failureAt(sipwire.ErrLimit, base+p.Offset())
				return c
			}
			*left--
			c.Parts = append(c.Parts, partOf(p, base, levels, left))
		}
		if f := r.Fault(); f.Code != 0 {
			c.PartsError = failureAt(f.Code, base+f.Offset)
		}
	}
	return c
}

func partOf(p *multipart.Part, base, levels int, left *int) Part {
	at := base + p.Offset()
	out := Part{Headers: []PartHeader{}, ContentType: p.ContentType(), Offset: at, BodyLen: len(p.Body())}
	for name, value := range p.Fields() {
		out.Headers = append(out.Headers, PartHeader{name, value})
	}
	out.Content = content(p.ContentType(), p.Body(), at, levels-1, left)
	return out
}

// sdpOf returns the description that begins at base; of one that does not
// parse, what could be read of it.
func sdpOf(body []byte, base int) *SDP {
	var d sdp.Description
	err := d.Parse(body)
	out := &SDP{Attributes: attributesOf(d.Session()), Media: []Media{}}
	if err != nil {
		out.Failure = failureAt(d.ParseFault().Code, base+d.ParseFault().Offset)
	}
	if o, err := d.Origin(); err == nil {
		out.Username, out.SessionID, out.SessionVersion, out.OriginAddress = o.Username, o.SessionID, o.SessionVersion, o.Address
	}
	out.Name, _ = d.Session().Value('s')
	for i := range d.NumMedia() {
		m, err := d.Media(i)
		if err != nil {
			out.Media = append(out.Media, Media{Formats: []Format{}, Attributes: []Attribute{}, Failure: failureAt(d.Fault().Code, base+d.Fault().Offset)})
			continue
		}
		out.Media = append(out.Media, mediaOf(&m))
	}
	return out
}

func mediaOf(m *sdp.Media) Media {
	port, ports, hold := int(m.Port()), m.NumPorts(), m.Hold()
	out := Media{
		Type: m.Type(), Port: &port, NumPorts: &ports, Proto: m.Proto(), Direction: Text(m.Direction().String()),
		Holds: hold.Holds(), Held: hold.IsHeld(), Formats: []Format{}, Attributes: attributesOf(m.Section),
	}
	if c, err := m.Connection(); err == nil {
		out.Address = c.Address
	}
	// Media.RTPMap looks through the section for each format: a hostile one has
	// thousands of both.
	maps := map[string]sdp.RTPMap{}
	for value := range m.All("rtpmap") {
		var r sdp.RTPMap
		if _, err := r.Parse(value); err != nil {
			continue
		}
		if _, ok := maps[string(r.Format)]; !ok {
			maps[string(r.Format)] = r
		}
	}
	for f := range m.Formats() {
		format := Format{Format: f}
		if r, ok := maps[string(f)]; ok {
			rate := int(r.ClockRate)
			format.Encoding, format.ClockRate, format.Params = r.Encoding, &rate, r.Params
		}
		out.Formats = append(out.Formats, format)
	}
	return out
}

func attributesOf(s sdp.Section) []Attribute {
	out := []Attribute{}
	for name, value := range s.Attributes() {
		out = append(out, Attribute{name, value})
	}
	return out
}

func failureAt(code sipwire.Code, offset int) *Failure {
	return &Failure{Error: code.Text(), ErrorCode: code.Name(), Offset: &offset}
}
