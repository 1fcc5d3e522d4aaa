package header

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/grammar"
)

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		id     ID
		m      Method
		status int
		want   Presence
	}{
		// RFC 3261, tables 2 and 3.
		{IDAccept, MethodOPTIONS, 0, Recommended},
		{IDAccept, MethodINVITE, 200, Optional},
		{IDAccept, MethodINVITE, 415, Conditional},
		{IDAccept, MethodINVITE, 180, Forbidden},
		{IDAccept, MethodACK, 0, Forbidden},
		{IDAlertInfo, MethodINVITE, 180, Optional},
		{IDAlertInfo, MethodINVITE, 183, Forbidden},
		{IDAllow, MethodINVITE, 405, Mandatory},
		{IDAllow, MethodINVITE, 200, Recommended},
		{IDAllow, MethodINVITE, 486, Optional},
		{IDAuthorization, MethodINVITE, 0, Optional},
		{IDAuthorization, MethodINVITE, 401, Forbidden},
		{IDCallID, MethodINVITE, 0, Mandatory},
		{IDCallID, MethodINVITE, 100, Mandatory},
		{IDCallID, MethodINVITE, 699, Mandatory},
		{IDContact, MethodINVITE, 0, Mandatory},
		{IDContact, MethodINVITE, 183, Optional},
		{IDContact, MethodINVITE, 200, Mandatory},
		{IDContact, MethodINVITE, 302, Optional},
		{IDContact, MethodINVITE, 404, Forbidden},
		{IDContact, MethodINVITE, 485, Optional},
		{IDContact, MethodBYE, 0, Forbidden},
		{IDContentLength, MethodBYE, 0, Recommended},
		{IDContentType, MethodINVITE, 0, WithBody},
		{IDContentType, MethodCANCEL, 0, Forbidden},
		{IDErrorInfo, MethodINVITE, 300, Optional},
		{IDErrorInfo, MethodINVITE, 299, Forbidden},
		{IDMaxForwards, MethodACK, 0, Mandatory},
		{IDMaxForwards, MethodINVITE, 200, Forbidden},
		{IDMinExpires, MethodREGISTER, 423, Mandatory},
		{IDProxyAuthenticate, MethodINVITE, 407, Mandatory},
		{IDProxyAuthenticate, MethodINVITE, 401, Optional},
		{IDProxyAuthenticate, MethodINVITE, 403, Forbidden},
		{IDRecordRoute, MethodINVITE, 183, Optional},
		{IDRecordRoute, MethodINVITE, 199, Forbidden},
		{IDRecordRoute, MethodREGISTER, 0, Forbidden},
		{IDRetryAfter, MethodINVITE, 486, Optional},
		{IDRetryAfter, MethodINVITE, 503, Optional},
		{IDRetryAfter, MethodINVITE, 403, Forbidden},
		{IDRetryAfter, MethodINVITE, 0, Forbidden},
		{IDServer, MethodINVITE, 0, Forbidden},
		{IDServer, MethodINVITE, 200, Optional},
		{IDUnsupported, MethodINVITE, 420, Mandatory},
		{IDVia, MethodOPTIONS, 200, Mandatory},
		{IDWWWAuthenticate, MethodREGISTER, 401, Mandatory},
		// RFC 3262.
		{IDRAck, MethodPRACK, 0, Mandatory},
		{IDRAck, MethodINVITE, 0, Forbidden},
		{IDRAck, MethodPRACK, 200, Forbidden},
		{IDRSeq, MethodINVITE, 183, Optional},
		{IDRSeq, MethodINVITE, 200, Forbidden},
		{IDWWWAuthenticate, MethodPRACK, 407, Optional},
		// RFC 3311, 3428, 3515, 3903, 6086.
		{IDContact, MethodUPDATE, 0, Mandatory},
		{IDContact, MethodMESSAGE, 0, Forbidden},
		{IDContact, MethodMESSAGE, 302, Optional},
		{IDAccept, MethodMESSAGE, 415, Recommended},
		{IDMIMEVersion, MethodMESSAGE, 0, Unspecified},
		{IDReferTo, MethodREFER, 0, Mandatory},
		{IDReferTo, MethodINVITE, 0, Forbidden},
		{IDReferTo, MethodSUBSCRIBE, 0, Forbidden},
		{IDContact, MethodREFER, 604, Optional},
		{IDEvent, MethodPUBLISH, 0, Mandatory},
		{IDSIPETag, MethodPUBLISH, 200, Mandatory},
		{IDSIPETag, MethodINVITE, 200, Forbidden},
		{IDExpires, MethodPUBLISH, 200, Mandatory},
		{IDExpires, MethodPUBLISH, 0, Optional},
		{IDContact, MethodINFO, 0, Forbidden},
		{IDInfoPackage, MethodINFO, 0, Conditional},
		{IDInfoPackage, MethodINVITE, 0, Forbidden},
		{IDRecvInfo, MethodINVITE, 200, Conditional},
		{IDRecvInfo, MethodINVITE, 486, Optional},
		{IDRecvInfo, MethodINFO, 469, Conditional},
		// RFC 6665, 5839.
		{IDEvent, MethodSUBSCRIBE, 0, Mandatory},
		{IDEvent, MethodINVITE, 0, Unspecified},
		{IDSubscriptionState, MethodNOTIFY, 0, Mandatory},
		{IDExpires, MethodSUBSCRIBE, 202, Mandatory},
		{IDExpires, MethodSUBSCRIBE, 423, Optional},
		{IDAllowEvents, MethodINVITE, 200, Optional},
		{IDSIPETag, MethodNOTIFY, 0, Optional},
		// No table.
		{IDSubject, MethodSUBSCRIBE, 0, Unspecified},
		{IDFrom, MethodOther, 0, Mandatory},
		{IDFrom, MethodSERVICE, 200, Mandatory},
		{IDMaxForwards, MethodOther, 200, Unspecified},
		{IDSubject, MethodOther, 0, Unspecified},
		{IDSessionExpires, MethodINVITE, 0, Unspecified},
		{IDOther, MethodINVITE, 0, Unspecified},
		{ID(255), MethodINVITE, 0, Unspecified},
		{IDVia, Method(255), 0, Mandatory},
	} {
		if got := c.id.Place(c.m, c.status); got != c.want {
			t.Errorf("%v in %v %d: %d, want %d", c.id, c.m, c.status, got, c.want)
		}
	}
}

func TestRequired(t *testing.T) {
	base := []ID{IDCallID, IDCSeq, IDFrom, IDTo, IDVia}
	with := func(more ...ID) []ID {
		ids := append(slices.Clone(base), more...)
		slices.Sort(ids)
		return ids
	}
	for _, c := range []struct {
		m      Method
		status int
		want   []ID
	}{
		{MethodINVITE, 0, with(IDContact, IDMaxForwards)},
		{MethodINVITE, 180, base},
		{MethodINVITE, 200, with(IDContact)},
		{MethodINVITE, 407, with(IDProxyAuthenticate)},
		{MethodINVITE, 420, with(IDUnsupported)},
		{MethodACK, 0, with(IDMaxForwards)},
		{MethodBYE, 0, with(IDMaxForwards)},
		{MethodREGISTER, 401, with(IDWWWAuthenticate)},
		{MethodREGISTER, 423, with(IDMinExpires)},
		{MethodPRACK, 0, with(IDMaxForwards, IDRAck)},
		{MethodREFER, 0, with(IDContact, IDMaxForwards, IDReferTo)},
		{MethodPUBLISH, 200, with(IDExpires, IDSIPETag)},
		{MethodPUBLISH, 489, with(IDAllowEvents)},
		{MethodNOTIFY, 0, with(IDEvent, IDMaxForwards, IDSubscriptionState)},
		{MethodOther, 0, with(IDMaxForwards)},
		{MethodOther, 200, base},
	} {
		got := slices.Collect(c.m.Required(c.status))
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v %d: %v, want %v", c.m, c.status, got, c.want)
		}
	}
	for range MethodINVITE.Required(0) {
		break
	}
}

// TestWhereRows holds the generated rows against what makes them searchable.
func TestWhereRows(t *testing.T) {
	for i := range whereRows {
		r := &whereRows[i]
		if r.hi < r.lo || r.hi > 699 || r.lo == 0 && !r.request {
			t.Errorf("row %d: %v %d-%d", i, r.request, r.lo, r.hi)
		}
		if i == 0 {
			continue
		}
		p := &whereRows[i-1]
		if r.id < p.id || r.id == p.id && r.hi-r.lo < p.hi-p.lo {
			t.Errorf("row %d stands behind a wider one or another header", i)
		}
	}
	// The six headers of every request (RFC 3261, 8.1.1), of every method.
	for m := range Method(len(methods)) {
		for _, id := range []ID{IDCallID, IDCSeq, IDFrom, IDTo, IDVia} {
			if id.Place(m, 0) != Mandatory || m != MethodACK && id.Place(m, 200) != Mandatory {
				t.Errorf("%v in %v: %d", id, m, id.Place(m, 0))
			}
		}
		if p := IDMaxForwards.Place(m, 0); p != Mandatory && m != MethodINFO {
			t.Errorf("Max-Forwards in %v: %d", m, p)
		}
	}
}

// TestWhereTable computes every place anew from data/where.tsv, the slow way.
func TestWhereTable(t *testing.T) {
	data, err := os.ReadFile("data/where.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		rows = append(rows, strings.Split(line, "\t"))
	}
	head := rows[0]
	// width returns how many status codes a row takes in, 0 when status is
	// none of them; for a request, "R" is narrower than what takes in both.
	width := func(where string, status int) int {
		best := 0
		for _, w := range strings.Split(where, ",") {
			n := 0
			switch {
			case status == 0:
				if w == "R" {
					n = 1
				} else if w == "" || w == "c" {
					n = 600
				}
			case w == "" || w == "c" || w == "r":
				n = 600
			case strings.Contains(w, "-"):
				lo, _ := strconv.Atoi(w[:3])
				hi, _ := strconv.Atoi(w[4:])
				if status >= lo && status <= hi {
					n = hi - lo + 1
				}
			case w != "R" && strings.TrimRight(w, "x") == strconv.Itoa(status)[:len(strings.TrimRight(w, "x"))]:
				n = []int{1, 10, 100}[strings.Count(w, "x")]
			}
			if n > 0 && (best == 0 || n < best) {
				best = n
			}
		}
		return best
	}
	entries := map[string]Presence{"-": Forbidden, "o": Optional, "c": Conditional, "m*": Recommended,
		"t": Recommended, "*": WithBody, "m": Mandatory}
	statuses := []int{0, 100, 180, 183, 189, 199, 200, 299, 300, 302, 399, 400, 401, 404, 405, 407, 413, 415,
		417, 420, 421, 423, 469, 480, 485, 486, 489, 494, 500, 503, 599, 600, 603, 699}
	for column := 2; column < len(head)-1; column++ {
		m := LookupMethod([]byte(head[column])) // "any" is MethodOther
		for id := ID(1); id < grammar.NumIDs; id++ {
			for _, status := range statuses {
				want, narrow := Unspecified, 0
				for _, r := range rows[1:] {
					if r[0] != id.String() || r[column] == "" {
						continue
					}
					if want == Unspecified && m != MethodOther {
						want = Forbidden
					}
					if n := width(r[1], status); n > 0 && (narrow == 0 || n < narrow) {
						want, narrow = entries[r[column]], n
					}
				}
				if got := id.Place(m, status); got != want {
					t.Errorf("%v in %s %d: %d, want %d", id, head[column], status, got, want)
				}
			}
		}
	}
}
