package codec

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// A step is one outcome of Next, in words.
func step(s *Stream, m *Message, e StreamEvent, err error) string {
	text := fmt.Sprintf("event %d", e)
	if e == GotMessage {
		text += fmt.Sprintf(" %q body %q of %d", m.StartLine(), m.Body(), m.Len())
	}
	if code, ok := err.(sipwire.Code); ok {
		f := s.Fault()
		if f.Code != code || s.Lost() == nil && f != m.Fault() {
			return fmt.Sprintf("error %v with the fault %v", err, f)
		}
		text += fmt.Sprintf(" error %s %v %d, lost %t at %d",
			f.Code.Name(), f.Header, f.Offset, s.Lost() != nil, s.Offset())
	}
	return text
}

// streamLimits are the settings of a Stream.
type streamLimits struct {
	Parser           Parser
	MaxHead, MaxBody int
}

// feed gives the pieces to a fresh stream one by one and returns all that
// comes out of it, the end included.
func feed(cfg streamLimits, pieces ...[]byte) (steps []string) {
	s := &Stream{Parser: cfg.Parser, MaxHead: cfg.MaxHead, MaxBody: cfg.MaxBody}
	defer s.Close()
	m := Acquire()
	defer Release(m)
	for _, p := range pieces {
		if _, err := s.Write(p); err != nil {
			break
		}
		for {
			e, err := s.Next(m)
			if e == NeedMore && err == nil {
				break
			}
			steps = append(steps, step(s, m, e, err))
			if s.Lost() != nil {
				return steps
			}
		}
	}
	if err := s.End(); err != nil {
		steps = append(steps, step(s, m, NeedMore, err))
	}
	return steps
}

// bytewise cuts b into single bytes.
func bytewise(b []byte) (pieces [][]byte) {
	for i := range b {
		pieces = append(pieces, b[i:i+1])
	}
	return pieces
}

// cuts cuts b at random places.
func cuts(r *mrand.Rand, b []byte) (pieces [][]byte) {
	most := 1 + r.IntN(1+len(b)/(1+r.IntN(20)))
	for len(b) > 0 {
		n := min(len(b), 1+r.IntN(most))
		pieces = append(pieces, b[:n])
		b = b[n:]
	}
	return pieces
}

func sameSteps(t *testing.T, name string, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("%s:\ngot\n%s\nwant\n%s", name, g, w)
	}
}

const (
	one = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 2\r\n\r\nhi"
	two = "BYE sip:a@b SIP/2.0\r\nCall-ID: 2\r\nl: 0\r\n\r\n"
)

func msgStep(line, body string, fields int) string {
	return fmt.Sprintf("event %d %q body %q of %d", GotMessage, line, body, fields)
}

func TestStream(t *testing.T) {
	gotOne := msgStep("OPTIONS sip:a@b SIP/2.0", "hi", 2)
	gotTwo := msgStep("BYE sip:a@b SIP/2.0", "", 2)
	lineEnd, ping := fmt.Sprintf("event %d", LineEnd), fmt.Sprintf("event %d", Ping)
	lost := func(code sipwire.Code, id header.ID, offset, base int) string {
		return fmt.Sprintf("event %d error %s %v %d, lost true at %d", NeedMore, code.Name(), id, offset, base)
	}
	kept := func(line, body string, fields int, code sipwire.Code, id header.ID, offset, base int) string {
		return msgStep(line, body, fields) +
			fmt.Sprintf(" error %s %v %d, lost false at %d", code.Name(), id, offset, base)
	}
	head := "OPTIONS sip:a@b SIP/2.0\r\n"
	lengthAt := len(head) + len("Content-Length: ")
	small := streamLimits{MaxHead: 100, MaxBody: 10}
	for _, tt := range []struct {
		name string
		cfg  streamLimits
		in   string
		want []string
	}{
		{"nothing", streamLimits{}, "", nil},
		{"one", streamLimits{}, one, []string{gotOne}},
		{"two", streamLimits{}, one + two, []string{gotOne, gotTwo}},
		{"ping between", streamLimits{}, one + "\r\n\r\n" + two, []string{gotOne, lineEnd, ping, gotTwo}},
		{"pong", streamLimits{}, "\r\n" + one, []string{lineEnd, gotOne}},
		{"two pings", streamLimits{}, "\r\n\r\n\r\n\r\n", []string{lineEnd, ping, lineEnd, ping}},
		{"three line ends", streamLimits{}, "\r\n\r\n\r\n" + two, []string{lineEnd, ping, lineEnd, gotTwo}},
		{"line ends apart", streamLimits{}, "\r\n" + two + "\r\n", []string{lineEnd, gotTwo, lineEnd}},
		{"ends in head", streamLimits{}, one + "BYE sip:", []string{gotOne, lost(sipwire.ErrIncomplete, 0, 8, len(one))}},
		{"ends in body", streamLimits{}, one[:len(one)-1], []string{lost(sipwire.ErrIncomplete, 0, len(one)-1, 0)}},
		{"ends in CRLF", streamLimits{}, "\r", []string{lost(sipwire.ErrIncomplete, 0, 1, 0)}},
		{"lone CR", streamLimits{}, "\rx\r\n\r\n", []string{lost(sipwire.ErrBareCR, 0, 0, 0)}},
		{"garbage", streamLimits{}, "\x16\x03\x01\n", []string{lost(sipwire.ErrStartLine, 0, 0, 0)}},
		{"garbage behind", streamLimits{}, one + "hello world\r\n", []string{gotOne, lost(sipwire.ErrStartLine, 0, 11, len(one))}},
		{"no length", streamLimits{}, head + "\r\n", []string{lost(sipwire.ErrContentLengthNone, header.IDContentLength, len(head)+2, 0)}},
		{"bad header, known end", streamLimits{}, head + "Call ID: x\r\nl: 1\r\n\r\nx" + two,
			[]string{kept("OPTIONS sip:a@b SIP/2.0", "x", 2, sipwire.ErrHeaderName, 0, len(head)+5, 46), gotTwo}},
		{"version, known end", streamLimits{}, "A sip:a SIP/4.0\r\nl: 0\r\n\r\n" + two,
			[]string{kept("A sip:a SIP/4.0", "", 1, sipwire.ErrVersion, 0, 8, 25), gotTwo}},
		{"URI, known end", streamLimits{}, "A <sip:a> SIP/2.0\r\nl: 0\r\n\r\n" + two,
			[]string{kept("A <sip:a> SIP/2.0", "", 1, sipwire.ErrRequestURI, 0, 2, 27), gotTwo}},
		{"head too long", small, head + "X: " + strings.Repeat("x", 100), []string{lost(sipwire.ErrHeadersTooLong, 0, 100, 0)}},
		{"whole head too long", small, head + "X: " + strings.Repeat("x", 100) + "\r\nl: 0\r\n\r\n", []string{lost(sipwire.ErrHeadersTooLong, 0, 100, 0)}},
		{"start line too long", small, "A sip:" + strings.Repeat("x", 100) + " SIP/2.0\r\nl: 0\r\n\r\n", []string{lost(sipwire.ErrStartLineTooLong, 0, 100, 0)}},
		{"body too long", small, head + "Content-Length: 11\r\n\r\n", []string{lost(sipwire.ErrBodyTooLong, header.IDContentLength, lengthAt, 0)}},
		{"four gigabytes announced", streamLimits{}, head + "Content-Length: 4294967295\r\n\r\n", []string{lost(sipwire.ErrContentLength, header.IDContentLength, lengthAt+10, 0)}},
		{"two gigabytes announced", streamLimits{}, head + "Content-Length: 2147483647\r\n\r\n", []string{lost(sipwire.ErrBodyTooLong, header.IDContentLength, lengthAt, 0)}},
	} {
		want := tt.want
		sameSteps(t, tt.name, feed(tt.cfg, []byte(tt.in)), want)
		sameSteps(t, tt.name+", bytewise", feed(tt.cfg, bytewise([]byte(tt.in))...), want)
	}
}

// TestSmuggling tries what makes two elements disagree about where a message
// ends (RFC 9112, 11.2, for HTTP): none may be framed at all.
func TestSmuggling(t *testing.T) {
	for _, lengths := range []string{
		"Content-Length: 5\r\nContent-Length: 0", "Content-Length: 5\r\nl: 6", "l: 0\r\ncontent-length: 7",
		"Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5, 5",
		"Content-Length: 5 5", "Content-Length: 1\r\n 0", "Content-Length: 5;", "Content-Length:",
		"Content-Length: 99999999999999999999", "Content-Length: 5\x00", "Content-Length: \"5\"",
		"Content-Length: 5\r\n\t5", "Content-Length: \x0b5", "Content-Length\x00: 5", "Content-Length\u00a0: 5",
	} {
		in := []byte("OPTIONS sip:a@b SIP/2.0\r\n" + lengths + "\r\n\r\nhello")
		steps := feed(streamLimits{}, in)
		if len(steps) != 1 || !strings.Contains(steps[0], "lost true") {
			t.Errorf("%q: %q", lengths, steps)
		}
		sameSteps(t, lengths, feed(streamLimits{}, bytewise(in)...), steps)
	}
	for _, lengths := range []string{
		"Content-Length: 5\r\nl: 5", "Content-Length :\t5 ", "Content-Length:\r\n 5", "Content-Length: 05", "l:5\r\n ",
	} {
		steps := feed(streamLimits{}, []byte("OPTIONS sip:a@b SIP/2.0\r\n"+lengths+"\r\n\r\nhello"))
		if len(steps) != 1 || !strings.Contains(steps[0], `body "hello"`) || strings.Contains(steps[0], "error") {
			t.Errorf("%q: %q", lengths, steps)
		}
	}
}

// corpusRows returns the rows of one of its tables, by column.
func corpusRows(t testing.TB, dir, table string) (rows []map[string]string) {
	b, err := os.ReadFile(filepath.Join(dir, table))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, v := range strings.Split(l, "\t") {
			row[names[i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

func TestStreamCorpus(t *testing.T) {
	dir := testfiles.Corpus(t)
	r := mrand.New(mrand.NewPCG(1, 2))
	for _, row := range corpusRows(t, dir, "streams.tsv") {
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		var want []struct {
			Start   string `json:"start"`
			BodyLen int    `json:"body_len"`
			CallID  string `json:"call_id"`
		}
		expected := row["expected"]
		if strings.HasPrefix(expected, `"`) { // quoted as CSV
			expected, _ = unquoteCSV(expected)
		}
		if err := json.Unmarshal([]byte(expected), &want); err != nil {
			t.Fatalf("%s: %v", row["path"], err)
		}
		s, m := new(Stream), Acquire()
		_, _ = s.Write(b)
		n := 0
		for {
			e, err := s.Next(m)
			if e == GotMessage && err == nil {
				if n < len(want) && want[n].Start != "" && (string(m.StartLine()) != want[n].Start ||
					len(m.Body()) != want[n].BodyLen || string(m.Value(header.IDCallID)) != want[n].CallID) {
					t.Errorf("%s: message %d is %q, body %d, Call-ID %q; want %+v", row["path"], n,
						m.StartLine(), len(m.Body()), m.Value(header.IDCallID), want[n])
				}
				n++
			}
			if e == NeedMore {
				break
			}
		}
		if strconv.Itoa(n) != row["messages"] {
			t.Errorf("%s: %d messages, want %s", row["path"], n, row["messages"])
		}
		end := "clean"
		switch err := s.End(); {
		case errors.Is(err, sipwire.ErrIncomplete):
			end = "incomplete"
		case err != nil:
			end = "error"
		}
		if want := row["end"]; end != want && want != "either" {
			t.Errorf("%s ends %s, want %s", row["path"], end, want)
		}
		s.Close()
		checkCuts(t, r, row["path"], b, 1000)
	}
}

func unquoteCSV(s string) (string, error) {
	rec, err := csv.NewReader(strings.NewReader(s)).Read()
	if err != nil {
		return "", err
	}
	return rec[0], nil
}

// checkCuts feeds b whole, byte by byte, and cut at random.
func checkCuts(t *testing.T, r *mrand.Rand, name string, b []byte, n int) {
	t.Helper()
	if testing.Short() {
		n /= 50
	}
	want := feed(streamLimits{}, b)
	sameSteps(t, name+", bytewise", feed(streamLimits{}, bytewise(b)...), want)
	for range n {
		sameSteps(t, name+", cut", feed(streamLimits{}, cuts(r, b)...), want)
	}
}

// TestStreamConcatenation strings all valid messages of the corpus that
// carry a Content-Length together.
func TestStreamConcatenation(t *testing.T) {
	dir := testfiles.Corpus(t)
	var all []byte
	var lines []string
	for _, row := range corpusRows(t, dir, "messages.tsv") {
		b, err := os.ReadFile(filepath.Join(dir, row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		m := new(Message)
		if row["expected"] != "valid" || m.Parse(b) != nil {
			continue
		}
		if _, ok := m.ContentLength(); !ok {
			continue
		}
		b = bytes.TrimLeft(b, "\r\n")
		all = append(all, b[:len(b)-len(m.Trailing())]...)
		lines = append(lines, string(m.StartLine()))
	}
	if len(lines) < 100 {
		t.Fatalf("only %d messages", len(lines))
	}
	s, m := new(Stream), Acquire()
	r := mrand.New(mrand.NewPCG(3, 4))
	n := 0
	for _, piece := range cuts(r, all) {
		_, _ = s.Write(piece)
		for {
			e, err := s.Next(m)
			if e == NeedMore && err == nil {
				break
			}
			if e != GotMessage || err != nil {
				t.Fatalf("event %d, error %v at %d", e, err, s.Offset())
			}
			if string(m.StartLine()) != lines[n] {
				t.Fatalf("message %d starts %q, want %q", n, m.StartLine(), lines[n])
			}
			n++
		}
	}
	if n != len(lines) || s.End() != nil {
		t.Fatalf("%d messages of %d, end %v", n, len(lines), s.End())
	}
	t.Logf("%d messages, %d bytes", n, len(all))
	checkCuts(t, r, "all", all, 1000)
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(one+"\r\n\r\n"+two), uint64(1), false)
	f.Add([]byte("\r\n"+two+"\r\n\r\n"+one[:40]), uint64(2), true)
	f.Add([]byte("A <sip:a> SIP/2.0\r\nl: 0\r\n\r\nB sip:b SIP/2.0\nl:1\n\nx"), uint64(3), false)
	f.Fuzz(func(t *testing.T, b []byte, seed uint64, strict bool) {
		cfg := streamLimits{Parser: Parser{Strictness: strictness(strict), MaxMessage: 400, MaxField: 60, MaxHeaders: 9, MaxStartLine: 70}, MaxHead: 200, MaxBody: 150}
		want := feed(cfg, b)
		sameSteps(t, "bytewise", feed(cfg, bytewise(b)...), want)
		r := mrand.New(mrand.NewPCG(seed, 0))
		for range 5 {
			sameSteps(t, "cut", feed(cfg, cuts(r, b)...), want)
		}
	})
}

func TestReadNext(t *testing.T) {
	m := Acquire()
	for _, r := range []io.Reader{
		strings.NewReader(one + "\r\n\r\n" + two),
		iotest.OneByteReader(strings.NewReader(one + "\r\n\r\n" + two)),
		iotest.DataErrReader(strings.NewReader(one + "\r\n\r\n" + two)),
	} {
		s := new(Stream)
		var got []string
		for {
			e, err := s.ReadNext(r, m)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, step(s, m, e, err))
		}
		sameSteps(t, "reader", got, feed(streamLimits{}, []byte(one+"\r\n\r\n"+two)))
	}
	s := new(Stream)
	if _, err := s.ReadNext(strings.NewReader(one[:20]), m); !errors.Is(err, sipwire.ErrIncomplete) {
		t.Fatalf("cut inside a message: %v", err)
	}
	s.Close()
	broken := errors.New("broken")
	if _, err := s.ReadNext(iotest.ErrReader(broken), m); err != broken {
		t.Fatalf("error of the reader: %v", err)
	}
	if _, err := s.ReadNext(emptyReader{}, m); err != io.ErrNoProgress {
		t.Fatalf("reader that reads nothing: %v", err)
	}
}

// TestMaxIdle lets a connection stop inside a message, again after one byte
// more, and between two messages, where it may rest.
func TestMaxIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock stands still while anything runs
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		s, m := &Stream{MaxIdle: 50 * time.Millisecond}, Acquire()
		done := make(chan bool)
		go func() {
			defer close(done)
			_, _ = a.Write([]byte(one + two[:10]))
			time.Sleep(40 * time.Millisecond)
			_, _ = a.Write([]byte(two[10:]))
			time.Sleep(120 * time.Millisecond)
			for i := range len(one) {
				if _, err := a.Write([]byte(one[i : i+1])); err != nil {
					return
				}
				time.Sleep(12 * time.Millisecond)
			}
		}()
		for range 2 {
			if e, err := s.ReadNext(b, m); e != GotMessage || err != nil {
				t.Fatal(e, err)
			}
		}
		if e, err := s.ReadNext(b, m); !errors.Is(err, sipwire.ErrIdle) || s.Lost() == nil {
			t.Fatalf("event %d, %v", e, err)
		}
		if n := s.Pending(); n != 5 {
			t.Errorf("%d bytes pending, want those of 50 ms", n)
		}
		b.Close()
		<-done
	})
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

// TestStreamMemory bounds what the buffer copies: a body of a megabyte in
// small pieces costs its growth and no more.
func TestStreamMemory(t *testing.T) {
	s, m := new(Stream), Acquire()
	defer s.Close()
	_, _ = s.Write([]byte("A sip:a SIP/2.0\r\nl: 1000000\r\n\r\n"))
	if e, err := s.Next(m); e != NeedMore || err != nil {
		t.Fatal(e, err)
	}
	if n := cap(s.buf.B); n > 512<<10 {
		t.Fatalf("a megabyte was announced and %d bytes are held", n)
	}
	piece := make([]byte, 100)
	for range 9_999 {
		_, _ = s.Write(piece)
		if e, err := s.Next(m); e != NeedMore || err != nil {
			t.Fatal(e, err)
		}
	}
	_, _ = s.Write(piece)
	if e, err := s.Next(m); e != GotMessage || err != nil || len(m.Body()) != 1_000_000 {
		t.Fatal(e, err)
	}
}

// TestStreamConn runs messages over real connections, with replies, and one
// that dies inside a message.
func TestStreamConn(t *testing.T) {
	for _, kind := range []string{"tcp", "tls"} {
		t.Run(kind, func(t *testing.T) { testConn(t, kind == "tls") })
	}
}

func testConn(t *testing.T, secure bool) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }
	if secure {
		cert := selfSigned(t)
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf)
		client = func() (net.Conn, error) {
			return tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "localhost"})
		}
	}
	defer l.Close()
	ended := make(chan error, 2)
	go func() {
		for range 2 {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			ended <- serve(c)
		}
	}()

	c, err := client()
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	const n = 500
	go func() {
		w := StreamWriter{W: c}
		for i := range n {
			w.Add([]byte(one[:30]), []byte(one[30:]), []byte(two), []byte("\r\n\r\n"))
			if i%7 == 0 {
				_, _ = w.Flush()
			}
		}
		_, _ = w.Flush()
	}()
	s, m := new(Stream), Acquire()
	replies, pongs := 0, 0
	for replies < 2*n || pongs < n {
		e, err := s.ReadNext(c, m)
		if err != nil {
			t.Fatalf("after %d replies and %d pongs: %v", replies, pongs, err)
		}
		if e == GotMessage {
			replies++
		} else {
			pongs++
		}
	}
	c.Close()
	if err := <-ended; err != io.EOF {
		t.Fatalf("connection ended with %v", err)
	}

	c, err = client()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.Write([]byte(one + two[:12]))
	// Only this side's half dies: closing with the answer unread would reset
	// the connection, and what was sent might never be read.
	_ = c.(interface{ CloseWrite() error }).CloseWrite()
	defer c.Close()
	if err := <-ended; !errors.Is(err, sipwire.ErrIncomplete) {
		t.Fatalf("connection that died inside a message ended with %v", err)
	}
}

// serve answers every message and every ping until the connection ends. It
// leaves its stream open: the error it returns lives there.
func serve(c net.Conn) error {
	defer c.Close()
	s, m := new(Stream), Acquire()
	w := StreamWriter{W: c}
	for {
		e, err := s.ReadNext(c, m)
		switch {
		case err != nil:
			return err
		case e == GotMessage:
			w.Add([]byte("SIP/2.0 200 OK\r\nCall-ID: "), m.Value(header.IDCallID), []byte("\r\nl: 0\r\n\r\n"))
		case e == Ping:
			w.Add([]byte("\r\n"))
		}
		if _, err := w.Flush(); err != nil {
			return err
		}
	}
}

// selfSigned makes a certificate for localhost.
func selfSigned(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func TestStreamWriter(t *testing.T) {
	var out bytes.Buffer
	w := StreamWriter{W: &out}
	w.Add([]byte("a"), nil, []byte("bc"))
	w.Add([]byte("d"))
	if w.Size() != 4 {
		t.Fatalf("size %d", w.Size())
	}
	if n, err := w.Flush(); n != 4 || err != nil || out.String() != "abcd" {
		t.Fatalf("wrote %d, %v: %q", n, err, out.String())
	}
	if n, err := w.Flush(); n != 0 || err != nil {
		t.Fatalf("empty flush: %d, %v", n, err)
	}
	w = StreamWriter{W: shortWriter{}}
	w.Add([]byte("abcd"))
	if _, err := w.Flush(); err != io.ErrShortWrite {
		t.Fatalf("short write: %v", err)
	}
}

type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) - 1, nil }
