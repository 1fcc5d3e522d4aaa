package uri

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// refText is a text with what does not count taken out: an escape becomes
// its byte, unless that is reserved or "%".
func refText(s string, foldCase, noVisual, keepEscapes bool) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			v, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			c = byte(v)
			i += 2
			if keepEscapes || strings.IndexByte(";/?:@&=+$,%", c) >= 0 {
				fmt.Fprintf(&out, "%%%02X", c)
				continue
			}
		}
		if noVisual && strings.IndexByte("-.()", c) >= 0 {
			continue
		}
		if foldCase && c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out.WriteByte(c)
	}
	return out.String()
}

func refOptional(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// refFirst gives the first value of each parameter, as it is compared.
func refFirst(list []refPair) map[string]string {
	m := map[string]string{}
	for _, p := range list {
		name := refText(p.name, true, false, false)
		if _, ok := m[name]; !ok {
			m[name] = refText(refOptional(p.value), name != "method", false, false)
		}
	}
	return m
}

// refSorted gives all pairs, as they are compared, in one order.
func refSorted(list []refPair, tel bool) string {
	var all []string
	for _, p := range list {
		name, value := refText(p.name, true, false, false), refOptional(p.value)
		digits := tel && (name == "ext" || name == "phone-context" && strings.HasPrefix(value, "+"))
		foldCase := true
		for _, h := range caseHeaders {
			foldCase = foldCase && (tel || name != h)
		}
		all = append(all, name+"="+refText(value, foldCase, digits, false))
	}
	// Past the bound the order counts (see Equal).
	if len(all) <= maxAnyOrder {
		sort.Strings(all)
	}
	return strings.Join(all, "\n")
}

// refEqual is RFC 3261, 19.1.4, RFC 3966, 4 and RFC 8141, 3.1 in maps and
// strings. Both must be URIs.
func refEqual(x, y string) bool {
	a, okA := refParse(x)
	b, okB := refParse(y)
	if !okA || !okB || !strings.EqualFold(a.scheme, b.scheme) {
		return false
	}
	switch scheme := strings.ToLower(a.scheme); scheme {
	case "sip", "sips":
		present := func(s *string) bool { return s != nil }
		port := func(s *string) uint64 { v, _ := strconv.ParseUint(refOptional(s), 10, 16); return v }
		text := func(s *string) string { return refText(refOptional(s), false, false, false) }
		if present(a.user) != present(b.user) || text(a.user) != text(b.user) ||
			present(a.password) != present(b.password) || text(a.password) != text(b.password) ||
			present(a.port) != present(b.port) || port(a.port) != port(b.port) ||
			a.addr != b.addr || !a.addr.IsValid() && !strings.EqualFold(*a.host, *b.host) {
			return false
		}
		if len(a.params) > maxAnyOrder || len(b.params) > maxAnyOrder {
			if len(a.params) != len(b.params) {
				return false
			}
			for i := range a.params {
				p, q := refFirst(a.params[i:i+1]), refFirst(b.params[i:i+1])
				if fmt.Sprint(p) != fmt.Sprint(q) {
					return false
				}
			}
		} else {
			pa, pb := refFirst(a.params), refFirst(b.params)
			for name, value := range pa {
				if other, ok := pb[name]; ok && other != value {
					return false
				}
			}
			for _, name := range []string{"transport", "user", "ttl", "method", "maddr"} {
				_, inA := pa[name]
				if _, inB := pb[name]; inA != inB {
					return false
				}
			}
		}
		return refSorted(a.headers, false) == refSorted(b.headers, false)
	case "tel":
		return refText(*a.user, true, true, false) == refText(*b.user, true, true, false) &&
			refSorted(a.params, true) == refSorted(b.params, true)
	case "urn":
		_, ra, _ := strings.Cut(x, ":")
		_, rb, _ := strings.Cut(y, ":")
		nidA, nssA, okA := strings.Cut(ra, ":")
		nidB, nssB, okB := strings.Cut(rb, ":")
		if okA != okB || okA && !strings.EqualFold(nidA, nidB) {
			return false
		}
		if !okA {
			nidA, nssA, nssB = "", ra, rb
		}
		cut := func(s string) string {
			for i := range len(s) - 1 {
				if s[i] == '?' && (s[i+1] == '+' || s[i+1] == '=') {
					return s[:i]
				}
			}
			return s
		}
		service := strings.EqualFold(nidA, "service")
		return refText(cut(nssA), service, false, true) == refText(cut(nssB), service, false, true)
	default:
		_, ra, _ := strings.Cut(x, ":")
		_, rb, _ := strings.Cut(y, ":")
		return refText(ra, false, false, false) == refText(rb, false, false, false)
	}
}
