package sdp

import (
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	const before = "v=0\r\no=- 7 9 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=tool:x\r\nm=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000\r\na=ptime:20\r\nm=video 0 RTP/AVP 31\r\nm=video 4002 RTP/AVP 34\r\n"
	for _, c := range []struct {
		name     string
		changes  []string // pairs, besides the version
		version  string
		want     Changes
		stream   int
		ofStream Changes
	}{
		{"nothing", nil, "9", 0, 0, 0},
		{"version alone", nil, "10", NewVersion, 0, 0},
		{"version skips", nil, "11", NewVersion | VersionJump, 0, 0},
		{"version back", nil, "8", NewVersion | VersionJump, 0, 0},
		{"zeros in front", nil, "009", 0, 0, 0},
		{"same version", []string{"4000", "4004"}, "9", SameVersion | NewPort, 0, NewPort},
		{"another session", []string{"- 7", "- 8"}, "9", NewSession, 0, 0},
		{"port", []string{"4000", "4004"}, "10", NewVersion | NewPort, 0, NewPort},
		{"address", []string{"c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.7"}, "10", NewVersion | NewAddress, 2, NewAddress},
		{"address of the media, the same", []string{"0 96\r\n", "0 96\r\nc=IN IP4 192.0.2.1\r\n"}, "10", NewVersion, 0, 0},
		{"hold", []string{"a=ptime", "a=sendonly\r\na=ptime"}, "10", NewVersion | StreamHeld | NewDirection, 0, StreamHeld | NewDirection},
		{"hold of the session", []string{"a=tool", "a=inactive\r\na=tool"}, "10", NewVersion | StreamHeld | NewDirection, 2, StreamHeld | NewDirection},
		{"direction said", []string{"a=ptime", "a=sendrecv\r\na=ptime"}, "10", NewVersion, 0, 0},
		{"formats", []string{"0 96", "96 0"}, "10", NewVersion | NewFormats, 0, NewFormats},
		{"rtpmap", []string{"opus/48000", "opus/48000/2"}, "10", NewVersion | NewFormats, 0, NewFormats},
		{"attribute", []string{"ptime:20", "ptime:30"}, "10", NewVersion | OtherAttribute, 0, OtherAttribute},
		{"session line", []string{"tool:x", "tool:y"}, "10", NewVersion | OtherAttribute, 0, 0},
		{"rejected", []string{"m=audio 4000", "m=audio 0"}, "10", NewVersion | MediaRemoved, 0, MediaRemoved},
		{"place taken again", []string{"video 0", "video 4006"}, "10", NewVersion | MediaAdded, 1, MediaAdded},
		{"added", []string{"RTP/AVP 34\r\n", "RTP/AVP 34\r\nm=text 4008 RTP/AVP 98\r\n"}, "10", NewVersion | MediaAdded, 3, MediaAdded},
		{"missing", []string{"m=video 4002 RTP/AVP 34\r\n", ""}, "10", NewVersion | MediaMissing, 2, MediaMissing},
		{"protocol", []string{"4000 RTP/AVP", "4000 RTP/SAVP"}, "10", NewVersion | MediaRetyped, 0, MediaRetyped},
		{"malformed", []string{"m=audio 4000", "m=audio x"}, "10", NewVersion | OtherAttribute, 0, OtherAttribute},
	} {
		after := strings.NewReplacer(append(c.changes, "7 9 IN", "7 "+c.version+" IN")...).Replace(before)
		if len(c.changes) > 0 && c.changes[0] == "- 7" {
			after = strings.Replace(before, "- 7", "- 8", 1)
		}
		var b, a Description
		if err := b.Parse([]byte(before)); err != nil {
			t.Fatal(err)
		}
		if err := a.Parse([]byte(after)); err != nil {
			t.Fatal(err)
		}
		if got := Compare(&b, &a); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if got := CompareMedia(&b, &a, c.stream); got != c.ofStream {
			t.Errorf("%s: stream %d: %v, want %v", c.name, c.stream, got, c.ofStream)
		}
	}
	if Changes(0).String() != "nothing" || (NewPort|MediaAdded).String() != "port media-added" || !(NewPort | MediaAdded).Has(NewPort) || NewPort.Has(NewPort|MediaAdded) {
		t.Error("names")
	}
}

func TestVersionStep(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          int
	}{
		{"1", "2", 1}, {"9", "10", 1}, {"99999999999999999999", "100000000000000000000", 1}, {"1099", "1100", 1}, {"0", "1", 1}, {"01", "2", 1},
		{"1", "1", 0}, {"x", "x", 0}, {"00", "0", 0},
		{"1", "3", 2}, {"2", "1", 2}, {"9", "20", 2}, {"x", "y", 2}, {"19", "30", 2}, {"1", "", 2}, {"", "1", 2}, {"99", "990", 2},
	} {
		if got := versionStep([]byte(c.before), []byte(c.after)); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.before, c.after, got, c.want)
		}
	}
}
