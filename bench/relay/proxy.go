//go:build linux

package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A proxy is a proxy that runs.
type proxy struct {
	name string
	addr netip.AddrPort
	cmd  *exec.Cmd
}

// start runs a command that listens at addr, and waits until it answers.
func (p *proxy) start(cmd *exec.Cmd, addr netip.AddrPort) error {
	p.cmd, p.addr = cmd, addr
	if err := cmd.Start(); err != nil {
		return err
	}
	c, err := net.Dial("udp", addr.String())
	if err != nil {
		return err
	}
	defer c.Close()
	b := make([]byte, 2048)
	for range 200 {
		_, _ = c.Write(fmt.Appendf(nil, "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKready;rport\r\nFrom: <sip:t@t>;tag=1\r\nTo: <sip:t@t>\r\n"+
			"Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n", addr, c.LocalAddr()))
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if n, err := c.Read(b); err == nil && n > 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.stop()
	return fmt.Errorf("%s does not answer", p.name)
}

func (p *proxy) stop() {
	_ = p.cmd.Process.Signal(unix.SIGTERM)
	_ = p.cmd.Wait()
}

// cpu returns the CPU time of all threads of the process and its children, in
// ns.
func (p *proxy) cpu() (ns int64) {
	pids := []string{strconv.Itoa(p.cmd.Process.Pid)}
	for i := 0; i < len(pids); i++ {
		tasks, _ := filepath.Glob("/proc/" + pids[i] + "/task/*")
		for _, t := range tasks {
			if f := words(t + "/schedstat"); len(f) > 0 {
				n, _ := strconv.ParseInt(f[0], 10, 64)
				ns += n
			}
			pids = append(pids, words(t+"/children")...)
		}
	}
	return ns
}

// freePort returns a UDP port of loopback that was free a moment ago.
func freePort() netip.AddrPort {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// pinned is a command on core 1.
func pinned(name string, args ...string) *exec.Cmd {
	return exec.Command("taskset", append([]string{"-c", "1", name}, args...)...)
}

func sipwire(tool, dir string, to netip.AddrPort) (*exec.Cmd, netip.AddrPort) {
	addr := freePort()
	// Nothing is refused: the other proxy does not either.
	file := filepath.Join(dir, "relay.toml")
	if err := os.WriteFile(file, []byte("[overload]\ndelay = \"1h\"\n"), 0o600); err != nil {
		panic(err)
	}
	cmd := pinned(tool, "proxy", "--stateful", "--workers", "1", "-c", file, "-l", "udp:"+addr.String(), to.String())
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return cmd, addr
}

func kamailio(path, dir string, to netip.AddrPort) (*exec.Cmd, netip.AddrPort) {
	addr := freePort()
	file := filepath.Join(dir, "relay.cfg")
	if err := os.WriteFile(file, fmt.Appendf(nil, kamailioConfig, addr.Port(), to.Port()), 0o600); err != nil {
		panic(err)
	}
	return pinned(path, "-f", file, "-DD", "-E", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-x", "fm", "-m", "1024", "-M", "16"), addr
}

const kamailioConfig = `#!KAMAILIO
debug=-2
log_stderror=no
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:%d
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
modparam("tm", "auto_inv_100", 0)
request_route {
	if (is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (!mf_process_maxfwd_header("70")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (has_totag()) {
		loose_route();
		t_relay();
		exit;
	}
	record_route();
	$du = "sip:127.0.0.1:%d";
	t_relay();
}
`
