# The checks of .ci/run that are more than one command.

formatted() {
	local out
	out=$(git ls-files '*.go' | xargs gofmt -l)
	[ -z "$out" ] || { echo "not formatted: $out"; return 1; }
}
tidy() { # every module says what it needs, and no more
	local in=("${modules[@]}")
	GOFLAGS=-mod=mod each go mod tidy -diff
}
vet() { # here and for the systems whose files are not compiled here
	local in=("${tested[@]}") ok=0
	each go vet ./... || ok=1
	in=(. stack cmd)
	GOOS=windows CGO_ENABLED=0 each go vet ./... || { echo "for windows"; ok=1; }
	in=(. stack) # the tool has the same files there as here or for windows
	GOOS=darwin CGO_ENABLED=0 each go vet ./... || { echo "for darwin"; ok=1; }
	return $ok
}
builds() {
	local t ok=0
	for t in darwin/arm64 windows/amd64 freebsd/amd64 linux/arm linux/riscv64; do
		GOOS=${t%/*} GOARCH=${t#*/} CGO_ENABLED=0 go build ./... || { echo "$t does not build"; ok=1; }
	done
	return $ok
}
staticchecks() {
	local in=("${tested[@]}")
	tool staticcheck honnef.co/go/tools/cmd/staticcheck && each "$PWD/.ci/bin/staticcheck" ./...
}
vulnerabilities() { # known ones in what is called; needs the database at vuln.go.dev
	local in=("${tested[@]}")
	each timeout 300 "$PWD/.ci/bin/govulncheck" ./...
}
database() { # whether govulncheck reaches its database: a scan of little says so
	tool govulncheck golang.org/x/vuln/cmd/govulncheck || return 1
	timeout 60 .ci/bin/govulncheck ./pool >"$logs/vuln" 2>&1
	[ $? -ne 1 ] || ! grep -q 'fetching vulnerabilities' "$logs/vuln"
}
generated() {
	go generate ./header ./internal/scan && git diff --exit-code -- header internal
}
race() {
	local in=("${tested[@]}")
	unset 'in[${#in[@]}-1]' # not bench
	CGO_ENABLED=1 each go test -short -race -skip "^TestInterop" ./...
}
conformance() {
	local m out ok=0
	for m in "${tested[@]}"; do
		[ "$m" != bench ] || continue
		out=$(cd "$m" && go test -count=1 -v -run 'Corpus|Concatenation|Conformance' ./... 2>&1) || ok=1
		grep -E 'vectors|rows|messages|disagree|NOT RUN|FAIL|_test.go' <<<"$out"
	done
	return $ok
}
deep() { # the tests that are shorter in "go test ./..."; prints how much was run
	local out ok=0
	out=$(SIPWIRE_DEEP=1 go test -count=1 -v -run '^(TestModel|TestModelRandom|TestLoss)$' ./transaction ./dialog 2>&1) || ok=1
	grep -E 'depth|orders|rounds|calls|_test.go|FAIL|^ok' <<<"$out"
	return $ok
}
portable() { # go test's arguments: all packages but udp, which is about this machine's kernel
	go test -short "$@" $(go list ./... | grep -v /udp)
}
kernels() { # tier, go test's other arguments: the packages below which kernels run; the tier is not in the key of the test cache
	local tier=$1
	shift
	SIPWIRE_TIER=$tier SIPWIRE_REQUIRE_TIER=$tier go test -count=1 "$@" ./internal/scan ./internal/wire $(go list ./... | grep -vE '/(udp|pool|internal)')
}
cross() { # GOARCH, emulator if it needs one
	GOARCH=$1 CGO_ENABLED=0 portable ${2:+-exec "$2"}
}
coverage() { # of each package of the library by its own tests; the other modules' steps print theirs
	go test -short -cover ./... | awk '
		/coverage:/ { for (i = 1; i <= NF; i++) if ($i ~ /%$/) { name = $1 == "ok" ? $2 : $1; printf "%7s  %s\n", $i, name } }
		/FAIL/ { print; bad = 1 }
		END { exit bad }'
}
runs386() { # whether this kernel runs 32-bit programs
	printf 'package main\n\nfunc main() {}\n' >"$logs/main.go"
	GOARCH=386 CGO_ENABLED=0 go build -o "$logs/386" "$logs/main.go" && "$logs/386" 2>/dev/null
}
interop() { # tests against other implementations, which are Debian packages
	local in=("${tested[@]}")
	each go test -count=1 -run Interop ./... && return
	echo "once more: these programs go by the clock, and a busy machine makes them late"
	each go test -count=1 -run Interop ./...
}
