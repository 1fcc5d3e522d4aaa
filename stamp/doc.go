// Package stamp writes many messages from one template, as a load generator
// does. [Compile] takes a text with variables apart once; a [Stamp] holds the
// values of the variables and writes a message in about the time of a copy.
//
//	func first(text, dst []byte) ([]byte, error) {
//		t, err := stamp.Compile(text)
//		if err != nil {
//			return dst, err // t.Fault() says where
//		}
//		user, _ := t.Var("user")
//		var s stamp.Stamp
//		s.Begin(t)
//		if err := s.Set(user, []byte("bob")); err != nil {
//			return dst, err
//		}
//		return s.AppendTo(dst)
//	}
//
// What a variable may hold follows from where it is: no value can end its
// header field and begin another one. See [Template].
//
// Every error is a [sipwire.Code]; [Template.Fault] and [Stamp.Fault] say where
// in the text of the template it happened. A Template may be shared by any
// number of goroutines; each needs a Stamp of its own.
package stamp
