package main

import (
	"fmt"
	"slices"
	"strings"
)

// SIPp's options have one dash and more than one letter. sippArgs rewrites
// those of a command that takes them, so that a command line of SIPp works as
// it is.

// takesTwo are options with two values.
var takesTwo = []string{"infindex", "key", "set"}

// without are options of SIPp that have no effect here, and whether a value
// follows them.
var without = map[string]bool{
	"nostdin": false, "skip_rlimit": false, "bind_local": false,
	"trace_calldebug": false, "periodic_rtd": false, "rtp_echo": false, "sendbuffer_warn": false,
	"f":                 true,
	"message_overwrite": true, "shortmessage_overwrite": true, "error_overwrite": true,
	"calldebug_file": true, "calldebug_overwrite": true, "screen_overwrite": true, "rtt_freq": true,
	"log_overwrite": true, "ringbuffer_files": true, "ringbuffer_size": true, "max_log_size": true,
	"max_recv_loops": true, "max_sched_loops": true, "watchdog_interval": true, "watchdog_reset": true,
	"watchdog_minor_threshold": true, "watchdog_major_threshold": true, "watchdog_major_maxtriggers": true,
	"watchdog_minor_maxtriggers": true, "buff_size": true, "max_socket": true, "max_reconnect": true,
	"reconnect_close": true, "reconnect_sleep": true, "mb": true, "rtp_payload": true,
	"rtp_threadtasks": true, "rtp_buffsize": true, "min_rtp_port": true, "max_rtp_port": true,
	"assocmaxret": true, "gracefulclose": true, "heartbeat": true, "multihome": true, "pathmaxret": true, "pmtu": true,
	"deadcall_wait": true, "send_timeout": true, "rtcheck": true, "tdmmap": true, "plugin": true,
	"bind_to_device": true, "rfc3339": false, "trace_timeout": false, "tls_version": true, "tls_crl": true,
	"tls_handshake_timeout": true, "random_base_ssrc": false, "audiotolerance": true, "videotolerance": true,
	"rtpcheck_debug": false, "srtpcheck_debug": false,
}

// alike are options of newer versions of SIPp for what has another name here:
// calls that come in while others are made.
var alike = map[string]string{"rxsf": "oocsf", "rxsn": "oocsn", "rxinf": "inf"}

// threeParties are the options by which several processes of SIPp talk to each
// other.
var threeParties = []string{"3pcc", "master", "slave", "slave_cfg", "primary", "secondary", "secondary_cfg"}

// sippArgs returns args with two dashes where SIPp has one, and the options
// that were left out because they have no effect here. It refuses those that
// change what a scenario does and are not supported.
func sippArgs(args []string) (out, ignored []string, err error) {
	at := slices.IndexFunc(args, func(s string) bool { return s == "load" || s == "serve" })
	if at < 0 {
		return args, nil, nil
	}
	out = append(out, args[:at+1]...)
	for i := at + 1; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return append(out, args[i:]...), ignored, nil
		}
		name, _ := strings.CutPrefix(a, "-")
		if name == a || strings.HasPrefix(name, "-") || name == "" || name == "h" || name == "q" {
			out = append(out, a)
			continue
		}
		if name == "v" {
			out = append(out, "--version")
			continue
		}
		if slices.Contains(threeParties, name) {
			return nil, nil, fmt.Errorf("%s: commands between several processes (3PCC) are not supported", a)
		}
		if other, ok := alike[name]; ok {
			name, a = other, "-"+other
		}
		if value, ok := without[name]; ok {
			ignored = append(ignored, a)
			if value {
				i++
			}
			continue
		}
		if slices.Contains(takesTwo, name) && i+2 < len(args) {
			out = append(out, "--"+name+"="+args[i+1]+"="+args[i+2])
			i += 2
			continue
		}
		out = append(out, "-"+a)
	}
	return out, ignored, nil
}
