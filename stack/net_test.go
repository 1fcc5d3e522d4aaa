package stack

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/sipwire/sipwire/header"
)

// certificates makes a certificate for loopback, example.com and the hosts
// given, of which the roots hold the issuer: itself.
func certificates(t testing.TB, names ...string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: append(names, "example.com"), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		RootCAs:      roots, ClientCAs: roots, ClientAuth: tls.VerifyClientCertIfGiven,
	}
}

// ask sends a datagram and returns the answer, "" when there is none. To know
// that, another request follows, whose answer comes after it.
func ask(t *testing.T, s *Stack, datagram string) string {
	t.Helper()
	c, err := net.Dial("udp", addrOf(s, header.TransportUDP).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const last = "SIP/2.0 481 Call/Transaction Does Not Exist\r\nVia: SIP/2.0/UDP last"
	send := func(b string) {
		if _, err := c.Write([]byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	send(datagram)
	send("BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP last;rport;branch=z9hG4bK" + c.LocalAddr().String()[10:] + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: " + c.LocalAddr().String() + "\r\nCSeq: 1 BYE\r\n\r\n")
	b := make([]byte, 2000)
	_ = c.SetReadDeadline(time.Now().Add(60 * time.Second))
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(b[:n]); len(got) < len(last) || got[:len(last)] != last {
		return got
	}
	return ""
}
