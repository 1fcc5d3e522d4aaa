package registrar

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sipwire/sipwire/digest"
)

// Users are those who may register, with what their passwords are checked by.
type Users struct {
	realm   string
	byName  map[string]*user
	offered []digest.Algorithm
}

// user has the HA1 of a password, by algorithm; nil where there is none.
type user struct{ md5, sha256 []byte }

// ReadUsers reads lines as htdigest writes them, user:realm:HA1. An HA1 of 32
// hexadecimal digits is for MD5, one of 64 for SHA-256; a user may have a line
// for each. What all users have is offered. All lines have one realm. The error
// names the line, counted from 1.
func ReadUsers(r io.Reader) (*Users, error) {
	u := &Users{byName: map[string]*user{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := u.add(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(u.byName) == 0 {
		return nil, errors.New("no users")
	}
	md5, sha256 := true, true
	for _, one := range u.byName {
		md5, sha256 = md5 && one.md5 != nil, sha256 && one.sha256 != nil
	}
	if sha256 {
		u.offered = append(u.offered, digest.SHA256)
	}
	if md5 {
		u.offered = append(u.offered, digest.MD5)
	}
	if u.offered == nil {
		return nil, errors.New("some users have only MD5 and others only SHA-256")
	}
	return u, nil
}

func (u *Users) add(line string) error {
	name, rest, ok := strings.Cut(line, ":")
	realm, ha1, ok2 := strings.Cut(rest, ":")
	if !ok || !ok2 || name == "" || realm == "" {
		return errors.New("not user:realm:HA1")
	}
	if u.realm == "" {
		u.realm = realm
	}
	if realm != u.realm {
		return fmt.Errorf("realm %q, and %q above", realm, u.realm)
	}
	ha1 = strings.ToLower(ha1)
	if strings.Trim(ha1, "0123456789abcdef") != "" {
		return errors.New("the HA1 is not hexadecimal")
	}
	one := u.byName[name]
	if one == nil {
		one = new(user)
		u.byName[name] = one
	}
	var to *[]byte
	switch len(ha1) {
	case digest.MD5.HexLen():
		to = &one.md5
	case digest.SHA256.HexLen():
		to = &one.sha256
	default:
		return errors.New("the HA1 has neither 32 nor 64 digits")
	}
	if *to != nil {
		return fmt.Errorf("user %q is there twice", name)
	}
	*to = []byte(ha1)
	return nil
}

// Has reports whether there is a user with the name.
func (u *Users) Has(name []byte) bool { return u.byName[string(name)] != nil }

// secret returns what to check credentials of a user by; that of nobody when
// there is no such user.
func (u *Users) secret(name []byte, a digest.Algorithm) (s digest.Secret) {
	one := u.byName[string(name)]
	switch {
	case one == nil:
	case a == digest.MD5:
		s.HA1 = one.md5
	case a == digest.SHA256:
		s.HA1 = one.sha256
	}
	return s
}
