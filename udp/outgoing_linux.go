package udp

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	maxIov = 1024 // UIO_MAXIOV: pieces of one message

	// Bounds of one message with UDP_SEGMENT: 64 packets on any kernel that has
	// it, and no more bytes than an IP packet carries.
	maxGSOPackets = 64
	maxGSOBytes   = 65000
)

// outgoing is a batch of messages in the form of sendmmsg and io_uring. A
// message carries one datagram, or a run of several with UDP_SEGMENT.
type outgoing struct {
	family int
	n      int   // messages prepared
	count  []int // datagrams in each
	hdrs   []unix.Mmsghdr
	name   []sockaddr
	ctl    []byte // ctlOut bytes for each message
	iovs   []unix.Iovec
	iovn   int

	gso     bool
	gsoMax  int // largest packet that runs are made of
	single  int // so many datagrams from here go out singly
	suspect int // packet size of the run that single is of, 0 if it is not to blame
}

// ctlOut is the room for a source address and a segment size.
var ctlOut = unix.CmsgSpace(unix.SizeofInet6Pktinfo) + unix.CmsgSpace(2)

func (o *outgoing) init(w *Writer) (err error) {
	if o.family, err = family(w.conn); err != nil {
		return err
	}
	n := w.cfg.Batch
	o.count = make([]int, n)
	o.hdrs = make([]unix.Mmsghdr, n)
	o.name = make([]sockaddr, n)
	o.ctl = make([]byte, n*ctlOut)
	o.iovs = make([]unix.Iovec, max(2*n, maxIov))
	o.gsoMax = MaxDatagram
	if !w.cfg.NoGSO {
		// The option itself is left off; asking shows whether it is known.
		o.gso = withFD(w.conn, func(fd int) error {
			_, err := unix.GetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT)
			return err
		}) == nil
	}
	return nil
}

// prepare makes as many messages of ds as fit. If not even the first datagram
// can be sent it says why; a later one that cannot ends the batch.
func (o *outgoing) prepare(w *Writer, ds []Datagram) error {
	o.n, o.iovn = 0, 0
	for at := 0; at < len(ds) && o.n < len(o.hdrs); {
		run, err := o.message(w, ds[at:])
		if err != nil {
			if at == 0 {
				return err
			}
			break
		}
		if run == 0 {
			break // no iovecs left
		}
		o.count[o.n] = run
		o.n++
		at += run
	}
	return nil
}

// message makes message o.n of the datagrams at the front of ds and returns how
// many went into it.
func (o *outgoing) message(w *Writer, ds []Datagram) (run int, err error) {
	d := &ds[0]
	if err := w.check(d); err != nil {
		return 0, err
	}
	first := o.iovn
	if !o.pieces(d) {
		if first == 0 {
			return 0, unix.EMSGSIZE
		}
		return 0, nil
	}
	size := 0
	run = 1
	if o.gso && o.single == 0 && len(ds) > 1 {
		size = d.size()
		run = o.run(ds, size)
	}
	i := o.n
	h := &o.hdrs[i].Hdr
	h.Name, h.Namelen = nil, 0
	if !w.remote.IsValid() {
		h.Namelen = o.name[i].set(d.Dst, o.family, &w.zones)
		if h.Namelen == 0 {
			o.iovn = first
			return 0, unix.EAFNOSUPPORT
		}
		h.Name = (*byte)(unsafe.Pointer(&o.name[i]))
	}
	h.Iov = nil
	if o.iovn > first {
		h.Iov = &o.iovs[first]
	}
	h.SetIovlen(o.iovn - first)
	h.Control = nil
	h.SetControllen(0)
	from := w.asksFor(d)
	if run > 1 || from {
		c := o.ctl[i*ctlOut : (i+1)*ctlOut]
		n := 0
		if from {
			if n = o.source(c, w, d); n == 0 {
				o.iovn = first
				return 0, unix.EAFNOSUPPORT
			}
		}
		if run > 1 {
			putCmsg(c[n:], unix.SOL_UDP, unix.UDP_SEGMENT, 2)
			binary.NativeEndian.PutUint16(c[n+unix.CmsgLen(0):], uint16(size))
			n += unix.CmsgSpace(2)
		}
		h.Control = &c[0]
		h.SetControllen(n)
	}
	return run, nil
}

// pieces appends the iovecs of d, or nothing if they do not fit.
func (o *outgoing) pieces(d *Datagram) bool {
	n := o.iovn
	if len(d.Data) > 0 {
		if n == len(o.iovs) {
			return false
		}
		o.iovs[n].Base = &d.Data[0]
		o.iovs[n].SetLen(len(d.Data))
		n++
	}
	for _, s := range d.Segments {
		if len(s) == 0 {
			continue
		}
		if n == len(o.iovs) || n-o.iovn == maxIov {
			return false
		}
		o.iovs[n].Base = &s[0]
		o.iovs[n].SetLen(len(s))
		n++
	}
	o.iovn = n
	return true
}

// run appends the iovecs of those datagrams after the first that can go out
// with it: same way, same size, the last one possibly shorter. It returns the
// number of datagrams, 1 if there is no run.
func (o *outgoing) run(ds []Datagram, size int) int {
	if size == 0 || size > o.gsoMax {
		return 1
	}
	n, total, first := 1, size, o.iovn
	for n < len(ds) && n < maxGSOPackets {
		d := &ds[n]
		s := d.size()
		if s == 0 || s > size || total+s > maxGSOBytes || d.Dst != ds[0].Dst || d.Src != ds[0].Src {
			break
		}
		if !o.joins(d) && (o.iovn-first >= maxIov-2-len(d.Segments) || !o.pieces(d)) {
			break
		}
		n++
		total += s
		if s < size {
			break
		}
	}
	return n
}

// joins reports whether the bytes of d lie just behind those of the datagram before it
// in a run, as they do when a caller writes one behind the other into one buffer: the
// last iovec is then made longer, and the kernel has one to read instead of many.
func (o *outgoing) joins(d *Datagram) bool {
	last := &o.iovs[o.iovn-1]
	end := uintptr(unsafe.Pointer(last.Base)) + uintptr(last.Len)
	if len(d.Segments) > 0 || uintptr(unsafe.Pointer(unsafe.SliceData(d.Data))) != end {
		return false
	}
	last.SetLen(int(last.Len) + len(d.Data))
	return true
}

// source writes the control message for d.Src and returns its length, 0 if the
// address does not fit the socket's family.
func (o *outgoing) source(c []byte, w *Writer, d *Datagram) int {
	if o.family == unix.AF_INET6 {
		putCmsg(c, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
		p := c[unix.CmsgLen(0):]
		*(*[16]byte)(p) = d.Src.As16()
		binary.NativeEndian.PutUint32(p[16:], w.zones.index(d.Src))
		return unix.CmsgSpace(unix.SizeofInet6Pktinfo)
	}
	if !d.Src.Is4() && !d.Src.Is4In6() {
		return 0
	}
	putCmsg(c, unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
	p := c[unix.CmsgLen(0):]
	clear(p[:unix.SizeofInet4Pktinfo])
	*(*[4]byte)(p[4:]) = d.Src.Unmap().As4() // ipi_spec_dst
	return unix.CmsgSpace(unix.SizeofInet4Pktinfo)
}

func putCmsg(c []byte, level, typ int32, n int) {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	h.Level, h.Type = level, typ
	h.SetLen(unix.CmsgLen(n))
}

// settle marks the datagrams of the first sent messages as sent and returns
// their number.
func (o *outgoing) settle(w *Writer, ds []Datagram, sent int) (done int) {
	for _, n := range o.count[:sent] {
		for i := range ds[done : done+n] {
			ds[done+i].Err = nil
		}
		done += n
		if n > 1 {
			w.stats.gsoRuns.Add(1)
			w.stats.gsoPackets.Add(uint64(n))
		}
	}
	if done > 0 && o.single > 0 {
		if o.suspect > 0 {
			// What was refused as a run goes out singly: packets of this size
			// are too long for UDP_SEGMENT on the way they take.
			o.gsoMax = min(o.gsoMax, o.suspect-1)
			o.suspect = 0
		}
		o.single = max(o.single-done, 0)
	}
	return done
}

// fail deals with the first message, which the kernel refused for good. It
// reports again if its datagrams are to be sent singly instead, else it has set
// their Err and returns their number.
func (o *outgoing) fail(w *Writer, ds []Datagram, e syscall.Errno) (done int, again bool) {
	n := o.count[0]
	if n > 1 && (e == unix.EIO || e == unix.EINVAL || e == unix.EMSGSIZE) {
		w.stats.gsoRefused.Add(1)
		if e == unix.EIO {
			// The device on the way cannot checksum: no run will ever pass.
			o.gso = false
		} else {
			o.suspect = ds[0].size()
			o.single = n
		}
		return 0, true
	}
	for i := range ds[:n] {
		ds[i].Err = e
	}
	w.stats.failed.Add(uint64(n))
	if o.single > 0 {
		o.suspect = 0
		o.single = max(o.single-n, 0)
	}
	return n, false
}

// release forgets the callers' bytes.
func (o *outgoing) release() {
	clear(o.iovs[:o.iovn])
	o.iovn = 0
}
