// Command sidebyside runs the same scenario at the same rate with sipwire load
// and with sipp against sipwire serve, and prints what a call costs each of
// them in processor time:
//
//	go build -o /tmp/sipwire ./sipwire && go run ./sidebyside -sipwire /tmp/sipwire -rate 5000 -calls 25000
//
// Rounds alternate, and the medians are compared. Both tools run the scenario
// file that is built into sipwire.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

func main() {
	sipwire := flag.String("sipwire", "sipwire", "path of sipwire")
	sipp := flag.String("sipp", "sipp", "path of sipp")
	rate := flag.Int("rate", 5000, "calls a second")
	calls := flag.Int("calls", 25000, "calls a round")
	rounds := flag.Int("rounds", 3, "rounds of each")
	port := flag.Int("port", 5981, "port of the server; the clients take the next two")
	flag.Parse()
	for _, name := range []string{"uac", "options"} {
		if err := compare(*sipwire, *sipp, name, *rate, *calls, *rounds, *port); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// A round is what one run of a tool came to.
type round struct {
	cpu        time.Duration // for each successful call
	successful int
}

func compare(sipwire, sipp, name string, rate, calls, rounds, port int) error {
	dir, err := os.MkdirTemp("", "sidebyside")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data, _ := scenario.Builtin(name)
	file := filepath.Join(dir, name+".xml")
	if err := os.WriteFile(file, data, 0o666); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Minute)
	defer stop()
	server := exec.CommandContext(ctx, sipwire, "serve", "-q", "-p", strconv.Itoa(port), "--linger", "1s")
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { server.Process.Signal(os.Interrupt); server.Wait() }()
	time.Sleep(500 * time.Millisecond)

	common := []string{"-sf", file, "-i", "127.0.0.1", "-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-timeout", "120"}
	target := "127.0.0.1:" + strconv.Itoa(port)
	var ours, theirs []round
	for range rounds {
		result := filepath.Join(dir, "result.json")
		args := append([]string{"load", "-q", "--json", result, "-p", strconv.Itoa(port + 1)}, append(common, target)...)
		cpu, _, err := run(ctx, dir, sipwire, args)
		if err != nil {
			return err
		}
		var r struct{ Successful int }
		if data, err := os.ReadFile(result); err != nil {
			return err
		} else if err := json.Unmarshal(data, &r); err != nil {
			return err
		}
		ours = append(ours, round{each(cpu, r.Successful), r.Successful})
		args = append([]string{"-nostdin", "-p", strconv.Itoa(port + 2)}, append(common, target)...)
		cpu, out, err := run(ctx, dir, sipp, args)
		if err != nil {
			return err
		}
		n := successful(out)
		theirs = append(theirs, round{each(cpu, n), n})
	}
	a, b := median(ours), median(theirs)
	fmt.Printf("%-8s %6d calls/s: sipwire %v a call (%d of %d), sipp %v a call (%d of %d): %.1f times the calls a CPU second\n",
		name, rate, a.cpu, a.successful, calls, b.cpu, b.successful, calls, float64(b.cpu)/float64(a.cpu))
	return nil
}

// run runs a tool and returns its processor time. An exit status that only says
// that calls failed is no error.
func run(ctx context.Context, dir, tool string, args []string) (time.Duration, []byte, error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout = dir, &out
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return 0, nil, err
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), out.Bytes(), nil
}

var successLine = regexp.MustCompile(`Successful call\s*\|\s*\d+\s*\|\s*(\d+)`)

// successful reads the last figure of sipp's screen.
func successful(out []byte) int {
	all := successLine.FindAllSubmatch(out, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(all[len(all)-1][1]))
	return n
}

func each(cpu time.Duration, calls int) time.Duration {
	return (cpu / time.Duration(max(calls, 1))).Round(100 * time.Nanosecond)
}

func median(r []round) round {
	slices.SortFunc(r, func(a, b round) int { return int(a.cpu - b.cpu) })
	return r[len(r)/2]
}
