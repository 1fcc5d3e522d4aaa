package main

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// palette are the colours 0 to 15 of a terminal.
var palette = [16]string{
	"#1b1f24", "#e5534b", "#57ab5a", "#c69026", "#539bf5", "#b083f0", "#39c5cf", "#d7dce2",
	"#768390", "#ff938a", "#8ddb8c", "#eac55f", "#80ccff", "#dcbdfb", "#56d4dd", "#ffffff",
}

// A style is how text looks.
type style struct {
	front, back string
	bold, dim   bool
	reverse     bool
}

// css writes a style; empty for plain text.
func (s style) css() string {
	front, back := s.front, s.back
	if s.reverse {
		if front, back = back, front; front == "" {
			front = palette[0]
		}
		if back == "" {
			back = palette[7]
		}
	}
	var b strings.Builder
	for _, p := range [][2]string{{"color", front}, {"background", back}} {
		if p[1] != "" {
			fmt.Fprintf(&b, "%s:%s;", p[0], p[1])
		}
	}
	if s.bold {
		b.WriteString("font-weight:bold;")
	}
	if s.dim {
		b.WriteString("opacity:.6;")
	}
	return b.String()
}

// colored turns text with the escape codes of colours (SGR) into HTML.
func colored(text string) string {
	var b strings.Builder
	var s style
	for text != "" {
		plain, rest, found := strings.Cut(text, "\x1b[")
		if css := s.css(); css != "" && plain != "" {
			fmt.Fprintf(&b, `<span style="%s">%s</span>`, css, html.EscapeString(plain))
		} else {
			b.WriteString(html.EscapeString(plain))
		}
		if !found {
			break
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			break
		}
		if rest[end] == 'm' {
			s.set(strings.Split(rest[:end], ";"))
		}
		text = rest[end+1:]
	}
	return b.String()
}

// set changes a style by the numbers of an escape code.
func (s *style) set(codes []string) {
	for i := 0; i < len(codes); i++ {
		n, _ := strconv.Atoi(codes[i])
		switch {
		case n == 0:
			*s = style{}
		case n == 1:
			s.bold = true
		case n == 2:
			s.dim = true
		case n == 22:
			s.bold, s.dim = false, false
		case n == 7 || n == 27:
			s.reverse = n == 7
		case n >= 30 && n <= 37:
			s.front = palette[n-30]
		case n >= 90 && n <= 97:
			s.front = palette[n-82]
		case n >= 40 && n <= 47:
			s.back = palette[n-40]
		case n >= 100 && n <= 107:
			s.back = palette[n-92]
		case n == 39:
			s.front = ""
		case n == 49:
			s.back = ""
		case n == 38 || n == 48:
			color, used := extended(codes[i+1:])
			if i += used; n == 38 {
				s.front = color
			} else {
				s.back = color
			}
		}
	}
}

// extended reads a colour of 256, or of red, green and blue.
func extended(codes []string) (color string, used int) {
	var n [4]int
	for i := range min(len(codes), 4) {
		n[i], _ = strconv.Atoi(codes[i])
	}
	switch {
	case n[0] == 2:
		return fmt.Sprintf("rgb(%d,%d,%d)", n[1], n[2], n[3]), 4
	case n[1] < 16:
		return palette[max(n[1], 0)], 2
	case n[1] < 232:
		level := [6]int{0, 95, 135, 175, 215, 255}
		c := n[1] - 16
		return fmt.Sprintf("rgb(%d,%d,%d)", level[c/36], level[c/6%6], level[c%6]), 2
	}
	grey := 8 + 10*(min(n[1], 255)-232)
	return fmt.Sprintf("rgb(%d,%d,%d)", grey, grey, grey), 2
}
