// Package digest computes and checks the responses of Digest authentication (RFC
// 3261, 22; RFC 7616; RFC 8760). Package header/auth has the views of the headers.
//
// A client keeps the best challenge by [Beats] and answers it with
// [Digester.AppendCredentials]. A server checks the credentials it receives with
// [Digester.Verify], and a client the server's answer with [Digester.VerifyInfo].
// The server's nonces, and whether one is fresh, are left to the caller.
//
// Secrets are compared in constant time. After the first use of an algorithm
// nothing allocates, errors included.
package digest
