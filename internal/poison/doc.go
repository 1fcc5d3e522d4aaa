// Package poison makes the use of memory after its release visible. Owners of
// memory that views point into overwrite it when they take it back ([Fill]) and
// look whether it is still as they left it when they hand it out again
// ([Intact]): a view that was kept too long reads 0xDB, and a write through one
// is found.
//
// It is on under the race detector and with the build tag sipwiredebug. In other
// builds [Enabled] is a false constant and the functions do nothing.
package poison
