module github.com/sipwire/sipwire/cmd

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/fatih/color v1.19.0
	github.com/sipwire/sipwire v0.0.0-00010101000000-000000000000
	golang.org/x/term v0.47.0
)

require github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect

require (
	github.com/coder/websocket v1.8.15
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	golang.org/x/sys v0.49.0
)

replace github.com/sipwire/sipwire => ../
