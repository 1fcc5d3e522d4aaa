//go:build cpeers

package peer

/*
#cgo CFLAGS: -I/usr/include/re -DHAVE_INTTYPES_H -DHAVE_STDBOOL_H
#cgo LDFLAGS: -lre
#include "cpeers.h"
#include <re.h>

// The message holds the buffer by reference, so that one buffer that points
// at the bytes of each message in turn spares the library a copy.
static int libre_parse(struct mbuf *mb, const struct cset *s, int i, struct sip_msg **msg)
{
	*msg = NULL;
	mb->buf = (uint8_t *)s->msg[i];
	mb->size = mb->end = s->len[i];
	mb->pos = 0;
	return sip_msg_decode(msg, mb);
}

static struct cspan libre_span(struct pl p)
{
	struct cspan v = { p.p, p.p ? p.l : 0 };
	return v;
}

static int libre_read(const struct sip_msg *msg, struct cfields *f)
{
	memset(f, 0, sizeof *f);
	if (msg->req) {
		f->user = libre_span(msg->uri.user);
		f->host = libre_span(msg->uri.host);
		f->port = msg->uri.port;
		f->max_forwards = pl_u32(&msg->maxfwd);
	} else {
		f->status = msg->scode;
	}
	struct pl host = { NULL, 0 }, port = { NULL, 0 };
	if (uri_decode_hostport(&msg->via.sentby, &host, &port))
		return -1;
	f->via_host = libre_span(host);
	f->via_port = port.p && port.l ? pl_u32(&port) : 0;
	f->branch = libre_span(msg->via.branch);
	f->from_tag = libre_span(msg->from.tag);
	f->to_tag = libre_span(msg->to.tag);
	f->cseq = msg->cseq.num;
	f->method = libre_span(msg->cseq.met);
	f->call_id = libre_span(msg->callid);
	return 0;
}

static struct mbuf *libre_mbuf(void) { return mbuf_alloc(0); }

static int libre_fields(const struct cset *s, struct cfields *f, void **keep)
{
	struct sip_msg *msg;
	int err = libre_parse(libre_mbuf(), s, 0, &msg);
	if (err)
		return err;
	*keep = msg;
	return libre_read(msg, f);
}

// The buffer's bytes are not the library's to free.
static void libre_done(void *m)
{
	struct sip_msg *msg = m;
	if (!msg)
		return;
	struct mbuf *mb = msg->mb;
	mem_deref(msg);
	mb->buf = NULL;
	mem_deref(mb);
}

static uint64_t libre_loop(struct cset *s, int32_t *picks, int n, int read)
{
	uint64_t sum = 0;
	struct mbuf *mb = libre_mbuf();
	struct cfields f;
	for (int i = 0; i < n; i++) {
		struct sip_msg *msg;
		if (libre_parse(mb, s, picks[i], &msg))
			continue;
		if (!read)
			sum++;
		else if (!libre_read(msg, &f))
			sum += cfields_sum(&f);
		mem_deref(msg);
	}
	mb->buf = NULL;
	mem_deref(mb);
	return sum;
}
*/
import "C"

import (
	"net/netip"
	"runtime"
	"unsafe"
)

func init() {
	register(53, Impl{
		Name: "libre", Version: packageVersion("libre-dev"), C: true,
		About: "sip_msg_decode with one buffer for all messages; it has no encoder of parsed messages; loop in C",
		New:   func() Worker { return libre{} },
	})
}

type libre struct{}

func (libre) Fields(msg []byte) (Fields[string], error) {
	var f C.struct_cfields
	var keep unsafe.Pointer
	s := newCset([][]byte{msg})
	defer runtime.KeepAlive(s)
	rc := C.libre_fields(s.c, &f, &keep)
	defer C.libre_done(keep)
	if rc != 0 {
		return Fields[string]{}, errRejected
	}
	return fieldsOf(&f), nil
}

func (libre) Output(Task, []byte, netip.AddrPort) ([]byte, error) { return nil, ErrNotDone }

func (libre) Prepare(t Task, set [][]byte) (Batch, error) {
	read := C.int(0)
	switch t {
	case Typed:
	case Read:
		read = 1
	default:
		return nil, ErrNotDone
	}
	return newCset(set).batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t {
		return C.libre_loop(c, p, n, read)
	}), nil
}
