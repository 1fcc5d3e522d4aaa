// Package uring is the part of Linux's io_uring that package udp uses: a pair of
// queues shared with the kernel ([Ring]) and a ring of buffers that the kernel
// fills by itself ([Buffers]). See io_uring(7). On other systems it is empty.
//
// The kernel reads and writes memory that it was given after the call returns.
// Whoever passes memory keeps it reachable, and does not free it, until the
// request has completed or [Ring.Cancel] has returned without an error.
package uring
