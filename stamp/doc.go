// Package stamp writes many messages from one template.
package stamp
