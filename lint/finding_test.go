package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/lenient"
)

// TestRuleNames holds the constants to the table that Rules and About read:
// each is in it once, in order, with the words of its comment.
func TestRuleNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "rules.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	comments := map[Rule]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && s.Comment != nil {
			name, _ := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			comments[Rule(name)] = strings.TrimSpace(s.Comment.Text())
		}
		return true
	})
	for _, l := range lenient.All() {
		comments[Rule(l.Name())] = l.Text()
	}
	all := slices.Collect(Rules())
	if len(all) != len(comments) || len(all) < 20 || !slices.IsSorted(all) {
		t.Errorf("%d rules in the table, %d constants, sorted %v", len(all), len(comments), slices.IsSorted(all))
	}
	for _, r := range all {
		if r.About() != comments[r] || r.About() == "" {
			t.Errorf("%s: About is %q, the comment %q", r, r.About(), comments[r])
		}
	}
	if got := Rule("no-such-rule").About(); got != "" {
		t.Errorf("no rule, but %q", got)
	}
	if got := Rule("number").About(); got != "number expected" {
		t.Errorf("a rule of grammar: %q", got)
	}
}

func TestSeverity(t *testing.T) {
	for s, want := range map[Severity]string{None: "none", Note: "note", Warning: "warning", Error: "error", 9: "severity 9"} {
		if s.String() != want {
			t.Errorf("%d is %q", uint8(s), s)
		}
	}
	if Worst(nil) != None || Worst([]Finding{{Severity: Note}, {Severity: Error}, {Severity: Warning}}) != Error {
		t.Error("Worst")
	}
}

// TestPrintable puts escape codes, line ends and very long texts everywhere a
// finding quotes the message: what it says is printable and short.
func TestPrintable(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, v := range []string{"\x1b[2J", "\x9b", "é\u202e", long} {
		for _, text := range []string{
			request("start", "WAVE"+v+" sip:b.example SIP/2.0", "CSeq", "CSeq: 1 WAVE"+v),
			request("start", "INVITE a"+long+":x SIP/2.0"),
			request("start", "INVITE sip:b.example;"+v+";"+v+" SIP/2.0"),
			request("CSeq", "CSeq: 1 B"+v),
			request("Via", "Via: SIP/2.0/UDP a.example;branch=z9hG4bK1;"+v+";"+v),
			request("Contact", "Contact: <sip:a>;q=\""+v+"\";expires=\""+v+"\""),
			request("Require", "Require: x"+v),
			request("X"+v, "X"+v+" : \xff"),
		} {
			for _, f := range check(t, text) {
				s := f.String()
				if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
					t.Errorf("%q does not print", s)
				}
				if len(s) > 400 {
					t.Errorf("a finding of %d bytes: %s", len(s), s[:100])
				}
			}
		}
	}
}

// TestOwned shows that findings outlive the message, and that Append keeps
// what is in its slice.
func TestOwned(t *testing.T) {
	b := []byte(request("CSeq", "CSeq: 1 BYE"))
	m := codec.Acquire()
	_ = m.Parse(b)
	found := Append([]Finding{{Text: "first", Offset: 1 << 20}}, m)
	codec.Release(m)
	clear(b)
	if len(found) != 2 || found[0].Text != "first" || found[1].Text != `CSeq has the method "BYE", the request "INVITE"` {
		t.Errorf("%+v", found)
	}
}
