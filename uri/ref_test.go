package uri

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// ref is what the reference parser makes of a URI. It is written to be read
// next to the grammar, with regular expressions, and shares no code with the
// package.
type ref struct {
	scheme                     string
	user, password, host, port *string
	params, headers            []refPair
	addr                       netip.Addr
}

type refPair struct {
	name  string
	value *string
}

const (
	refEscape = `%[0-9A-Fa-f]{2}`
	refUnres  = `A-Za-z0-9\-_.!~*'()`
	refUser   = `(?:[` + refUnres + `&=+$,;?/]|` + refEscape + `)`
	refPass   = `(?:[` + refUnres + `&=+$,]|` + refEscape + `)`
	refParam  = `(?:[` + refUnres + `\[\]/:&+$]|` + refEscape + `)`
	refHeader = `(?:[` + refUnres + `\[\]/?:+$]|` + refEscape + `)`
	refHValue = `(?:[` + refUnres + `\[\]/?:+$;=]|` + refEscape + `)`
	refUric   = `(?:[` + refUnres + `;/?:@&=+$,]|` + refEscape + `)`
	refLabel  = `[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?`
	refName   = refLabel + `(?:\.` + refLabel + `)*\.?`
	refDigit  = `[0-9\-.()]`
	refHexDig = `[0-9A-Fa-f*#\-.()]`
)

var (
	refSIP = regexp.MustCompile(`^([sS][iI][pP][sS]?):` +
		`(?:((?:` + refUser + `|[#\\^{|}` + "`" + `])+)(?::(` + refPass + `*))?@)?` +
		`(` + refName + `|\[[0-9A-Fa-f:.]*(?:%(?:[A-Za-z0-9\-._~]|` + refEscape + `)+)?\])(?::([0-9]+))?` +
		`((?:;` + refParam + `+(?:=` + refParam + `*)?)*)` +
		`(?:\?(` + refHeader + `+(?:=` + refHValue + `*)?(?:&` + refHeader + `+(?:=` + refHValue + `*)?)*)|;)?$`)
	refTel = regexp.MustCompile(`^([tT][eE][lL]):` +
		`(\+` + refDigit + `*[0-9]` + refDigit + `*|` + refHexDig + `*[0-9A-Fa-f*#]` + refHexDig + `*)` +
		`((?:;(?:[iI][sS][uU][bB]=(?:[` + refUnres + `\[\]/?:@&=+$,]|` + refEscape + `)*` +
		`|[A-Za-z0-9\-]+(?:=` + refParam + `*)?))*);?$`)
	refOther = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+\-.]*):(?:` + refUric + `|[\[\]])+$`)
	refColon = regexp.MustCompile(`^(.*:):(:[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$`)
)

func refParse(s string) (ref, bool) {
	scheme, _, _ := strings.Cut(s, ":")
	switch strings.ToLower(scheme) {
	case "sip", "sips":
		// The expression is anchored; its groups are found by index
		// because a group may match the empty text or not at all.
		m := refSIP.FindStringSubmatchIndex(s)
		if m == nil {
			return ref{}, false
		}
		group := func(i int) *string {
			if m[2*i] < 0 {
				return nil
			}
			g := s[m[2*i]:m[2*i+1]]
			return &g
		}
		r := ref{scheme: *group(1), user: group(2), password: group(3), host: group(4), port: group(5)}
		if h := *r.host; h[0] == '[' {
			h, _, _ = strings.Cut(h[1:len(h)-1], "%")
			// RFC 5118, 4.10: one colon too many before IPv4.
			if c := refColon.FindStringSubmatch(h); c != nil && strings.Contains(h, ":::") {
				h = c[1] + c[2]
			}
			var err error
			if r.addr, err = netip.ParseAddr(h); err != nil || r.addr.Is4() {
				return ref{}, false
			}
		} else if addr, err := netip.ParseAddr(h); err == nil {
			r.addr = addr
		}
		if r.port != nil {
			if _, err := strconv.ParseUint(*r.port, 10, 16); err != nil {
				return ref{}, false
			}
		}
		r.params = refPairs(*group(6), ";")
		if h := group(7); h != nil {
			r.headers = refPairs("&"+*h, "&")
		}
		return r, true
	case "tel":
		m := refTel.FindStringSubmatch(s)
		if m == nil {
			return ref{}, false
		}
		return ref{scheme: m[1], user: &m[2], params: refPairs(m[3], ";")}, true
	}
	if m := refOther.FindStringSubmatch(s); m != nil {
		return ref{scheme: m[1]}, true
	}
	return ref{}, false
}

func refPairs(s, sep string) (list []refPair) {
	if s == "" {
		return nil
	}
	for _, part := range strings.Split(s[1:], sep) {
		name, value, ok := strings.Cut(part, "=")
		p := refPair{name: name}
		if ok {
			p.value = &value
		}
		list = append(list, p)
	}
	return list
}
