// Package poison overwrites memory that its owner takes back, in builds with
// the race detector only. A view that is read after its lifetime then shows
// 0xDB bytes, and the race detector reports the read.
package poison
