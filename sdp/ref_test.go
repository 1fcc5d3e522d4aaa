package sdp

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/sipwire/sipwire"
)

// The reference parser: strings, slices and regular expressions, a rule at a
// time. It is what the fuzz test holds the package to.

type refLine struct {
	typ    byte
	value  string
	offset int
}

type refMedia struct {
	valid            bool
	typ, proto       string
	port, count      int
	formats          []string
	direction        Direction
	address          string // of the c= line that counts, "" when there is none or it is malformed
	hold             Hold
	attributes       [][2]string
	lo, hi           int
	ufrag, mid       string
	rtpmaps, ssrcs   int // that parse
	candidates, keys int
}

type refDescription struct {
	code   sipwire.Code
	offset int
	lines  []refLine
	media  []refMedia
	origin []string // six fields, nil when malformed or missing
}

func refParse(in string) (r refDescription) {
	// Lines, with where each begins.
	type raw struct {
		text   string
		offset int
		ended  bool
	}
	var all []raw
	for at := 0; at < len(in); {
		line, _, ended := strings.Cut(in[at:], "\n")
		text := line
		if ended {
			text = strings.TrimSuffix(line, "\r")
		}
		all = append(all, raw{text, at, ended})
		at += len(line) + 1
	}
	for len(all) > 0 && all[len(all)-1].text == "" {
		all = all[:len(all)-1]
	}
	// A lone CR at the very end ends an empty line that has no LF.
	if n := len(all); n > 0 && all[n-1].text == "\r" && !all[n-1].ended {
		all = all[:n-1]
		for len(all) > 0 && all[len(all)-1].text == "" {
			all = all[:len(all)-1]
		}
	}
	if len(all) > MaxLines {
		return refDescription{code: sipwire.ErrTooManyLines}
	}
	for _, l := range all {
		if i := strings.IndexByte(l.text, 0); i >= 0 {
			r.code, r.offset = sipwire.ErrControl, l.offset+i
		} else if i := strings.IndexByte(l.text, '\r'); i >= 0 {
			r.code, r.offset = sipwire.ErrControl, l.offset+i
		} else if len(l.text) < 2 || l.text[1] != '=' {
			r.code, r.offset = sipwire.ErrLine, l.offset+min(1, len(l.text))
		}
		if r.code != 0 {
			break
		}
		r.lines = append(r.lines, refLine{l.text[0], l.text[2:], l.offset})
	}
	r.sections()
	if r.code == 0 {
		switch {
		case len(r.lines) == 0:
			r.code = sipwire.ErrEmpty
		case r.lines[0].typ != 'v':
			r.code = sipwire.ErrSDPVersion
		case r.lines[0].value != "0":
			r.code, r.offset = sipwire.ErrSDPVersion, 2
		}
	}
	return r
}

var (
	refMediaLine = regexp.MustCompile(`^[ \t]*([^ \t]+)[ \t]+0*(\d{1,5})(?:/0*(\d{1,5}))?[ \t]+([^ \t]+)(.*)$`)
	refRTPMap    = regexp.MustCompile(`^[ \t]*[^ \t]+[ \t]+[^ \t/]+/(\d+)(/[^ \t]*)?[ \t]*$`)
	refSSRC      = regexp.MustCompile(`^[ \t]*(\d+)[ \t]+[^ \t].*$`)
	refCrypto    = regexp.MustCompile(`^[ \t]*(\d+)[ \t]+[^ \t]+[ \t]+[^ \t:]+:[^ \t]*([ \t].*)?$`)
	refCandidate = regexp.MustCompile(`^[ \t]*[^ \t]+[ \t]+(\d+)[ \t]+[^ \t]+[ \t]+(\d+)[ \t]+[^ \t]+[ \t]+(\d+)[ \t]+typ[ \t]+[^ \t]+` +
		`(?:[ \t]+raddr[ \t]+[^ \t]+)?(?:[ \t]+rport[ \t]+(\d+))?([ \t].*)?$`)
)

func refFields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
}

func below(s string, max uint64) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n <= max
}

// refConnection returns the address of a c= line, "" when it is malformed.
func refConnection(value string) string {
	f := refFields(value)
	if len(f) != 3 {
		return ""
	}
	parts := strings.Split(f[2], "/")
	if len(parts) > 3 {
		return ""
	}
	for _, n := range parts[1:] {
		if !below(n, 1<<31-1) || strings.Trim(n, "0123456789") != "" {
			return ""
		}
	}
	return parts[0]
}

// sections fills in what the lines say.
func (r *refDescription) sections() {
	starts := []int{0}
	for i, l := range r.lines {
		if l.typ == 'm' {
			starts = append(starts, i)
		}
	}
	starts = append(starts, len(r.lines))
	attributes := func(lo, hi int) (all [][2]string) {
		for _, l := range r.lines[lo:hi] {
			if l.typ == 'a' {
				name, value, has := strings.Cut(l.value, ":")
				if !has {
					value = "-"
				}
				all = append(all, [2]string{name, value})
			}
		}
		return all
	}
	direction := func(all [][2]string) Direction {
		for _, a := range all {
			for v := SendOnly; v <= Inactive; v++ {
				if a[0] == v.String() && a[1] == "-" {
					return v
				}
			}
		}
		return 0
	}
	first := func(typ byte, lo, hi int) (string, bool) {
		for _, l := range r.lines[lo:hi] {
			if l.typ == typ {
				return l.value, true
			}
		}
		return "", false
	}
	attribute := func(all [][2]string, name string) (string, bool) {
		for _, a := range all {
			if a[0] == name {
				return a[1], true
			}
		}
		return "", false
	}
	session := attributes(0, starts[1])
	if o, ok := first('o', 0, starts[1]); ok {
		if f := refFields(o); len(f) >= 6 {
			r.origin = f[len(f)-5:]
		}
	}
	for k := 1; k+1 < len(starts); k++ {
		lo, hi := starts[k], starts[k+1]
		m := refMedia{lo: lo, hi: hi, attributes: attributes(lo, hi)}
		if f := refMediaLine.FindStringSubmatch(r.lines[lo].value); f != nil {
			m.typ, m.proto, m.formats = f[1], f[4], refFields(f[5])
			m.port, _ = strconv.Atoi(f[2])
			m.count = 1
			if f[3] != "" {
				m.count, _ = strconv.Atoi(f[3])
			}
			m.valid = m.port < 65536 && m.count > 0 && m.count < 65536
		}
		if m.direction = direction(m.attributes); m.direction == 0 {
			m.direction = direction(session)
		}
		if m.direction == 0 {
			m.direction = SendRecv
		}
		if c, ok := first('c', lo, hi); ok {
			m.address = refConnection(c)
		} else if c, ok := first('c', 0, starts[1]); ok {
			m.address = refConnection(c)
		}
		_, ice := attribute(m.attributes, "ice-ufrag")
		if !ice {
			_, ice = attribute(session, "ice-ufrag")
		}
		_, bundled := attribute(m.attributes, "bundle-only")
		addr, err := netip.ParseAddr(m.address)
		unspecified := err == nil && addr.IsUnspecified() && addr.Zone() == ""
		switch {
		case m.port == 0 && !bundled:
			m.hold = HoldRejected
		default:
			switch m.direction {
			case SendOnly, Inactive:
				m.hold = HoldDirection
			case RecvOnly:
				m.hold = HoldByOther
			}
			if unspecified && !ice {
				m.hold |= HoldAddress
			}
		}
		m.mid, _ = attribute(m.attributes, "mid")
		var ok bool
		if m.ufrag, ok = attribute(m.attributes, "ice-ufrag"); !ok {
			m.ufrag, _ = attribute(session, "ice-ufrag")
		}
		for _, a := range m.attributes {
			if a[1] == "-" {
				a[1] = ""
			}
			switch a[0] {
			case "rtpmap":
				if f := refRTPMap.FindStringSubmatch(a[1]); f != nil && below(f[1], 1<<32-1) {
					m.rtpmaps++
				}
			case "ssrc":
				if f := refSSRC.FindStringSubmatch(a[1]); f != nil && below(f[1], 1<<32-1) {
					m.ssrcs++
				}
			case "crypto":
				if f := refCrypto.FindStringSubmatch(a[1]); f != nil && below(f[1], 1<<32-1) {
					m.keys++
				}
			case "candidate":
				f := refCandidate.FindStringSubmatch(a[1])
				if f == nil || !below(f[1], 65535) || !below(f[2], 1<<32-1) || !below(f[3], 65535) || f[4] != "" && !below(f[4], 65535) {
					continue
				}
				// "raddr" and "rport" must not be malformed.
				if rest := refFields(f[5]); f[4] == "" && len(rest) > 0 && (rest[0] == "rport" || rest[0] == "raddr" && len(rest) > 2 && rest[2] == "rport") {
					continue
				}
				m.candidates++
			}
		}
		r.media = append(r.media, m)
	}
}
