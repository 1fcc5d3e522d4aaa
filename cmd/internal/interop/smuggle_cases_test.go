package interop

import (
	"fmt"
	"strings"
)

// A smuggleCase is a message that two readers may read differently. Nearly all
// of them try to bring in the header P-Asserted-Identity, which a border
// element would remove, unseen.
type smuggleCase struct{ kind, name, message string }

const identity = "P-Asserted-Identity: <sip:ceo@victim>"

// smuggle returns an OPTIONS with the lines in front of its last header field.
func smuggle(lines string) string {
	return smuggleMessage("OPTIONS sip:b@example.org SIP/2.0", lines, "Content-Length: 0\r\n\r\n")
}

func smuggleMessage(start, lines, end string) string {
	return start + "\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKs\r\nFrom: <sip:a@example.org>;tag=1\r\nTo: <sip:b@example.org>\r\n" +
		"Call-ID: smuggle@example.org\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n" + lines + end
}

// printable returns s with names for the bytes that do not print.
func printable(s string) string {
	names := map[byte]string{'\r': "CR", '\n': "LF", ' ': "SP", '\t': "TAB"}
	var words []string
	text := false // the last word is text
	for i := range len(s) {
		c := s[i]
		name, ok := names[c]
		if !ok && (c < ' ' || c >= 0x7f) {
			name, ok = fmt.Sprintf("0x%02x", c), true
		}
		if c == ' ' && text && i+1 < len(s) && s[i+1] > ' ' && s[i+1] < 0x7f {
			name, ok = "", false // between words
		}
		switch {
		case ok:
			words = append(words, name)
		case text:
			words[len(words)-1] += string(rune(c))
		default:
			words = append(words, string(rune(c)))
		}
		text = !ok
	}
	return strings.Join(words, " ")
}

func smuggleCases() (all []smuggleCase) {
	add := func(kind, name, message string) { all = append(all, smuggleCase{kind, name, message}) }
	for _, sep := range []string{"\r", "\r\r", "\n", "\n\r", "\r\r\n", "\r\n\r", "\v", "\f", "\x00", "\x85", "\xe2\x80\xa8", "\xe2\x80\xa9", "\x1a", "\x1c", "\x1e", "\x7f", "\x00\r\n", "\r\x00\n", "\r \n", "\b\r\n"} {
		add("line end", printable(sep)+" between two fields", smuggle("X-A: y"+sep+identity+"\r\n"))
	}
	for _, sep := range []string{"\r\n ", "\r\n\t", "\n ", "\r\n \r\n ", "\r\n  \t ", "\r\n\x00", "\r\n\v", "\r\n\xa0", "\r "} {
		add("fold", printable(sep)+" in front of a header", smuggle("X-A: y"+sep+identity+"\r\n"))
	}
	add("fold", "a blank line of one space ends the fields or does not", smuggle("X-A: y\r\n \r\n"+identity+"\r\n"))
	add("fold", "behind the name", smuggle("P-Asserted-Identity:\r\n <sip:ceo@victim>\r\n"))
	add("fold", "in front of the colon", smuggle("P-Asserted-Identity\r\n : <sip:ceo@victim>\r\n"))
	add("fold", "in front of the first field", strings.Replace(smuggle(""), "\r\nVia", "\r\n "+identity+"\r\nVia", 1))
	for _, between := range []string{" ", "\t", "  \t", "\x00", "\x01", "\xa0", "\r", "\x7f", "\"", "(", "=", "\\", "/", ";", "é"} {
		add("name", printable(between)+" in front of the colon", smuggle("P-Asserted-Identity"+between+": <sip:ceo@victim>\r\n"))
	}
	for _, front := range []string{"\x00", "\x01", "\xa0", "\xef\xbb\xbf", "(c) ", "\"", ":", "\v"} {
		add("name", printable(front)+" in front of the name", smuggle(front+identity+"\r\n"))
	}
	for _, name := range []string{"P_Asserted_Identity", "P-ASSERTED-IDENTITY", "p-asserted-identity", "P-Asserted-Identit\xd9", "P-Asserted-Identity\xe2\x80\x8b", ""} {
		add("name", "written as "+printable(name), smuggle(name+": <sip:ceo@victim>\r\n"))
	}
	add("name", "no colon", smuggle("P-Asserted-Identity <sip:ceo@victim>\r\n"))
	add("name", "a colon alone", smuggle(":\r\n"+identity+"\r\n"))
	for _, v := range []string{"\"a\r\n" + identity + "\r\n\" <sip:x@y>", "\"a\\\r\n" + identity + "\r\n\" <sip:x@y>", "\"a\\\n" + identity + "\" <sip:x@y>", "\"a\r" + identity + "\" <sip:x@y>",
		"\"a\\\r" + identity + "\" <sip:x@y>", "\"a\x00\" <sip:x@y>\r\n" + identity, "<sip:x@y\r\n" + identity + "\r\n>", "(a\r\n" + identity + "\r\n)", "\"a\\", "\"a"} {
		add("quote", "in a Contact: "+printable(v[:min(len(v), 5)])+" and so on", smuggle("Contact: "+v+"\r\n"))
	}
	for _, end := range []string{"\n\r\n", "\r\n\n", "\n\n", "\r\r", "\r\n\r", "\r\n \r\n", "\r\n\t\r\n", "\r\n\x00\r\n", "\r\n\r\n\r\n", "\n\r\n\r\n", "\r\r\n\r\r\n"} {
		add("end of the header section", "by "+printable(end), smuggleMessage("OPTIONS sip:b@example.org SIP/2.0", "X-A: y", end+identity+"\r\nContent-Length: 0\r\n\r\n"))
	}
	body := identity + "\r\n"
	n := len(body)
	for _, l := range []string{fmt.Sprint(n - 5), "0", fmt.Sprint(n + 1), "+" + fmt.Sprint(n), fmt.Sprintf("0%d", n), fmt.Sprintf("0x%x", n), fmt.Sprint(n) + " ", fmt.Sprint(n) + " 0", fmt.Sprint(n) + ",0", "0;a", "-1", "", "\r\n " + fmt.Sprint(n), "4294967296", "18446744073709551616", "\"0\"", "0\v", "0\x00"} {
		add("length", "Content-Length "+printable(l), smuggleMessage("OPTIONS sip:b@example.org SIP/2.0", "", "Content-Length: "+l+"\r\n\r\n"+body))
	}
	for _, l := range []string{"Content-Length: 0\r\nContent-Length: 38\r\n", "Content-Length: 38\r\nl: 0\r\n", "l: 0\r\nContent-Length: 0\r\n", "Content-Length : 0\r\nContent-Length: 38\r\n", "Content-Length\x00: 0\r\n", "Content_Length: 0\r\n", ""} {
		add("length", "lines "+printable(l), smuggleMessage("OPTIONS sip:b@example.org SIP/2.0", l, "\r\n"+body))
	}
	for _, twice := range []string{"To: <sip:ceo@victim>", "t: <sip:ceo@victim>", "From: <sip:ceo@victim>;tag=2", "f: <sip:ceo@victim>;tag=2", "Call-ID: other", "i: other", "CSeq: 2 OPTIONS", "Max-Forwards: 0", "Contact: *"} {
		add("twice", twice, smuggle(twice+"\r\n"))
		name, value, _ := strings.Cut(twice, ": ")
		add("twice", twice+" in front", strings.Replace(smuggle(""), "\r\nVia", "\r\n"+name+": "+value+"\r\nVia", 1))
	}
	for _, start := range []string{"OPTIONS  sip:b@example.org SIP/2.0", "OPTIONS\tsip:b@example.org SIP/2.0", "OPTIONS sip:b@example.org  SIP/2.0", "OPTIONS sip:b@example.org SIP/2.0 ", "OPTIONS sip:b@example.org\r SIP/2.0",
		"OPTIONS sip:b@example.org\n SIP/2.0", "OPTIONS sip:b@example.org\x00 SIP/2.0", "OPTIONS sip:b@example.org sip/2.0", "OPTIONS sip:b@example.org SIP/2.00", "OPTIONS sip:b@example.org", " OPTIONS sip:b@example.org SIP/2.0",
		"options sip:b@example.org SIP/2.0", "OPTIONS sip:b@example.org%0d%0a" + identity + " SIP/2.0", "OPTIONS sip:b@example.org?P-Asserted-Identity=x SIP/2.0", "OPTIONS sip:b@example.org SIP/2.0\r\n" + identity, "\x00OPTIONS sip:b@example.org SIP/2.0", "OPTIONS sip:b@example.org SIP/2.0\r" + identity} {
		add("start line", printable(start), smuggleMessage(start, "", "Content-Length: 0\r\n\r\n"))
	}
	for _, list := range []string{"Route: <sip:a;lr>,<sip:127.0.0.1;lr>", "Route: \"a,\" <sip:a;lr>", "Route: <sip:a;lr>\"", "Via: SIP/2.0/UDP a, SIP/2.0/UDP b", "Via: SIP/2.0/UDP a;x=\",\", SIP/2.0/UDP b", "Via: ,", "Record-Route: <sip:a>;x=\"\\\"\", <sip:b>", "X-A: a, b"} {
		add("list", list, smuggle(list+"\r\n"))
	}
	add("size", "a name of 300 bytes", smuggle(strings.Repeat("P", 300)+": y\r\n"))
	add("size", "250 fields", smuggle(strings.Repeat("X-A: y\r\n", 240)+identity+"\r\n"))
	add("trailing", "a second message behind the body", smuggle("")+"INVITE sip:x SIP/2.0\r\n"+identity+"\r\n\r\n")
	add("trailing", "NULs behind the body", smuggle("")+"\x00\x00\x00\x00")
	return all
}
