package abnf

// lower maps every byte to itself, and A to Z to a to z.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] = byte(i) | 0x20
		}
	}
	return t
}()

// Lower folds one ASCII letter to lower case. Bytes outside A to Z are
// returned as they are, so that "^" and "~", which differ in the same bit as
// "A" and "a", stay different.
func Lower(c byte) byte { return lower[c] }

// EqualFold reports whether a and b are equal when ASCII letters are compared
// without case (RFC 3261, 7.3.1). Bytes above 0x7f are compared as they are.
func EqualFold[A, B []byte | string](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower[a[i]] != lower[b[i]] {
			return false
		}
	}
	return true
}

// Hash continues an FNV-1a hash over b, case kept.
func Hash(h uint64, b []byte) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

// HashSeed starts a hash.
const HashSeed uint64 = 14695981039346656037

const fnvPrime = 1099511628211
