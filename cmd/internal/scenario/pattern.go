package scenario

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// Pattern compiles a regular expression of a scenario. They are POSIX extended
// ones, in which "." matches a line end too; of the longest match.
func Pattern(expr string) (*regexp.Regexp, error) {
	re, err := regexp.Compile("(?s:" + translate(expr) + ")")
	if err != nil {
		return nil, err
	}
	re.Longest()
	return re, nil
}

// translate writes a POSIX extended expression in Go's syntax. A backslash is
// itself between brackets, and in front of a letter it means nothing, but for
// those that the C library gives a meaning.
func translate(expr string) string {
	var b strings.Builder
	for i := 0; i < len(expr); {
		switch c := expr[i]; {
		case c == '[':
			n := bracket(expr[i:])
			b.WriteString(symbol().ReplaceAllString(strings.ReplaceAll(expr[i:i+n], `\`, `\\`), `\$1$2`))
			i += n
		case c == '\\' && i+1 < len(expr):
			b.WriteString(escape(expr[i+1]))
			i += 2
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// symbol is a character written as a collating symbol or as a class of its
// equivalents, which Go does not have.
var symbol = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\[(?:\.([[:punct:]])\.|=([[:punct:]])=)\]`)
})

// bracket returns the length of the bracket expression that s begins with: a
// "]" right at its start is one of its characters, and so are those of classes.
func bracket(s string) int {
	i := 1
	if strings.HasPrefix(s[i:], "^") {
		i++
	}
	if strings.HasPrefix(s[i:], "]") {
		i++
	}
	for i < len(s) {
		if s[i] == '[' && i+1 < len(s) && strings.IndexByte(":.=", s[i+1]) >= 0 {
			if end := strings.Index(s[i+2:], s[i+1:i+2]+"]"); end >= 0 {
				i += end + 4
				continue
			}
		}
		if i++; s[i-1] == ']' {
			return i
		}
	}
	return i
}

// escape returns what a character behind a backslash stands for.
func escape(c byte) string {
	switch {
	case c >= utf8.RuneSelf: // the first byte of a letter, say
		return string([]byte{c})
	case c == '<' || c == '>':
		return `\b`
	case c == '`':
		return `\A`
	case c == '\'':
		return `\z`
	case strings.IndexByte("wWsSbB123456789", c) >= 0:
		return `\` + string(c) // a back reference is refused by the compiler
	}
	return regexp.QuoteMeta(string(c))
}
