// Package udp moves datagrams in and out of the kernel in batches, as cheaply
// as the system allows.
package udp
