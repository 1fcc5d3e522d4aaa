package abnf

// ConsumeIPv4 reads four decimal octets without leading zeros at i.
func ConsumeIPv4(b []byte, i int) (addr [4]byte, j int, ok bool) {
	for k := range addr {
		if k > 0 {
			if i >= len(b) || b[i] != '.' {
				return addr, i, false
			}
			i++
		}
		lo, v := i, uint(0)
		for i < len(b) && i < lo+3 && b[i]-'0' <= 9 {
			v = v*10 + uint(b[i]-'0')
			i++
		}
		if i == lo || v > 255 || i > lo+1 && b[lo] == '0' {
			return addr, lo, false
		}
		addr[k] = byte(v)
	}
	return addr, i, true
}

// ConsumeIPv6 reads an IPv6 address at i (RFC 5954, 4.1) up to a closing bracket
// or the end of b. It returns the index of the bracket or the end, or that of
// the byte that is wrong.
func ConsumeIPv6(b []byte, i int) (addr [16]byte, j int, ok bool) {
	n, gap := 0, -1 // bytes of addr written; where "::" stood
	if i+1 < len(b) && b[i] == ':' && b[i+1] == ':' {
		gap = 0
		i += 2
	}
	for !(n == gap && (i == len(b) || b[i] == ']')) {
		if n == gap && i < len(b) && b[i] == ':' {
			// RFC 5118, 4.10: "2001:db8:::192.0.2.1", which only an
			// IPv4 address makes sense of.
			i++
			if _, _, ok := ConsumeIPv4(b, i); !ok {
				return addr, i - 1, false
			}
		}
		if n == 16 {
			return addr, i, false
		}
		lo, v := i, 0
		for i < len(b) && i < lo+4 && Is(b[i], Hex) {
			v = v<<4 | int(Unhex(b[i]))
			i++
		}
		if i == lo {
			return addr, i, false
		}
		if i < len(b) && b[i] == '.' {
			a, k, ok := ConsumeIPv4(b, lo)
			if !ok || n > 12 {
				return addr, lo, false
			}
			n += copy(addr[n:], a[:])
			i = k
			break
		}
		addr[n], addr[n+1] = byte(v>>8), byte(v)
		n += 2
		if i == len(b) || b[i] != ':' {
			break
		}
		i++
		if i < len(b) && b[i] == ':' {
			if gap >= 0 {
				return addr, i, false
			}
			gap = n
			i++
		}
	}
	if i < len(b) && b[i] != ']' {
		return addr, i, false
	}
	// "::" stands for at least one group (RFC 5954, 4.1).
	if (gap < 0) != (n == 16) {
		return addr, i, false
	}
	if gap >= 0 {
		copy(addr[16-(n-gap):], addr[gap:n])
		clear(addr[gap : 16-(n-gap)])
	}
	return addr, i, true
}
