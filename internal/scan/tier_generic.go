//go:build !(amd64 || arm64) || purego

package scan

func linesTier(src []byte, from int, lines []Line) (n, body int, clean bool) {
	return linesGeneric(src, from, lines)
}

func headerEndTier(src []byte, from int) int { return headerEndGeneric(src, from) }
