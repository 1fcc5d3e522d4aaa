package digest

import (
	"crypto/md5"
	"crypto/sha256"

	"github.com/sipwire/sipwire/internal/abnf"
)

// Algorithm is a digest algorithm of RFC 8760 or RFC 3310. The zero Algorithm,
// [AlgorithmOther], is any other.
type Algorithm uint8

// The digest algorithms. The -sess variants hash nonce and cnonce into A1.
// AKAv1MD5 is MD5 with [Secret.RES] as the password.
const (
	AlgorithmOther Algorithm = iota
	MD5
	MD5Sess
	SHA256
	SHA256Sess
	SHA512256
	SHA512256Sess
	AKAv1MD5
)

var algorithmNames = [...]string{"", "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess", "AKAv1-MD5"}

// LookupAlgorithm returns the Algorithm with the name in an algorithm parameter,
// which is compared without case. It is MD5 for nil, a missing parameter (RFC
// 3261, 22.4).
func LookupAlgorithm(name []byte) Algorithm {
	if name == nil {
		return MD5
	}
	for a := MD5; a <= AKAv1MD5; a++ {
		if abnf.EqualFold(name, algorithmNames[a]) {
			return a
		}
	}
	return AlgorithmOther
}

// String returns the name of the algorithm, "" for AlgorithmOther.
func (a Algorithm) String() string {
	if int(a) >= len(algorithmNames) {
		return ""
	}
	return algorithmNames[a]
}

// IsSess reports whether the algorithm is a -sess variant.
func (a Algorithm) IsSess() bool { return a == MD5Sess || a == SHA256Sess || a == SHA512256Sess }

// Strength orders the algorithms: SHA-512-256 before SHA-256 before MD5, a
// -sess variant and AKAv1-MD5 as strong as the base; 0 for AlgorithmOther.
func (a Algorithm) Strength() int {
	switch {
	case a == AKAv1MD5:
		return MD5.Strength()
	case a > SHA512256Sess:
		return 0
	}
	return int(a+1) / 2
}

// HexLen returns the length of a digest in hexadecimal digits: 32 or 64, and 0
// for AlgorithmOther.
func (a Algorithm) HexLen() int {
	switch a.Strength() {
	case 1:
		return 2 * md5.Size
	case 2, 3:
		return 2 * sha256.Size
	}
	return 0
}
