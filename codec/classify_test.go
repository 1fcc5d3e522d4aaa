package codec

import (
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	stun := "\x01\x01\x00\x04\x21\x12\xa4\x42" + strings.Repeat("t", 12) + "attr"
	for _, tt := range []struct {
		in   string
		want Kind
	}{
		{"", KindOther},
		{"\r\n", KindPong},
		{"\r\n\r\n", KindPing},
		{"\n", KindKeepAlive},
		{"\r\n\r\n\r\n", KindKeepAlive},
		{"\x00", KindKeepAlive},
		{"\x00\x00\r\n", KindKeepAlive},
		{strings.Repeat("\x00", 32), KindKeepAlive},
		{"jaK", KindKeepAlive},
		{"jaK\x00", KindKeepAlive},
		{"jaKx", KindMessage},
		{"jaK sip:a SIP/2.0\r\n\r\n", KindMessage},
		{"BYE sip:a SIP/2.0\r\n\r\n", KindMessage},
		{"\r\n\r\nBYE sip:a SIP/2.0\r\n\r\n", KindMessage},
		{"\x00BYE sip:a SIP/2.0\r\n\r\n", KindOther},
		{"SIP/2.0 200", KindMessage},
		{stun, KindSTUN},
		{stun[:19], KindOther},
		{"\x00\x01\x00\x05" + stun[4:], KindOther},
		{"\x00\x01\x00\x08" + "0123456789abcdef" + "8 octets", KindSTUN},
		{"\x00\x01\x00\x08" + "0123456789abcdef" + "9 octets.", KindOther},
		{"\x16\x03\x01\x02\x00\x01", KindTLS},
		{"\x16\xfe\xfd\x00\x00", KindTLS},
		{"\x16\x04\x01", KindOther},
		{"\x16\x03", KindOther},
		{"\x80\x00\x12\x34\x00\x00\x00\x01\x00\x00\x00\x02", KindRTP},
		{"\x81\xc9\x00\x07\x00\x00\x00\x01", KindRTP},
		{"\x80\x00", KindOther},
		{" INVITE", KindOther},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", KindOther},
		{"<policy/>", KindOther},
	} {
		if got := Classify([]byte(tt.in)); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.in, got, tt.want)
		}
	}
	if Kind(200).String() == "" || KindRTP.String() != "RTP" {
		t.Errorf("names %q, %q", Kind(200), KindRTP)
	}
}
