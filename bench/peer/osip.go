//go:build cpeers

package peer

/*
#cgo LDFLAGS: -losipparser2
#include "cpeers.h"
#include <stdio.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

static void osip_quiet(const char *file, int line, osip_trace_level_t level, const char *text, va_list args) { }

// osip_start readies the library, which would write what it rejects to
// standard output.
static void osip_start(void)
{
	parser_init();
	osip_trace_initialize_func(TRACE_LEVEL0, osip_quiet);
	for (int level = TRACE_LEVEL0; level < END_TRACE_LEVEL; level++)
		osip_trace_disable_level(level);
}

static int osip_read(osip_message_t *sip, struct cfields *f)
{
	memset(f, 0, sizeof *f);
	if (sip->sip_method) {
		osip_header_t *mf = NULL;
		if (!sip->req_uri)
			return -1;
		f->user = cspan_str(sip->req_uri->username);
		f->host = cspan_str(sip->req_uri->host);
		f->port = sip->req_uri->port ? atoi(sip->req_uri->port) : 0;
		osip_message_get_max_forwards(sip, 0, &mf);
		if (mf && mf->hvalue)
			f->max_forwards = atoi(mf->hvalue);
	} else {
		f->status = sip->status_code;
	}
	osip_via_t *via = NULL;
	osip_generic_param_t *p = NULL;
	if (osip_message_get_via(sip, 0, &via) < 0 || !via || !sip->from || !sip->to || !sip->cseq || !sip->call_id)
		return -1;
	f->via_host = cspan_str(via->host);
	f->via_port = via->port ? atoi(via->port) : 0;
	if (osip_via_param_get_byname(via, "branch", &p) >= 0 && p)
		f->branch = cspan_str(p->gvalue);
	p = NULL;
	if (osip_from_get_tag(sip->from, &p) >= 0 && p)
		f->from_tag = cspan_str(p->gvalue);
	p = NULL;
	if (osip_to_get_tag(sip->to, &p) >= 0 && p)
		f->to_tag = cspan_str(p->gvalue);
	f->cseq = (uint32_t)strtoul(sip->cseq->number, NULL, 10);
	f->method = cspan_str(sip->cseq->method);
	// The library parts a Call-ID at its "@"; both halves are looked at.
	f->call_id = cspan_str(sip->call_id->number);
	if (sip->call_id->host)
		f->call_id.n += 1 + strlen(sip->call_id->host);
	return 0;
}

static osip_message_t *osip_parse(const struct cset *s, int i)
{
	osip_message_t *sip;
	if (osip_message_init(&sip))
		return NULL;
	if (osip_message_parse(sip, s->msg[i], s->len[i])) {
		osip_message_free(sip);
		return NULL;
	}
	return sip;
}

static int osip_fields(const struct cset *s, struct cfields *f, void **keep, char *call_id, size_t size)
{
	osip_message_t *sip = osip_parse(s, 0);
	if (!sip)
		return -1;
	*keep = sip;
	if (osip_read(sip, f))
		return -2;
	if (sip->call_id->host)
		snprintf(call_id, size, "%s@%s", sip->call_id->number, sip->call_id->host);
	else
		snprintf(call_id, size, "%s", sip->call_id->number);
	f->call_id = cspan_str(call_id);
	return 0;
}

static void osip_done(void *sip) { if (sip) osip_message_free(sip); }

static int osip_edit(osip_message_t *sip, const char *via_text)
{
	osip_via_t *via;
	if (sip->sip_method) {
		osip_header_t *mf = NULL;
		char hops[16];
		osip_message_get_max_forwards(sip, 0, &mf);
		if (!mf)
			return -1;
		snprintf(hops, sizeof hops, "%d", atoi(mf->hvalue) - 1);
		osip_free(mf->hvalue);
		mf->hvalue = osip_strdup(hops);
		osip_route_t *r = osip_list_get(&sip->routes, 0);
		if (r) {
			osip_list_remove(&sip->routes, 0);
			osip_route_free(r);
		}
		if (osip_via_init(&via) || osip_via_parse(via, via_text))
			return -1;
		osip_list_add(&sip->vias, via, 0);
	} else {
		via = osip_list_get(&sip->vias, 0);
		osip_list_remove(&sip->vias, 0);
		osip_via_free(via);
	}
	return 0;
}

static char *osip_write(osip_message_t *sip, size_t *len)
{
	char *out = NULL;
	osip_message_force_update(sip); // else it copies the text it came as
	if (osip_message_to_str(sip, &out, len))
		return NULL;
	return out;
}

static char *osip_output(const struct cset *s, int edit, const char *via, size_t *len)
{
	struct cfields f;
	char *out = NULL;
	osip_message_t *sip = osip_parse(s, 0);
	if (sip && (!edit || (!osip_read(sip, &f) && !osip_edit(sip, via))))
		out = osip_write(sip, len);
	osip_done(sip);
	return out;
}

static void osip_ready(struct cset *s)
{
	for (int i = 0; i < s->n; i++)
		s->ready[i] = osip_parse(s, i);
}

static uint64_t osip_loop_typed(struct cset *s, int32_t *picks, int n)
{
	uint64_t sum = 0;
	for (int i = 0; i < n; i++) {
		osip_message_t *sip = osip_parse(s, picks[i]);
		sum += sip != NULL;
		osip_done(sip);
	}
	return sum;
}

static uint64_t osip_loop_read(struct cset *s, int32_t *picks, int n)
{
	uint64_t sum = 0;
	struct cfields f;
	for (int i = 0; i < n; i++) {
		osip_message_t *sip = osip_parse(s, picks[i]);
		if (sip && !osip_read(sip, &f))
			sum += cfields_sum(&f);
		osip_done(sip);
	}
	return sum;
}

static uint64_t osip_loop_encode(struct cset *s, int32_t *picks, int n)
{
	uint64_t sum = 0;
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		char *out = osip_write(s->ready[picks[i]], &len);
		sum += len;
		osip_free(out);
	}
	return sum;
}

static uint64_t osip_loop_proxy(struct cset *s, int32_t *picks, int n, const char *via)
{
	uint64_t sum = 0;
	struct cfields f;
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		osip_message_t *sip = osip_parse(s, picks[i]);
		if (sip && !osip_read(sip, &f) && !osip_edit(sip, via)) {
			char *out = osip_write(sip, &len);
			sum += len;
			osip_free(out);
		}
		osip_done(sip);
	}
	return sum;
}
*/
import "C"

import (
	"net/netip"
	"runtime"
	"sync"
	"unsafe"
)

func init() {
	register(51, Impl{
		Name: "libosip2", Version: packageVersion("libosip2-dev"), C: true,
		About: "osip_message_parse, whole message at once; loop in C",
		New:   func() Worker { return newOsip() },
	})
}

type osip struct{ via *C.char }

var osipInit = sync.OnceFunc(func() { C.osip_start() })

func newOsip() *osip {
	osipInit()
	return &osip{C.CString(proxyVia)} // as long as the program
}

func (*osip) Fields(msg []byte) (Fields[string], error) {
	var f C.struct_cfields
	var sip unsafe.Pointer
	id := (*C.char)(C.malloc(1 << 16))
	defer C.free(unsafe.Pointer(id))
	s := newCset([][]byte{msg})
	defer runtime.KeepAlive(s)
	rc := C.osip_fields(s.c, &f, &sip, id, 1<<16)
	defer C.osip_done(sip)
	if rc != 0 {
		return Fields[string]{}, errRejected
	}
	return fieldsOf(&f), nil
}

func (o *osip) Output(t Task, msg []byte, _ netip.AddrPort) ([]byte, error) {
	if t != Encode && t != Proxy {
		return nil, ErrNotDone
	}
	edit := C.int(0)
	if t == Proxy {
		edit = 1
	}
	var n C.size_t
	s := newCset([][]byte{msg})
	defer runtime.KeepAlive(s)
	out := C.osip_output(s.c, edit, o.via, &n)
	if out == nil {
		return nil, errRejected
	}
	defer C.free(unsafe.Pointer(out))
	return C.GoBytes(unsafe.Pointer(out), C.int(n)), nil
}

func (o *osip) Prepare(t Task, set [][]byte) (Batch, error) {
	s := newCset(set)
	switch t {
	case Typed:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.osip_loop_typed(c, p, n) }), nil
	case Read:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.osip_loop_read(c, p, n) }), nil
	case Encode:
		C.osip_ready(s.c)
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.osip_loop_encode(c, p, n) }), nil
	case Proxy:
		return s.batch(func(c *C.struct_cset, p *C.int32_t, n C.int) C.uint64_t { return C.osip_loop_proxy(c, p, n, o.via) }), nil
	}
	return nil, ErrNotDone
}
