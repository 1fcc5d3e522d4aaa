// Package digest computes and checks the responses of Digest authentication (RFC
// 3261, 22; RFC 7616; RFC 8760), AKAv1-MD5 included (RFC 3310). Package header/auth
// has the views of the headers.
//
// A client keeps the best challenge by [Beats] and answers it with
// [Digester.AppendCredentials]; the server's answer to that is checked with
// [Digester.VerifyInfo].
//
// A server has one [Server]: [Server.AppendChallenge] makes a challenge, and
// [Server.Check] checks credentials, their nonce and its count. [Digester.AppendInfo]
// makes the Authentication-Info. Who keeps nonces otherwise uses [Challenge] and
// [Digester.Verify].
//
// Secrets are compared in constant time. After the first use of an algorithm
// nothing allocates, errors included.
package digest
