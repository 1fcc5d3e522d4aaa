module github.com/sipwire/sipwire

go 1.26.0

require (
	github.com/klauspost/cpuid/v2 v2.4.2
	github.com/valyala/bytebufferpool v1.0.0
	golang.org/x/sys v0.49.0
)
