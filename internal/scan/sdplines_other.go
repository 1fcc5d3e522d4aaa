//go:build !amd64 || purego

package scan

func sdpLinesTier(src []byte, ends, media, conns []uint32) (n, nmedia, nconns int, odd bool) {
	return sdpLinesGeneric(src, ends, media, conns)
}
