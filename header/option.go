package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// Option is an option tag, as Supported, Require, Proxy-Require and
// Unsupported list them (RFC 3261, 19.2). The zero Option, [OptionOther],
// is every tag outside the IANA registry.
type Option uint8

// The registered option tags, by length and then by name.
const (
	OptionOther                  Option = iota
	OptionGIN                           // gin: RFC 6140
	OptionICE                           // ice: RFC 5768
	OptionUUI                           // uui: RFC 7433
	OptionGRUU                          // gruu: RFC 5627
	OptionJoin                          // join: RFC 3911
	OptionPath                          // path: RFC 3327
	OptionPref                          // pref: RFC 3840
	OptionNoSub                         // nosub: RFC 7614
	OptionTimer                         // timer: RFC 4028
	Option100rel                        // 100rel: RFC 3262
	OptionPolicy                        // policy: RFC 6794
	OptionSIPREC                        // siprec: RFC 7866
	OptionPrivacy                       // privacy: RFC 3323
	OptionTDialog                       // tdialog: RFC 4538
	OptionHistInfo                      // histinfo: RFC 7044
	OptionOutbound                      // outbound: RFC 5626
	OptionReplaces                      // replaces: RFC 3891
	OptionSDPANAT                       // sdp-anat: RFC 4092
	OptionEventList                     // eventlist: RFC 4662
	OptionSecAgree                      // sec-agree: RFC 3329
	OptionAnswerMode                    // answermode: RFC 5373
	OptionNoReferSub                    // norefersub: RFC 4488
	OptionTrickleICE                    // trickle-ice: RFC 8840
	OptionExplicitSub                   // explicitsub: RFC 7614
	OptionFromChange                    // from-change: RFC 4916
	OptionPrecondition                  // precondition: RFC 3312
	OptionRecordAware                   // record-aware: RFC 7866
	OptionEarlySession                  // early-session: RFC 3959
	OptionMultipleRefer                 // multiple-refer: RFC 5368
	OptionGeolocationSIP                // geolocation-sip: RFC 6442
	OptionGeolocationHTTP               // geolocation-http: RFC 6442
	OptionResourcePriority              // resource-priority: RFC 4412
	OptionRecipientListInvite           // recipient-list-invite: RFC 5366
	OptionRecipientListMessage          // recipient-list-message: RFC 5365
	OptionRecipientListSubscribe        // recipient-list-subscribe: RFC 5367
	numOptions
)

var options = [numOptions]string{
	OptionGIN: "gin", OptionICE: "ice", OptionUUI: "uui", OptionGRUU: "gruu",
	OptionJoin: "join", OptionPath: "path", OptionPref: "pref", OptionNoSub: "nosub",
	OptionTimer: "timer", Option100rel: "100rel", OptionPolicy: "policy",
	OptionSIPREC: "siprec", OptionPrivacy: "privacy", OptionTDialog: "tdialog",
	OptionHistInfo: "histinfo", OptionOutbound: "outbound", OptionReplaces: "replaces",
	OptionSDPANAT: "sdp-anat", OptionEventList: "eventlist", OptionSecAgree: "sec-agree",
	OptionAnswerMode: "answermode", OptionNoReferSub: "norefersub",
	OptionTrickleICE: "trickle-ice", OptionExplicitSub: "explicitsub",
	OptionFromChange: "from-change", OptionPrecondition: "precondition",
	OptionRecordAware: "record-aware", OptionEarlySession: "early-session",
	OptionMultipleRefer: "multiple-refer", OptionGeolocationSIP: "geolocation-sip",
	OptionGeolocationHTTP: "geolocation-http", OptionResourcePriority: "resource-priority",
	OptionRecipientListInvite:    "recipient-list-invite",
	OptionRecipientListMessage:   "recipient-list-message",
	OptionRecipientListSubscribe: "recipient-list-subscribe",
}

// optionsFrom gives the first option of each length, and one more entry. Those of
// length n are from optionsFrom[n] up to optionsFrom[n+1].
var optionsFrom = func() (t [26]Option) {
	for o := numOptions - 1; o > 0; o-- {
		t[len(options[o])] = o
	}
	t[len(t)-1] = numOptions
	for n := len(t) - 2; n >= 0; n-- {
		if t[n] == 0 {
			t[n] = t[n+1]
		}
	}
	return t
}()

// LookupOption returns the Option of a tag, which is compared without case
// (RFC 3261, 7.3.1).
func LookupOption(tag []byte) Option {
	n := len(tag)
	if n > len(optionsFrom)-2 {
		return OptionOther
	}
	for o := optionsFrom[n]; o < optionsFrom[n+1]; o++ {
		if abnf.EqualFold(tag, options[o]) {
			return o
		}
	}
	return OptionOther
}

// String returns the tag, "" for OptionOther.
func (o Option) String() string {
	if o >= numOptions {
		return ""
	}
	return options[o]
}

// OptionSet is a set of option tags. The zero OptionSet is empty. It holds no
// reference to what it was read from.
type OptionSet uint64

// Every tag of the table needs a bit.
var _ [64 - numOptions]struct{}

// Add adds the tags of a field of Supported, Require, Proxy-Require or
// Unsupported to the set; a message may carry several. Every tag outside the
// table is added as [OptionOther]; [ID.Values] returns their names, which a 420
// needs (RFC 3261, 8.2.2.3). An empty field adds nothing.
//
// Without an error n is len(field). With one, a sipwire.Code, n is the offset of
// the byte that is wrong, and the set is not changed, except that an empty element,
// ErrList, is passed over and all others are added.
func (s *OptionSet) Add(field []byte) (n int, err error) {
	set := *s
	n, code := tokens(field, func(t []byte) { set |= 1 << LookupOption(t) })
	if code == 0 || code == sipwire.ErrList {
		*s = set
	}
	return n, code.Err()
}

// Insert adds one tag of the table.
func (s *OptionSet) Insert(o Option) { *s |= 1 << (o & 63) }

// Has reports whether the tag is in the set. For OptionOther it reports
// whether any tag outside the table is.
func (s OptionSet) Has(o Option) bool { return s&(1<<(o&63)) != 0 }

// Without returns the tags of s that are not in t. When s is what a message
// requires and t is what an element supports, the result is unsupported.
func (s OptionSet) Without(t OptionSet) OptionSet { return s &^ t }

// All ranges over the tags of the table that are in the set.
func (s OptionSet) All() iter.Seq[Option] {
	return func(yield func(Option) bool) {
		for o := Option(1); o < numOptions; o++ {
			if s.Has(o) && !yield(o) {
				return
			}
		}
	}
}

// AppendText is AppendTo as an [encoding.TextAppender]. The error is nil.
func (s OptionSet) AppendText(dst []byte) ([]byte, error) { return s.AppendTo(dst), nil }

// String returns the set as the value of a Supported header. It allocates.
func (s OptionSet) String() string { return string(s.AppendTo(nil)) }

// AppendTo appends the tags of the table that are in the set as the value of
// a Supported or Require header.
func (s OptionSet) AppendTo(dst []byte) []byte {
	sep := ""
	for o := Option(1); o < numOptions; o++ {
		if s.Has(o) {
			dst = append(append(dst, sep...), options[o]...)
			sep = ", "
		}
	}
	return dst
}
