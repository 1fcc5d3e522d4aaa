//go:build linux

package main

import (
	"net/netip"
	"strconv"

	"github.com/sipwire/sipwire/bench/internal/proxies"
)

const core = 1 // that the proxies run on

// startAll starts sipwire proxy, another build of it when there is one, and Kamailio
// where it is installed.
func startAll(dir, tool, other string, to netip.AddrPort) (all []*proxies.Process, err error) {
	add := func(p *proxies.Process, err error) error {
		if err != nil {
			for _, p := range all {
				p.Stop()
			}
			return err
		}
		all = append(all, p)
		return nil
	}
	sipwire := func(name, tool string) error {
		// Nothing is refused: the other proxy does not either.
		return add(proxies.Sipwire(name, dir, tool, core, "1", "[overload]\ndelay = \"1h\"\n", "--stateful", to.String()))
	}
	if err := sipwire("sipwire --stateful", tool); err != nil {
		return nil, err
	}
	if other != "" {
		if err := sipwire("the other build", other); err != nil {
			return nil, err
		}
	}
	if path := proxies.KamailioPath(); path != "" {
		if err := add(proxies.Kamailio("kamailio t_relay", path, dir, core, kamailioConfig, to, kamailioFlags...)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// kamailioFlags give Kamailio 4 GB of shared memory, of which it touches what it
// needs: it keeps a transaction of about 11 KB for five seconds after its end, at
// 10,000 calls a second 1.1 GB. Without memory for a transaction it answers nothing,
// without memory for a part of one it answers with 500. They also give it the
// receive buffer that sipwire proxy asks for.
var kamailioFlags = []string{"-m", "4096", "-b", strconv.Itoa(4 << 20)}

const kamailioConfig = `loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
modparam("tm", "auto_inv_100", 0)
modparam("rr", "append_fromtag", 0)
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
