//go:build cpeers

package peer

/*
#cgo CFLAGS: -I/usr/include/sofia-sip-1.12
#cgo LDFLAGS: -lsofia-sip-ua
#include "cpeers.h"
#include <stdio.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_parser.h>

static msg_t *sofia_parse(const struct cset *s, int i, sip_t **sip)
{
	msg_t *msg = msg_make(sip_default_mclass(), 0, s->msg[i], s->len[i]);
	if (!msg)
		return NULL;
	*sip = sip_object(msg);
	if (!*sip || (*sip)->sip_error || (!(*sip)->sip_request && !(*sip)->sip_status)) {
		msg_destroy(msg);
		return NULL;
	}
	return msg;
}

static int sofia_read(const sip_t *sip, struct cfields *f)
{
	memset(f, 0, sizeof *f);
	if (sip->sip_request) {
		const url_t *u = sip->sip_request->rq_url;
		f->user = cspan_str(u->url_user);
		f->host = cspan_str(u->url_host);
		f->port = u->url_port ? atoi(u->url_port) : 0;
		if (sip->sip_max_forwards)
			f->max_forwards = (int)sip->sip_max_forwards->mf_count;
	} else {
		f->status = sip->sip_status->st_status;
	}
	const sip_via_t *via = sip->sip_via;
	if (!via || !sip->sip_from || !sip->sip_to || !sip->sip_cseq || !sip->sip_call_id)
		return -1;
	f->via_host = cspan_str(via->v_host);
	f->via_port = via->v_port ? atoi(via->v_port) : 0;
	f->branch = cspan_str(via->v_branch);
	f->from_tag = cspan_str(sip->sip_from->a_tag);
	f->to_tag = cspan_str(sip->sip_to->a_tag);
	f->cseq = sip->sip_cseq->cs_seq;
	f->method = cspan_str(sip->sip_cseq->cs_method_name);
	f->call_id = cspan_str(sip->sip_call_id->i_id);
	return 0;
}

static int sofia_fields(const struct cset *s, struct cfields *f, void **keep)
{
	sip_t *sip;
	msg_t *msg = sofia_parse(s, 0, &sip);
	if (!msg)
		return -1;
	*keep = msg;
	return sofia_read(sip, f);
}

static void sofia_done(void *msg) { if (msg) msg_destroy(msg); }

static int sofia_edit(msg_t *msg, sip_t *sip, const char *via_text)
{
	if (!sip->sip_request)
		return sip_via_remove(msg, sip) ? 0 : -1;
	if (!sip->sip_max_forwards)
		return -1;
	sip->sip_max_forwards->mf_count--;
	if (sip->sip_route)
		sip_route_remove(msg, sip);
	sip_via_t *via = sip_via_make(msg_home(msg), via_text);
	if (!via)
		return -1;
	return msg_header_prepend(msg, (msg_pub_t *)sip, (msg_header_t **)&sip->sip_via, (msg_header_t *)via) < 0 ? -1 : 0;
}

// Each thread writes into a buffer of its own, as a stack would into that of
// its socket.
static size_t sofia_write(sip_t *sip, char *buf, size_t size)
{
	issize_t n = msg_object_e(buf, size, (msg_pub_t *)sip, 0);
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

static size_t sofia_output(const struct cset *s, int edit, const char *via, char *buf, size_t size)
{
	struct cfields f;
	sip_t *sip;
	size_t len = 0;
	msg_t *msg = sofia_parse(s, 0, &sip);
	if (msg && (!edit || (!sofia_read(sip, &f) && !sofia_edit(msg, sip, via))))
		len = sofia_write(sip, buf, size);
	sofia_done(msg);
	return len;
}

static void sofia_ready(struct cset *s)
{
	sip_t *sip;
	for (int i = 0; i < s->n; i++)
		s->ready[i] = sofia_parse(s, i, &sip);
}

static uint64_t sofia_loop_typed(struct cset *s, int32_t *picks, int n)
{
	uint64_t sum = 0;
	sip_t *sip;
	for (int i = 0; i < n; i++) {
		msg_t *msg = sofia_parse(s, picks[i], &sip);
		sum += msg != NULL;
		sofia_done(msg);
	}
	return sum;
}

static uint64_t sofia_loop_read(struct cset *s, int32_t *picks, int n)
{
	uint64_t sum = 0;
	struct cfields f;
	sip_t *sip;
	for (int i = 0; i < n; i++) {
		msg_t *msg = sofia_parse(s, picks[i], &sip);
		if (msg && !sofia_read(sip, &f))
			sum += cfields_sum(&f);
		sofia_done(msg);
	}
	return sum;
}

static uint64_t sofia_loop_encode(struct cset *s, int32_t *picks, int n, char *buf, size_t size)
{
	uint64_t sum = 0;
	for (int i = 0; i < n; i++)
		sum += sofia_write(sip_object(s->ready[picks[i]]), buf, size);
	return sum;
}

static uint64_t sofia_loop_proxy(struct cset *s, int32_t *picks, int n, const char *via, char *buf, size_t size)
{
	uint64_t sum = 0;
	struct cfields f;
	sip_t *sip;
	for (int i = 0; i < n; i++) {
		msg_t *msg = sofia_parse(s, picks[i], &sip);
		if (msg && !sofia_read(sip, &f) && !sofia_edit(msg, sip, via))
			sum += sofia_write(sip, buf, size);
		sofia_done(msg);
	}
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
	register(52, Impl{
		Name: "sofia-sip", Version: packageVersion("libsofia-sip-ua-dev"), C: true,
		About: "msg_make with the default message class; msg_object_e into one buffer; loop in C",
		New:   func() Worker { return newSofia() },
	})
}

const sofiaBuffer = 128 << 10

// sofia's strings and buffer live as long as the program.
type sofia struct{ via, buf *C.char }

func newSofia() *sofia {
	return &sofia{C.CString(proxyVia), (*C.char)(C.malloc(sofiaBuffer))}
}

func (*sofia) Fields(msg []byte) (Fields[string], error) {
	var f C.struct_cfields
	var keep unsafe.Pointer
	s := newCset([][]byte{msg})
	defer runtime.KeepAlive(s)
	rc := C.sofia_fields(s.c, &f, &keep)
	defer C.sofia_done(keep)
	if rc != 0 {
		return Fields[string]{}, errRejected
	}
	return fieldsOf(&f), nil
}

func (o *sofia) Output(t Task, msg []byte, _ netip.AddrPort) ([]byte, error) {
	if t != Encode && t != Proxy {
		return nil, ErrNotDone
	}
	edit := C.int(0)
	if t == Proxy {
		edit = 1
	}
	s := newCset([][]byte{msg})
	defer runtime.KeepAlive(s)
	n := C.sofia_output(s.c, edit, o.via, o.buf, sofiaBuffer)
	if n == 0 {
		return nil, errRejected
	}
	return C.GoBytes(unsafe.Pointer(o.buf), C.int(n)), nil
}

func (o *sofia) Prepare(t Task, set [][]byte) (Batch, error) {
	s := newCset(set)
	switch t {
	case Typed:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.sofia_loop_typed(c, p, n) }), nil
	case Read:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.sofia_loop_read(c, p, n) }), nil
	case Encode:
		C.sofia_ready(s.c)
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t {
			return C.sofia_loop_encode(c, p, n, o.buf, sofiaBuffer)
		}), nil
	case Proxy:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t {
			return C.sofia_loop_proxy(c, p, n, o.via, o.buf, sofiaBuffer)
		}), nil
	}
	return nil, ErrNotDone
}
