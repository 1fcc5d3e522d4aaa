package codec

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

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
