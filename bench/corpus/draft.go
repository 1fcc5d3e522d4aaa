package corpus

import (
	"slices"
	"strconv"
	"strings"
)

// draft is a message before it is written: header fields can still be added,
// dropped, shuffled, shortened and folded.
type draft struct {
	kind   string
	start  string
	fields []field
	body   string

	ordered bool // keep the order of fields as they were added
	bare    bool // leave Content-Length out (RFC 3261, 18.3 allows it on UDP)
	g       *gen
}

type field struct{ name, value string }

func (g *gen) draft(start string) *draft { return &draft{start: start, g: g} }

func (d *draft) named(kind string) *draft { d.kind = kind; return d }

// add appends a header field.
func (d *draft) add(name, value string) *draft {
	d.fields = append(d.fields, field{name, value})
	return d
}

// maybe appends a header field once in n draws.
func (d *draft) maybe(n int, name string, value func() string) *draft {
	if d.g.chance(n) {
		d.add(name, value())
	}
	return d
}

// mostly leaves a header field out once in n draws.
func (d *draft) mostly(n int, name, value string) *draft {
	if !d.g.chance(n) {
		d.add(name, value)
	}
	return d
}

// with sets the body and its type.
func (d *draft) with(contentType, body string) *draft {
	d.body = body
	return d.add("Content-Type", contentType)
}

// appendTo shuffles the header fields, adds Content-Length and writes the
// message.
func (d *draft) appendTo(dst []byte) []byte {
	if !d.bare {
		d.add("Content-Length", strconv.Itoa(len(d.body)))
	}
	if !d.ordered {
		d.shuffle()
	}
	spell := d.spelling()
	dst = append(dst, d.start...)
	dst = append(dst, "\r\n"...)
	for _, f := range d.fields {
		dst = append(dst, spell(f.name)...)
		dst = append(dst, ": "...)
		dst = append(dst, f.value...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "\r\n"...)
	return append(dst, d.body...)
}

// shuffle puts header fields of different names into any order and keeps
// those of one name in theirs, which is all that RFC 3261, 7.3.1 asks. Three
// senders in four keep Via at the top, as the section recommends and as most
// real ones do.
func (d *draft) shuffle() {
	before := slices.Clone(d.fields)
	d.g.Shuffle(len(d.fields), func(i, j int) { d.fields[i], d.fields[j] = d.fields[j], d.fields[i] })
	if !d.g.chance(4) {
		slices.SortStableFunc(d.fields, func(a, b field) int { return notVia(a) - notVia(b) })
	}
	// Walk both lists: the k-th place of a name gets the k-th value it had.
	for i := range d.fields {
		for j := range before {
			if before[j].name == d.fields[i].name {
				d.fields[i] = before[j]
				before[j].name = ""
				break
			}
		}
	}
}

func notVia(f field) int {
	if f.name == "Via" || f.name == "v" {
		return 0
	}
	return 1
}

// spelling chooses how names are written. Most senders use the spelling of
// the RFC; some use their own, and all of them are the same name.
func (d *draft) spelling() func(string) string {
	switch d.g.IntN(40) {
	case 0:
		return strings.ToUpper
	case 1:
		return strings.ToLower
	case 2, 3:
		return func(s string) string {
			switch s {
			case "Call-ID":
				return "Call-Id"
			case "CSeq":
				return "Cseq"
			}
			return s
		}
	}
	return func(s string) string { return s }
}

// compactNames are the one-letter forms of RFC 3261, 7.3.3 and of the RFCs
// that define the other headers.
var compactNames = map[string]string{
	"Accept-Contact": "a", "Allow-Events": "u", "Call-ID": "i", "Contact": "m",
	"Content-Encoding": "e", "Content-Length": "l", "Content-Type": "c",
	"Event": "o", "From": "f", "Identity": "y", "Refer-To": "r",
	"Referred-By": "b", "Reject-Contact": "j", "Request-Disposition": "d",
	"Session-Expires": "x", "Subject": "s", "Supported": "k", "To": "t", "Via": "v",
}

// compact gives every name its one-letter form. Content-Length is added here
// for it to be shortened too.
func (d *draft) compact() *draft {
	d.add("Content-Length", strconv.Itoa(len(d.body)))
	d.bare = true
	for i, f := range d.fields {
		if c, ok := compactNames[f.name]; ok {
			d.fields[i].name = c
		}
	}
	return d
}

// fold breaks about one value in n at each place where RFC 3261, 7.3.1 and
// the grammar of the value allow white space.
func (d *draft) fold(n int) *draft {
	for i, f := range d.fields {
		d.fields[i].value = d.g.fold(f, n)
	}
	return d
}

func (g *gen) fold(f field, n int) string {
	brk := func() string {
		return "\r\n" + g.pick(" ", "  ", "\t", "    ")
	}
	var b strings.Builder
	if g.chance(4 * n) {
		b.WriteString(brk())
	}
	quoted, angle := false, false
	for i := 0; i < len(f.value); i++ {
		c := f.value[i]
		switch {
		case quoted:
			if c == '\\' {
				b.WriteByte(c)
				i++
				c = f.value[i]
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case angle:
		case foldable[f.name] == "" || !strings.ContainsRune(foldable[f.name], rune(c)):
		case c == ' ':
			if g.chance(n) {
				// The space itself belongs to the fold.
				b.WriteString(brk())
				continue
			}
		case c == ';' && g.chance(n):
			b.WriteString(brk())
		case c == ',' && g.chance(n):
			b.WriteByte(c)
			b.WriteString(brk())
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// foldable names the characters of each value before or after which a fold
// may stand. A header that is not listed is folded only after its colon.
var foldable = map[string]string{
	"Via": ";,", "v": ";,", "From": ";", "f": ";", "To": ";", "t": ";",
	"Contact": ";,", "m": ";,", "Record-Route": ";,", "Route": ";,",
	"Allow": ",", "Supported": ",", "k": ",", "Accept": ",;",
	"Authorization": ",", "Proxy-Authorization": ",", "WWW-Authenticate": ",",
	"Subject": " ", "s": " ", "User-Agent": " ", "Server": " ",
	"Session-Expires": ";", "x": ";", "P-Asserted-Identity": ",",
	"P-Charging-Vector": ";", "History-Info": ";,", "Allow-Events": ",",
}
