// Package redirect is a redirect server (RFC 3261, 8.3): it tells a caller where
// a user is and takes no further part. It is an example: what to copy is its
// shape.
package redirect

import (
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack"
)

// A Server answers with a 302 and the places where lookup knows a user, the
// best one first.
type Server struct {
	lookup func(user string) []string
}

// New makes a Server.
func New(lookup func(user string) []string) *Server { return &Server{lookup} }

// ServeSIP answers a request.
func (s *Server) ServeSIP(r *stack.Request) {
	if r.Method() == header.MethodOPTIONS {
		_ = r.Respond(&compose.Reply{Status: 200})
		return
	}
	u, err := r.RequestURI()
	if err != nil {
		_ = r.Respond(&compose.Reply{Status: 416})
		return
	}
	places := s.lookup(string(u.User()))
	if len(places) == 0 {
		_ = r.Respond(&compose.Reply{Status: 480})
		return
	}
	reply := &compose.Reply{Status: 302}
	for _, p := range places {
		reply.Fields = append(reply.Fields, compose.HeaderField{ID: header.IDContact, Value: []byte("<" + p + ">")})
	}
	_ = r.Respond(reply)
}
