// Command cost counts what the operations of the library cost: not in time,
// but in blocks of code that run, so that the count is the same on every
// machine. TestCost in the root builds it with
//
//	go build -cover -covermode=atomic -coverpkg=./... ./internal/cost
//
// and asks that input of twice the size costs about twice as much.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

func main() {
	if err := checkWork(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, c := range cases() {
		var blocks, bytes [3]int64
		for i := range blocks {
			run, size := c.prepare(c.size << i)
			n, err := work(run)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			blocks[i], bytes[i] = n, int64(size)
		}
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", c.name, bytes[0], bytes[1], bytes[2], blocks[0], blocks[1], blocks[2])
	}
}

// checkWork asks that the counters are read right.
func checkWork() error {
	for _, n := range []int{100, 100_000} {
		got, err := work(func() { runtime.KeepAlive(spin(n)) })
		if err != nil {
			return err
		}
		if got < int64(n) || got > int64(n)+10 {
			return fmt.Errorf("a loop of %d steps counts as %d", n, got)
		}
	}
	return nil
}

//go:noinline
func spin(n int) (sum int) {
	for i := range n {
		sum += i
	}
	return sum
}
