//go:build linux

// Command relay measures the CPU time of a call through a proxy with
// transactions: sipwire proxy --stateful and, where it is installed, Kamailio's
// t_relay, with the same messages, one core each:
//
//	go -C bench run ./relay [--calls N] [--rounds N] [--rate CALLS] [--sipwire FILE]
//
// A call is an INVITE with 180 and 200, its ACK, and a BYE with 200: the proxy
// receives six messages and sends six. Both proxies put in Record-Route, follow
// Route, count Max-Forwards, and send no 100 before 200 ms have passed. Rounds
// are interleaved; each figure is the median, user and system time of all
// threads and processes of the proxy, pinned to core 1; the calls are made on
// core 0. With --rate 0 a new call begins when one ends, 64 at a time.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	calls := flag.Int("calls", 10000, "calls of a round")
	rounds := flag.Int("rounds", 7, "rounds of each proxy")
	rate := flag.Float64("rate", 0, "calls a second; 0 for as many as it can")
	tool := flag.String("sipwire", "", "the program; it is built when left out")
	flag.Parse()
	if err := run(*calls, *rounds, *rate, *tool); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(calls, rounds int, rate float64, tool string) error {
	dir, err := os.MkdirTemp("", "relay")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if tool == "" {
		tool = filepath.Join(dir, "sipwire")
		build := exec.Command("go", "build", "-o", tool, "./sipwire")
		build.Dir, build.Stderr = "../cmd", os.Stderr
		if err := build.Run(); err != nil {
			return err
		}
	}
	ends, err := newEnds()
	if err != nil {
		return err
	}
	defer ends.close()
	proxies := []*proxy{{name: "sipwire --stateful"}}
	if err := proxies[0].start(sipwire(tool, dir, ends.callee())); err != nil {
		return err
	}
	if path, err := kamailioPath(); err == nil {
		p := &proxy{name: "kamailio t_relay"}
		if err := p.start(kamailio(path, dir, ends.callee())); err != nil {
			return err
		}
		proxies = append(proxies, p)
	}
	defer func() {
		for _, p := range proxies {
			p.stop()
		}
	}()
	figures := make([][]float64, len(proxies))
	for round := range rounds + 1 {
		for i, p := range proxies {
			before := p.cpu()
			lost, err := ends.calls(p.addr, calls, rate)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			time.Sleep(50 * time.Millisecond) // what it still does
			if ns := float64(p.cpu()-before) / float64(6*(calls-lost)); round > 0 {
				figures[i] = append(figures[i], ns)
			}
			if lost > calls/100 {
				return fmt.Errorf("%s: %d of %d calls did not end", p.name, lost, calls)
			}
		}
	}
	fmt.Printf("%d calls a round, %d rounds, ", calls, rounds)
	if rate == 0 {
		fmt.Println("as many as it can")
	} else {
		fmt.Printf("%g calls a second\n", rate)
	}
	var first float64
	for i, p := range proxies {
		slices.Sort(figures[i])
		m := figures[i][len(figures[i])/2]
		if i == 0 {
			first = m
		}
		fmt.Printf("%-20s %8.0f ns CPU a message (%.0f to %.0f)  sipwire/this %.2f\n", p.name, m, figures[i][0], figures[i][len(figures[i])-1], first/m)
	}
	return nil
}

func kamailioPath() (string, error) {
	path, err := exec.LookPath("kamailio")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/kamailio")
	}
	return path, err
}

// words returns the words of a file in /proc.
func words(name string) []string {
	b, _ := os.ReadFile(name)
	return strings.Fields(string(b))
}
