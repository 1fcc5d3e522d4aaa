// Package compose makes SIP messages.
package compose
