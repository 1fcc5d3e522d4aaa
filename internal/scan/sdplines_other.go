//go:build !amd64 || purego

package scan

func sdpLinesTier(src []byte, ends, marks []uint32) (n, nmarks int, odd bool) {
	return sdpLinesGeneric(src, ends, marks)
}
