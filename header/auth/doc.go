// Package auth has views of the authentication headers: [Challenge] reads
// WWW-Authenticate and Proxy-Authenticate, [Credentials] reads Authorization and
// Proxy-Authorization, and [Info] reads Authentication-Info (RFC 3261, 22 and
// 25.1; RFC 7235; RFC 7616).
//
// It holds no cryptography: package digest computes and checks responses.
//
// A view points into the bytes it was parsed from and is valid as long as they
// are. Its zero value is invalid. Nothing here allocates but String.
//
// Accessors return a value without its quotes and with its escapes as received;
// header.AppendUnquoted removes the escapes. They return nil when the parameter
// is missing.
package auth
