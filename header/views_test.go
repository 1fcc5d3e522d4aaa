package header

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
)

// A viewCase is one value for one view: what parsing it gives. Without a code
// the value is good and show is what its accessors say.
type viewCase struct {
	view   string
	value  string
	offset int
	code   Code
	show   string
}

// A view is any typed value that reads the whole of a slice.
type view interface{ Parse(b []byte) (int, error) }

// readers makes a new view of each type, reading as its name says.
var readers = map[string]func() view{
	"Item": func() view { return new(Item) }, "Quoted": func() view { return new(quotedItem) },
	"Token": func() view { return new(Token) }, "FreeText": func() view { return new(FreeText) },
	"Privacy": func() view { return new(Privacy) }, "Event": func() view { return new(Event) },
	"SubscriptionState": func() view { return new(SubscriptionState) },
	"InfoPackage":       func() view { return new(InfoPackage) }, "Reason": func() view { return new(Reason) },
	"ContentType": func() view { return new(ContentType) }, "MediaRange": func() view { return new(MediaRange) },
	"Encoding": func() view { return new(Encoding) }, "Language": func() view { return new(Language) },
	"Disposition": func() view { return new(Disposition) }, "MIMEVersion": func() view { return new(MIMEVersion) },
	"ContentID": func() view { return new(ContentID) }, "Reference": func() view { return new(Reference) },
	"Bare": func() view { return new(bareReference) }, "Warning": func() view { return new(Warning) },
	"UserAgent": func() view { return new(UserAgent) }, "ResourcePriority": func() view { return new(ResourcePriority) },
	"ChargingVector":    func() view { return new(ChargingVector) },
	"ChargingAddresses": func() view { return new(ChargingAddresses) },
	"AccessNetwork":     func() view { return new(AccessNetwork) },
	"SecurityMechanism": func() view { return new(SecurityMechanism) },
	"SessionID":         func() view { return new(SessionID) }, "Identity": func() view { return new(Identity) },
	"AuthChallenge":      func() view { return new(AuthChallenge) },
	"AuthCredentials":    func() view { return new(AuthCredentials) },
	"AuthenticationInfo": func() view { return new(AuthenticationInfo) },
}

// quotedItem and bareReference read with the other method of their views.
type quotedItem struct{ Item }

func (v *quotedItem) Parse(b []byte) (int, error) { return v.ParseQuoted(b) }

type bareReference struct{ Reference }

func (v *bareReference) Parse(b []byte) (int, error) { return v.ParseBare(b) }

var viewCases = []viewCase{
	{"Item", "presence", 8, 0, "presence []"},
	{"Item", " a\r\n ; b = \"c;d\" ;e ", 0, 0, `a [b="c;d" e]`},
	{"Item", "", 0, ErrEmpty, ""},
	{"Item", " \r\n ", 4, ErrEmpty, ""},
	{"Item", "\"a\"", 0, ErrToken, ""},
	{"Item", "a b", 2, ErrTrailing, ""},
	{"Item", "a;b,c", 3, ErrTrailing, ""},
	{"Item", "a;", 2, ErrParam, ""},
	{"Item", "a;;b", 2, ErrParam, ""},
	{"Item", "a;b=\"c", 4, ErrQuote, ""},
	{"Item", "a\r\nb", 1, ErrTrailing, ""},
	{"Quoted", `"Visited network 1";a=b`, 0, 0, `"Visited network 1" [a=b]`},
	{"Quoted", `"a`, 0, ErrQuote, ""},
	{"Quoted", "\"a\x01\"", 2, ErrControl, ""},
	{"Token", " emergency ", 0, 0, "emergency"},
	{"Token", "non urgent", 4, ErrTrailing, ""},
	{"Token", "", 0, ErrEmpty, ""},
	{"Token", "@", 0, ErrToken, ""},
	{"FreeText", "", 0, 0, ""},
	{"FreeText", "a\r\n  b\xff\r\n\tc ", 0, 0, "a b\xff c"},
	{"FreeText", "a\x00b", 1, ErrControl, ""},
	{"FreeText", "a\rb", 1, ErrControl, ""},
	{"FreeText", "a\r\nb", 1, ErrControl, ""},
	{"Privacy", "none", 0, 0, "none"},
	{"Privacy", "header; session\r\n ;ID ", 0, 0, "header|session|ID"},
	{"Privacy", "", 0, ErrEmpty, ""},
	{"Privacy", "id;", 3, ErrToken, ""},
	{"Privacy", "id;;user", 3, ErrToken, ""},
	{"Privacy", "id,user", 2, ErrTrailing, ""},
	{"Event", "presence.winfo.x;id=a;p", 0, 0, "presence.winfo.x package=presence templates=winfo.x id=a"},
	{"Event", "refer", 0, 0, "refer package=refer templates= id="},
	{"Event", ".winfo", 0, ErrValue, ""},
	{"Event", "presence.", 8, ErrValue, ""},
	{"Event", "a..b", 1, ErrValue, ""},
	{"Event", "dialog;a@b=40", 8, ErrParam, ""},
	{"SubscriptionState", "Active;expires=55", 0, 0, "1 reason= expires=55,true retry=0,false"},
	{"SubscriptionState", "pending", 0, 0, "2 reason= expires=0,false retry=0,false"},
	{"SubscriptionState", "terminated;reason=noresource;retry-after=99999999999", 0, 0, "3 reason=noresource expires=0,false retry=4294967295,true"},
	{"SubscriptionState", "terminated;retry-after=-1;expires=1x", 0, 0, "3 reason= expires=0,false retry=0,false"},
	{"SubscriptionState", "waiting", 0, 0, "0 reason= expires=0,false retry=0,false"},
	{"SubscriptionState", "terminated@x", 10, ErrTrailing, ""},
	{"InfoPackage", "foo;bar", 0, 0, "foo"},
	{"Reason", `Q.850;cause=16;text="Terminated, ok"`, 0, 0, `Q.850 16,true "Terminated, ok"`},
	{"Reason", "SIP", 0, 0, "SIP 0,false "},
	{"Reason", "SIP;cause=2147483648", 0, 0, "SIP 2147483647,false "},
	{"Reason", "SIP;cause=16x", 0, 0, "SIP 16,false "},
	{"ContentType", "application/sdp", 0, 0, "application/sdp [] boundary= charset="},
	{"ContentType", "Text / plain\r\n ; charset = utf-8", 0, 0, "Text/plain [charset=utf-8] boundary= charset=utf-8"},
	{"ContentType", `multipart/mixed;boundary="a b c"`, 0, 0, `multipart/mixed [boundary="a b c"] boundary="a b c" charset=`},
	{"ContentType", "", 0, ErrEmpty, ""},
	{"ContentType", "text", 4, ErrValue, ""},
	{"ContentType", "text/", 5, ErrToken, ""},
	{"ContentType", "/plain", 0, ErrToken, ""},
	{"ContentType", "text plain", 5, ErrValue, ""},
	{"ContentType", "text/plain;a", 12, ErrParam, ""},
	{"ContentType", "text/plain;a=b;c ;d=e", 16, ErrParam, ""},
	{"ContentType", "text/plain, text/html", 10, ErrTrailing, ""},
	{"MediaRange", "*/*", 0, 0, "*/* [] q=1000,false"},
	{"MediaRange", "text/*;level=1;q=0.25", 0, 0, "text/* [level=1 q=0.25] q=250,true"},
	{"MediaRange", "text/html;a;q=1.1", 0, 0, "text/html [a q=1.1] q=1000,false"},
	{"MediaRange", "*", 1, ErrValue, ""},
	{"Encoding", "gzip;q=1.0", 0, 0, "gzip 1000,true"},
	{"Encoding", "*;q=0", 0, 0, "* 0,true"},
	{"Language", "en-gb;q=0.8", 0, 0, "en-gb 800,true"},
	{"Language", "*", 0, 0, "* 1000,false"},
	{"Language", "es-419", 0, 0, "es-419 1000,false"},
	{"Language", "zh-Hant-abcdefgh", 0, 0, "zh-Hant-abcdefgh 1000,false"},
	{"Language", "en_US", 2, ErrValue, ""},
	{"Language", " abcdefghi", 9, ErrValue, ""},
	{"Language", "en-", 3, ErrValue, ""},
	{"Language", "-en", 0, ErrValue, ""},
	{"Language", "e1", 1, ErrValue, ""},
	{"Language", "*-en", 0, ErrValue, ""},
	{"Disposition", "session", 0, 0, "session optional=false"},
	{"Disposition", "icon;handling=Optional", 0, 0, "icon optional=true"},
	{"MIMEVersion", "1.0", 0, 0, "1.0"},
	{"MIMEVersion", "1", 1, ErrValue, ""},
	{"MIMEVersion", "1.", 2, ErrNumber, ""},
	{"MIMEVersion", ".1", 0, ErrNumber, ""},
	{"MIMEVersion", "1 .0", 1, ErrValue, ""},
	{"MIMEVersion", "1.0.0", 3, ErrTrailing, ""},
	{"MIMEVersion", "4294967296.0", 0, ErrRange, ""},
	{"MIMEVersion", "0.4294967296", 2, ErrRange, ""},
	{"MIMEVersion", "", 0, ErrEmpty, ""},
	{"ContentID", "<target123@atlanta.example.com>", 0, 0, "target123@atlanta.example.com"},
	{"ContentID", "<a.b{c}@[2001:db8::1]> ", 0, 0, "a.b{c}@[2001:db8::1]"},
	{"ContentID", "", 0, ErrEmpty, ""},
	{"ContentID", "a@b", 0, ErrAngle, ""},
	{"ContentID", "<a@b", 4, ErrAngle, ""},
	{"ContentID", "<a>", 2, ErrValue, ""},
	{"ContentID", "<a", 2, ErrValue, ""},
	{"ContentID", "<@b>", 1, ErrValue, ""},
	{"ContentID", "<a..b@c>", 3, ErrValue, ""},
	{"ContentID", "<a@>", 3, ErrValue, ""},
	{"ContentID", "<a@b>x", 5, ErrTrailing, ""},
	{"ContentID", "<a@[b>", 6, ErrValue, ""},
	{"ContentID", "<a@[b[c]>", 5, ErrValue, ""},
	{"Reference", "<http://www.example.com/a.wav>", 0, 0, "http://www.example.com/a.wav []"},
	{"Reference", "<cid:a@b> ;purpose=icon", 0, 0, "cid:a@b [purpose=icon]"},
	{"Reference", "<sip:a@b;c?d=e>;f", 0, 0, "sip:a@b;c?d=e [f]"},
	{"Reference", "", 0, ErrEmpty, ""},
	{"Reference", "http://x.example/", 0, ErrNeedAngle, ""},
	{"Reference", "<http://x", 0, ErrAngle, ""},
	{"Reference", "<>", 1, ErrEmpty, ""},
	{"Reference", "<a@b>", 2, ErrScheme, ""},
	{"Reference", " <http://a b>", 10, ErrURI, ""},
	{"Reference", "<a:b>c", 5, ErrTrailing, ""},
	{"Reference", "<a:b>;;", 6, ErrParam, ""},
	{"Bare", "urn:urn-7:3gpp-service.exampletelephony.version1", 0, 0, "urn:urn-7:3gpp-service.exampletelephony.version1 []"},
	{"Bare", "sip:a@b?c=d;target-uri=\"sip:x\"", 0, 0, `sip:a@b?c=d [target-uri="sip:x"]`},
	{"Bare", "<sip:a@b;c> ; d", 0, 0, "sip:a@b;c [d]"},
	{"Bare", "a b", 1, ErrScheme, ""},
	{"Bare", "sip:a@b c", 8, ErrTrailing, ""},
	{"Bare", "sip:a@b>", 7, ErrTrailing, ""},
	{"Warning", `301 isi.edu "a \" b"`, 0, 0, `301 isi.edu "a \" b"`},
	{"Warning", "392 192.168.89.71:5060\r\n \"x\"", 0, 0, `392 192.168.89.71:5060 "x"`},
	{"Warning", `399 [2001:db8::1]:5060 ""`, 0, 0, `399 [2001:db8::1]:5060 ""`},
	{"Warning", `399 [2001:db8::1] ""`, 0, 0, `399 [2001:db8::1] ""`},
	{"Warning", `399 a_b "x"`, 0, 0, `399 a_b "x"`},
	{"Warning", "", 0, ErrEmpty, ""},
	{"Warning", "x", 0, ErrNumber, ""},
	{"Warning", `39 a "x"`, 2, ErrNumber, ""},
	{"Warning", `3999 a "x"`, 0, ErrRange, ""},
	{"Warning", `399a "x"`, 3, ErrValue, ""},
	{"Warning", `399 "x"`, 4, ErrHost, ""},
	{"Warning", `399 a`, 5, ErrValue, ""},
	{"Warning", `399 a x`, 6, ErrQuote, ""},
	{"Warning", `399 a "x`, 6, ErrQuote, ""},
	{"Warning", `399 a "x" y`, 10, ErrTrailing, ""},
	{"Warning", `399 a: "x"`, 6, ErrPort, ""},
	{"Warning", `399 a:1x "x"`, 7, ErrValue, ""},
	{"UserAgent", "Softphone/Beta1.5", 0, 0, "Softphone/Beta1.5"},
	{"UserAgent", "A / 1 B (c (d)\r\n e) ", 0, 0, "A/1|B|(c (d)\r\n e)"},
	{"UserAgent", "Phone/2.0(b)x", 0, 0, "Phone/2.0|(b)|x"},
	{"UserAgent", "", 0, ErrEmpty, ""},
	{"UserAgent", "A/", 2, ErrToken, ""},
	{"UserAgent", "A, B", 1, ErrToken, ""},
	{"UserAgent", "A (b", 2, ErrComment, ""},
	{"UserAgent", "/1", 0, ErrToken, ""},
	{"ResourcePriority", "wps.0", 0, 0, "wps 0"},
	{"ResourcePriority", " dsn.flash-override ", 0, 0, "dsn flash-override"},
	{"ResourcePriority", "", 0, ErrEmpty, ""},
	{"ResourcePriority", "wps", 3, ErrValue, ""},
	{"ResourcePriority", "wps.", 4, ErrValue, ""},
	{"ResourcePriority", ".0", 0, ErrValue, ""},
	{"ResourcePriority", "wps.0.1", 5, ErrValue, ""},
	{"ResourcePriority", "wps.0 x", 6, ErrTrailing, ""},
	{"ResourcePriority", "@", 0, ErrToken, ""},
	{"ChargingVector", `icid-value="a;b";icid-generated-at=[5555::1]; ORIG-IOI=home1.net;term-ioi=v`, 0, 0, `"a;b" [5555::1] home1.net v - -`},
	{"ChargingVector", "icid-value=a;transit-ioi=\"t\";related-icid=r", 0, 0, `a - - - "t" r`},
	{"ChargingVector", "", 0, ErrEmpty, ""},
	{"ChargingVector", ";icid-value=a", 0, ErrParam, ""},
	{"ChargingAddresses", `ccf=192.1.1.1; ccf="x"; ecf=[5555::1];ECF=e`, 0, 0, `192.1.1.1|"x" / [5555::1]|e`},
	{"AccessNetwork", "3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=234151D0FCE11;network-provided", 0, 0, "3GPP-E-UTRAN-FDD 234151D0FCE11 true"},
	{"AccessNetwork", "IEEE-802.11", 0, 0, "IEEE-802.11  false"},
	{"AccessNetwork", "3GPP-GERAN;cgi-3gpp=\"1\"", 0, 0, `3GPP-GERAN "1" false`},
	{"SecurityMechanism", `digest; q=0.1;d-alg=MD5;d-ver="0123"`, 0, 0, `digest 100,true MD5 "0123"`},
	{"SecurityMechanism", "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1", 0, 0, "ipsec-3gpp 1000,false hmac-sha-1-96 "},
	{"SessionID", "ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2", 0, 0,
		"ab30317f1a784dc48ff824d0d3715d86,true 47755a9de7794ba387653f2099600ef2,true nil=false"},
	{"SessionID", "00000000000000000000000000000000", 0, 0, "00000000000000000000000000000000,true ,false nil=true"},
	{"SessionID", "AB30317f1a784dc48ff824d0d3715d86;remote=x", 0, 0, ",false ,false nil=false"},
	{"Identity", "..rq3p-jT_h;info=<https://biloxi.example.org/biloxi.cert>", 0, 0,
		"..rq3p-jT_h compact=true https://biloxi.example.org/biloxi.cert alg= ppt="},
	{"Identity", "a.b.c ; INFO = <https://x.example/;>\r\n ;alg=ES256;ppt=\"shaken\";x", 0, 0,
		`a.b.c compact=false https://x.example/; alg=ES256 ppt="shaken"`},
	{"Identity", "a;info=<x:y>;info=<z:z>;alg=1;alg=2;ppt=3;ppt=4", 0, 0, "a compact=false x:y alg=1 ppt=3"},
	{"Identity", `"r5mwre/+="`, 0, 0, "r5mwre/+= compact=false  alg= ppt="},
	{"Identity", "", 0, ErrEmpty, ""},
	{"Identity", ";info=<a:b>", 0, ErrValue, ""},
	{"Identity", `"abc`, 0, ErrQuote, ""},
	{"Identity", `"ab c"`, 3, ErrValue, ""},
	{"Identity", "a b", 2, ErrTrailing, ""},
	{"Identity", "a;info=x", 6, ErrNeedAngle, ""},
	{"Identity", "a;info", 6, ErrNeedAngle, ""},
	{"Identity", "a;info=<x>", 9, ErrScheme, ""},
	{"Identity", "a;info=<x:y", 7, ErrAngle, ""},
	{"Identity", "a;;", 2, ErrParam, ""},
	{"AuthChallenge", `Digest realm="a \"q\" b", nonce=x`, 0, 0, `Digest realm=a \"q\" b nonce=x alg=MD5 qop=0 stale=false []`},
	{"AuthChallenge", "digest\r\n REALM=\"r\"\r\n ,qop=\"auth, AUTH-INT,x\",algorithm=sha-512-256,stale=TRUE,domain=\"sip:a  sip:b\"", 0, 0,
		"digest realm=r nonce= alg=SHA-512-256 qop=7 stale=true [sip:a|sip:b]"},
	{"AuthChallenge", `Digest realm="first",realm="second"`, 0, 0, "Digest realm=first nonce= alg=MD5 qop=0 stale=false []"},
	{"AuthChallenge", `Digest qop=auth,algorithm="MD5-sess"`, 0, 0, "Digest realm= nonce= alg=MD5-sess qop=1 stale=false []"},
	{"AuthChallenge", "", 0, ErrEmpty, ""},
	{"AuthChallenge", "Digest", 6, ErrParam, ""},
	{"AuthChallenge", "Digest ", 7, ErrParam, ""},
	{"AuthChallenge", "Digest abc", 10, ErrParam, ""},
	{"AuthChallenge", "Digest =x", 7, ErrValue, ""},
	{"AuthChallenge", `realm="a",nonce="b"`, 5, ErrValue, ""},
	{"AuthChallenge", `realm = "a"`, 6, ErrValue, ""},
	{"AuthChallenge", `Digest realm="a`, 13, ErrQuote, ""},
	{"AuthChallenge", `Digest realm=`, 13, ErrToken, ""},
	{"AuthChallenge", `Digest realm="a" nonce="b"`, 17, ErrTrailing, ""},
	{"AuthChallenge", `Digest realm="a",`, 17, ErrParam, ""},
	{"AuthChallenge", `Digest realm="a",,nonce=b`, 17, ErrParam, ""},
	{"AuthChallenge", `Digest realm="a", Digest realm="b"`, 16, ErrTrailing, ""},
	{"AuthChallenge", "@ a=b", 0, ErrToken, ""},
	{"AuthCredentials", `Digest username="a",uri="sip:b",response="0f",cnonce="c",nc=0000000A,qop=auth-int,opaque=""`, 0, 0,
		"Digest a sip:b 0f c 10,true qop=2 token68="},
	{"AuthCredentials", "Bearer abc.DEF-_~+/==", 0, 0, "Bearer     0,false qop=0 token68=abc.DEF-_~+/=="},
	{"AuthCredentials", "NoOneKnowsThisScheme opaque-data=here", 0, 0, "NoOneKnowsThisScheme     0,false qop=0 token68="},
	{"AuthCredentials", "Basic YTpi=", 0, 0, "Basic     0,false qop=0 token68=YTpi="},
	{"AuthCredentials", "Digest nc=1,qop=x", 0, 0, "Digest     0,false qop=4 token68="},
	{"AuthCredentials", "Digest YTpi=", 12, ErrToken, ""},
	{"AuthCredentials", "Bearer abc def", 11, ErrParam, ""},
	{"AuthCredentials", "Bearer a=b c=d", 11, ErrTrailing, ""},
	{"AuthenticationInfo", `nextnonce="n", qop=auth , rspauth="0f", cnonce="c", nc=00000001`, 0, 0, "n 0f c 1,true qop=1"},
	{"AuthenticationInfo", "", 0, ErrEmpty, ""},
	{"AuthenticationInfo", `NTLM opaque="O"`, 5, ErrParam, ""},
	{"AuthenticationInfo", `a=b, NTLM c=d`, 10, ErrParam, ""},
	{"AuthenticationInfo", `,a=b`, 0, ErrParam, ""},
}

// show tells what the accessors of a view say.
func show(v view) string {
	pairs := func(p ParamList) string {
		list := []string{}
		for name, value := range p.All() {
			if s := string(name); value != nil {
				list = append(list, s+"="+string(value))
			} else {
				list = append(list, s)
			}
		}
		return "[" + strings.Join(list, " ") + "]"
	}
	join := func(seq func(func([]byte) bool)) string {
		list := []string{}
		for b := range seq {
			list = append(list, string(b))
		}
		return strings.Join(list, "|")
	}
	or := func(b []byte) string {
		if b == nil {
			return "-"
		}
		return string(b)
	}
	num := func(n any, ok bool) string { return fmt.Sprint(n, ",", ok) }
	switch v := v.(type) {
	case *Item:
		return fmt.Sprintf("%s %s", v.Value(), pairs(v.Params()))
	case *quotedItem:
		return fmt.Sprintf("%s %s", v.Value(), pairs(v.Params()))
	case *Token:
		return string(v.Bytes())
	case *FreeText:
		return string(v.AppendTo(nil))
	case *Privacy:
		return join(v.All())
	case *Event:
		return fmt.Sprintf("%s package=%s templates=%s id=%s", v.Type(), v.Package(), v.Templates(), v.ID())
	case *SubscriptionState:
		e, eok := v.Expires()
		r, rok := v.RetryAfter()
		return fmt.Sprintf("%d reason=%s expires=%s retry=%s", v.State(), v.Reason(), num(e, eok), num(r, rok))
	case *InfoPackage:
		return string(v.Name())
	case *Reason:
		c, ok := v.Cause()
		return fmt.Sprintf("%s %s %s", v.Protocol(), num(c, ok), v.Text())
	case *ContentType:
		return fmt.Sprintf("%s/%s %s boundary=%s charset=%s", v.Type(), v.Subtype(), pairs(v.Params()), v.Boundary(), v.Charset())
	case *MediaRange:
		q, ok := v.Q()
		return fmt.Sprintf("%s/%s %s q=%s", v.Type(), v.Subtype(), pairs(v.Params()), num(q, ok))
	case *Encoding:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s", v.Value(), num(q, ok))
	case *Language:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s", v.Value(), num(q, ok))
	case *Disposition:
		return fmt.Sprintf("%s optional=%v", v.Type(), v.IsOptional())
	case *MIMEVersion:
		return string(v.AppendTo(nil))
	case *ContentID:
		return string(v.ID())
	case *Reference:
		return fmt.Sprintf("%s %s", v.URIBytes(), pairs(v.Params()))
	case *bareReference:
		return fmt.Sprintf("%s %s", v.URIBytes(), pairs(v.Params()))
	case *Warning:
		return fmt.Sprintf("%d %s %s", v.Code(), v.Agent(), v.Text())
	case *UserAgent:
		list := []string{}
		for p := range v.All() {
			s := string(p.Name) + string(p.Comment)
			if p.Version != nil {
				s += "/" + string(p.Version)
			}
			list = append(list, s)
		}
		return strings.Join(list, "|")
	case *ResourcePriority:
		return fmt.Sprintf("%s %s", v.Namespace(), v.Priority())
	case *ChargingVector:
		return strings.Join([]string{or(v.ICID()), or(v.GeneratedAt()), or(v.OrigIOI()), or(v.TermIOI()), or(v.TransitIOI()), or(v.RelatedICID())}, " ")
	case *ChargingAddresses:
		return join(v.CCF()) + " / " + join(v.ECF())
	case *AccessNetwork:
		return fmt.Sprintf("%s %s %v", v.Type(), v.CellID(), v.IsNetworkProvided())
	case *SecurityMechanism:
		q, ok := v.Q()
		return fmt.Sprintf("%s %s %s %s", v.Mechanism(), num(q, ok), v.Algorithm(), v.Verify())
	case *SessionID:
		l, lok := v.Local()
		r, rok := v.Remote()
		return fmt.Sprintf("%s %s nil=%v", num(string(l), lok), num(string(r), rok), v.IsNil())
	case *Identity:
		return fmt.Sprintf("%s compact=%v %s alg=%s ppt=%s", v.Signature(), v.IsCompact(), v.Info(), v.Algorithm(), v.Type())
	case *AuthChallenge:
		return fmt.Sprintf("%s realm=%s nonce=%s alg=%v qop=%d stale=%v [%s]", v.Scheme(), v.Realm(), v.Nonce(), v.Algorithm(), v.QOP(), v.Stale(), join(v.Domains()))
	case *AuthCredentials:
		nc, ok := v.NonceCount()
		return fmt.Sprintf("%s %s %s %s %s %s qop=%d token68=%s", v.Scheme(), v.Username(), v.URI(), v.Response(), v.CNonce(), num(nc, ok), v.QOP(), v.Token68())
	case *AuthenticationInfo:
		nc, ok := v.NonceCount()
		return fmt.Sprintf("%s %s %s %s qop=%d", v.NextNonce(), v.Rspauth(), v.CNonce(), num(nc, ok), v.QOP())
	}
	return fmt.Sprintf("no accessors known for %T", v)
}

func TestViews(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range viewCases {
		seen[c.view] = true
		v := readers[c.view]()
		in := []byte(c.value)
		n, err := v.Parse(in)
		if string(in) != c.value {
			t.Fatalf("%s: %q was written to", c.view, c.value)
		}
		if c.code != 0 {
			if err != error(c.code) || n != c.offset {
				t.Errorf("%s: %q: %v at %d, want %v at %d", c.view, c.value, err, n, c.code, c.offset)
			}
			if zero := readers[c.view](); !reflect.DeepEqual(v, zero) {
				t.Errorf("%s: %q: an error left %+v", c.view, c.value, v)
			}
			continue
		}
		if err != nil || n != len(in) {
			t.Errorf("%s: %q: %v at %d", c.view, c.value, err, n)
			continue
		}
		if got := show(v); got != c.show {
			t.Errorf("%s: %q:\n have %s\n want %s", c.view, c.value, got, c.show)
		}
	}
	for name := range readers {
		if !seen[name] {
			t.Errorf("%s has no case", name)
		}
	}
}

// TestZeroViews calls every accessor of every zero view, and of views that
// hold what an error left.
func TestZeroViews(t *testing.T) {
	for name, make := range readers {
		v := make()
		before := show(v)
		v.Parse([]byte("\x00"))
		if after := show(v); after != before && name != "MIMEVersion" {
			t.Errorf("%s: %q after an error, %q before", name, after, before)
		}
		if b, ok := v.(interface{ Bytes() []byte }); ok && len(b.Bytes()) != 0 {
			t.Errorf("%s: the zero value has bytes", name)
		}
		if a, ok := v.(interface{ AppendTo([]byte) []byte }); ok && name != "MIMEVersion" && len(a.AppendTo(nil)) != 0 {
			t.Errorf("%s: the zero value appends bytes", name)
		}
	}
}

// checkView holds a view against what is true of all of them.
func checkView(t *testing.T, name string, in []byte) {
	keep := bytes.Clone(in)
	v := readers[name]()
	n, err := v.Parse(in)
	if !bytes.Equal(in, keep) {
		t.Fatalf("%s: %q was written to", name, keep)
	}
	if err != nil {
		if code, ok := err.(Code); !ok || code == 0 {
			t.Fatalf("%s: %q: error %#v", name, in, err)
		}
		if n < 0 || n > len(in) {
			t.Fatalf("%s: %q: offset %d", name, in, n)
		}
		if !reflect.DeepEqual(v, readers[name]()) {
			t.Fatalf("%s: %q: an error left %+v", name, in, v)
		}
		return
	}
	if n != len(in) {
		t.Fatalf("%s: %q: read %d of %d", name, in, n, len(in))
	}
	said := show(v)
	if b, ok := v.(interface{ Bytes() []byte }); ok {
		// What the view takes for the whole value says the same again.
		again := readers[name]()
		if n, err := again.Parse(b.Bytes()); err != nil || n != len(b.Bytes()) {
			t.Fatalf("%s: %q: then %q: %v at %d", name, in, b.Bytes(), err, n)
		}
		if got := show(again); got != said {
			t.Fatalf("%s: %q: %q, then %q", name, in, said, got)
		}
		if len(b.Bytes()) != cap(b.Bytes()) {
			t.Fatalf("%s: %q: an append could reach the message", name, in)
		}
	}
	// Every fold may become one space (RFC 3261, 7.3.1).
	flat := readers[name]()
	if n, err := flat.Parse(abnf.AppendUnfolded(nil, in)); err != nil {
		t.Fatalf("%s: %q: unfolded: %v at %d", name, in, err, n)
	}
}

func FuzzViews(f *testing.F) {
	for _, c := range viewCases {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name := range readers {
			checkView(t, name, []byte(s))
		}
	})
}
