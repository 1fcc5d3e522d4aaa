package scenario

import "strings"

// PartKind says what a part of a template puts in.
type PartKind uint8

// The parts of templates: literal text and the keywords. A comment says where
// the value is taken from, if the name does not.
const (
	Literal PartKind = iota

	// The same for all calls of one socket.
	Service
	RemoteHost
	RemoteIP
	RemotePort
	Transport
	LocalIP
	LocalIPType
	LocalPort
	MediaIP
	MediaIPType
	MediaPort
	PID
	Version
	TDMMap
	Key // a -key of the command line; its name is Text
	AuthUser
	AuthPassword

	// Of the call or the step.
	ServerIP
	AutoMediaPort
	Len
	CallNumber
	CallID
	CSeq
	Branch
	MessageIndex
	PeerTag
	Routes
	NextURL
	Users
	UserID
	CalledUserID
	DynamicID
	Fill // Var many characters of Text
	Value
	Authentication
	FieldOf // a field of an injection file
	FileText
	CryptoKey // Offset random bytes in base64

	// Of the clock.
	ClockTick
	Timestamp
	Date

	// Of the last message received.
	LastHeader // its name is Text; Flag: without the name
	LastCSeqNumber
	LastMessage
	LastRequestURI
)

// keywords are the names that stand alone. A number may follow with + or -
// where the second column says so.
var keywords = map[string]struct {
	kind   PartKind
	offset bool
}{
	"service": {Service, false}, "remote_host": {RemoteHost, false}, "remote_ip": {RemoteIP, false},
	"remote_port": {RemotePort, true}, "transport": {Transport, false}, "local_ip": {LocalIP, false},
	"local_ip_type": {LocalIPType, false}, "local_port": {LocalPort, true}, "server_ip": {ServerIP, false},
	"media_ip": {MediaIP, false}, "media_ip_type": {MediaIPType, false}, "media_port": {MediaPort, true},
	"auto_media_port": {AutoMediaPort, true}, "rtpstream_audio_port": {MediaPort, true},
	"rtpstream_video_port": {MediaPort, true}, "len": {Len, true}, "call_number": {CallNumber, true},
	"call_id": {CallID, false}, "cseq": {CSeq, true}, "pid": {PID, false}, "branch": {Branch, true},
	"msg_index": {MessageIndex, true}, "peer_tag_param": {PeerTag, false}, "routes": {Routes, false},
	"next_url": {NextURL, false}, "users": {Users, false}, "userid": {UserID, true}, "called_userid": {CalledUserID, true},
	"dynamic_id": {DynamicID, true}, "clock_tick": {ClockTick, true}, "timestamp": {Timestamp, false},
	"date": {Date, false}, "sipp_version": {Version, false}, "tdmmap": {TDMMap, false},
	"last_cseq_number": {LastCSeqNumber, true}, "last_message": {LastMessage, false},
	"last_Request_URI": {LastRequestURI, false},
}

// usesMessage reports whether a part reads the last message received.
func (k PartKind) usesMessage() bool { return k >= LastHeader }

// word cuts the name of a keyword from what follows it.
func word(s string) (name, rest string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':' || c == '$') {
			return s[:i], s[i:]
		}
		// A "-" divides an offset when digits follow: branch-2, not X-Name.
		if c == '-' && i+1 < len(s) && strings.Trim(s[i+1:], "0123456789") == "" {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// parameters reads name=value pairs, divided by blanks. A value in quotes may
// hold blanks and \" for a quote; keywords in it keep their quotes.
func keywordParams(s string) (map[string]string, bool) {
	out := map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t\r\n,")
		if s == "" {
			return out, true
		}
		eq := strings.IndexByte(s, '=')
		if eq <= 0 {
			return out, false
		}
		name := strings.TrimSpace(s[:eq])
		s = strings.TrimLeft(s[eq+1:], " \t")
		var value strings.Builder
		i, depth := 0, 0
		if strings.HasPrefix(s, `"`) {
			closed := false
			for i = 1; i < len(s); i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				} else if s[i] == '"' {
					closed = true
					i++
					break
				}
				value.WriteByte(s[i])
			}
			if !closed {
				return out, false
			}
		} else {
			for ; i < len(s) && (depth > 0 || s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r'); i++ {
				switch s[i] {
				case '[':
					depth++
				case ']':
					depth--
				}
				value.WriteByte(s[i])
			}
		}
		out[name] = value.String()
		s = s[i:]
	}
}
