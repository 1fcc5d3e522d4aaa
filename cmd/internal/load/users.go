package load

import "slices"

// users are the users of one worker in a closed loop. Their numbers begin at
// first and are step apart.
type users struct {
	first, step int
	wanted      int          // of the whole run, by now
	known       map[int]bool // those that have a call or wait for one
}

// adjustUsers takes users in or lets them go, when another number of them is
// wanted than before. A user that has a call goes when that ends.
func (w *worker) adjustUsers() {
	want := int(w.run.wanted.Load())
	if w.users.step == 0 || want == w.users.wanted {
		return
	}
	w.users.wanted = want
	w.idle = slices.DeleteFunc(w.idle, w.dismiss)
	for u := w.users.first; u <= want; u += w.users.step {
		if !w.users.known[u] {
			w.users.known[u] = true
			w.idle = append(w.idle, u)
		}
	}
}

// dismiss lets a user go who is one too many. It reports whether it is.
func (w *worker) dismiss(user int) bool {
	if user <= w.users.wanted {
		return false
	}
	delete(w.users.known, user)
	return true
}

// userEnded has the next call of a user begin, whose call has ended.
func (w *worker) userEnded(user int) {
	if !w.dismiss(user) {
		w.idle = append(w.idle, user)
	}
}
