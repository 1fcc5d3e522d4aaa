// Package page shows a load run in the browser while it goes on, and lets one
// change its rate and its users, pause it and end it.
//
// The page is one file, with its script and style, and loads nothing but
// figures. It has no secret and anybody who reaches the address can read it;
// figures and changes need a token. The token is in the part of the address
// behind "#", which a browser keeps to itself, and the page sends it in a header
// that other sites cannot set. There is no cookie, and no other site is allowed
// to ask (no CORS). A request whose Host is a name is refused, so that no site
// can reach this one under a name of its own (DNS rebinding).
//
//	GET  /api/run?since=N  state, and the samples from number N on
//	POST /api/run          {"rate": 100}, {"users": 50}, {"pause": true} or {"stop": true}
package page
