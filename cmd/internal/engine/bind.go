package engine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// An op is one thing to append: literal bytes, or a keyword whose value is
// known when the message is sent.
type op struct {
	kind scenario.PartKind
	text []byte // literal bytes, or the name that the keyword needs
	part *scenario.Part
	file int32 // of a field: the injection file
	skip int32 // where to go on when a header that is missing takes its line away; 0 for behind this op
	line []op  // of a field: the line that is asked for

	secret *secret // of credentials
}

// A secret is what credentials are made with. What is nil is not given.
type secret struct {
	user, password []op
	key, op        []op // of AKA: those of the subscriber and of the operator
}

// bindSecret is bind for the parameters of a keyword of credentials.
func bindSecret(p *scenario.Part, w *Words, files inject.Set, ownPort bool) *secret {
	param := func(name string) []op { return bind(p.Params[name], w, files, ownPort) }
	return &secret{param("username"), param("password"), param("aka_K"), param("aka_OP")}
}

// bodyStart is the kind of an op that marks where the body begins.
const bodyStart = scenario.PartKind(255)

// bind makes the ops of a template: what is the same for all calls becomes
// literal, and literals next to each other one.
func bind(t *scenario.Template, w *Words, files inject.Set, ownPort bool) []op {
	if t == nil {
		return nil
	}
	items := flatten(t, w, files, ownPort)
	markSkips(items)
	return merge(items)
}

// flatten turns parts into ops, with each literal cut behind its line ends, and
// marks the body: it begins behind the first line that has nothing on it.
func flatten(t *scenario.Template, w *Words, files inject.Set, ownPort bool) []op {
	var items []op
	empty, body := true, false
	for i := range t.Parts {
		p := &t.Parts[i]
		s, constant := w.constant(p, ownPort)
		if !constant {
			o := op{kind: p.Kind, part: p, text: []byte(p.Text), file: int32(files.Find(p.Text))}
			o.line = bind(p.Line, w, files, ownPort)
			if p.Kind == scenario.Authentication {
				o.secret = bindSecret(p, w, files, ownPort)
			}
			items = append(items, o)
			empty = false
			continue
		}
		if p.Kind != scenario.Literal {
			items = append(items, op{text: []byte(s)})
			empty = false
			continue
		}
		for s != "" {
			line, rest, cut := strings.Cut(s, "\n")
			if cut {
				line += "\n"
			}
			items = append(items, op{text: []byte(line)})
			empty = empty && strings.Trim(line, "\r\n") == ""
			if cut {
				if empty && !body {
					items = append(items, op{kind: bodyStart})
					body = true
				}
				empty = true
			}
			s = rest
		}
	}
	return items
}

// markSkips finds, for each keyword that can take its line away, the op behind
// the end of the line.
func markSkips(items []op) {
	for i := range items {
		o := &items[i]
		if o.part == nil || !o.part.LineStart {
			continue
		}
		switch o.kind {
		case scenario.LastHeader, scenario.Routes, scenario.Authentication, scenario.FieldOf:
		default:
			continue
		}
		for j := i + 1; j < len(items); j++ {
			if items[j].kind == scenario.Literal && strings.HasSuffix(string(items[j].text), "\n") {
				o.skip = int32(j + 1)
				break
			}
		}
	}
}

// merge joins literals, but not across a place that a skip goes to.
func merge(items []op) []op {
	target := map[int]bool{}
	for i := range items {
		target[int(items[i].skip)] = true
	}
	var out []op
	at := make([]int32, len(items)+1) // where each item has gone
	for i, o := range items {
		if n := len(out); o.kind == scenario.Literal && !target[i] && n > 0 && out[n-1].kind == scenario.Literal {
			out[n-1].text = append(out[n-1].text, o.text...)
			at[i] = int32(n - 1)
			continue
		}
		at[i] = int32(len(out))
		out = append(out, o)
	}
	at[len(items)] = int32(len(out))
	for i := range out {
		if out[i].skip != 0 {
			out[i].skip = at[out[i].skip]
		}
	}
	return out
}

// constant returns the text of a part that is the same for all calls.
func (w *Words) constant(p *scenario.Part, ownPort bool) (string, bool) {
	switch p.Kind {
	case scenario.Literal:
		return p.Text, true
	case scenario.Service:
		return w.Service, true
	case scenario.RemoteHost:
		return bracketed(w.RemoteHost), true
	case scenario.RemoteIP:
		return bracketed(w.RemoteIP), true
	case scenario.RemotePort:
		return strconv.Itoa(w.RemotePort + p.Offset), true
	case scenario.Transport:
		return w.Transport, true
	case scenario.LocalIP:
		return bracketed(w.LocalIP), true
	case scenario.ServerIP:
		return bracketed(w.LocalIP), !w.ManyIPs
	case scenario.LocalIPType:
		return ipType(w.LocalIP), true
	case scenario.LocalPort:
		return strconv.Itoa(w.LocalPort + p.Offset), !ownPort
	case scenario.MediaIP:
		return w.MediaIP, true
	case scenario.MediaIPType:
		return ipType(w.MediaIP), true
	case scenario.MediaPort:
		return strconv.Itoa(w.MediaPort + p.Offset), true
	case scenario.PID:
		return strconv.Itoa(w.PID), true
	case scenario.Version:
		return w.Version, true
	case scenario.TDMMap:
		return "", true
	case scenario.Key:
		return w.Keys[p.Text], true
	case scenario.FileText:
		b, err := os.ReadFile(filepath.Join(w.FileDir, p.Text))
		if err != nil && filepath.IsAbs(p.Text) {
			b, _ = os.ReadFile(p.Text)
		}
		return string(b), true
	}
	return "", false
}

// bracketed puts an IPv6 address in brackets, as URIs and Via have it.
func bracketed(ip string) string {
	if strings.Contains(ip, ":") {
		return "[" + ip + "]"
	}
	return ip
}

func ipType(ip string) string {
	if strings.Contains(ip, ":") {
		return "6"
	}
	return "4"
}
