# What the scripts of this folder share: steps, and what they report at the end.
# The scripts work in the root of the repository.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export GOWORK=off GOFLAGS="${GOFLAGS:-} -mod=readonly"

# The modules of this repository that are there, the library first, and those of
# them that have tests.
modules=()
for m in . stack cmd bench tools internal/scan/_asm; do [ ! -f "$m/go.mod" ] || modules+=("$m"); done
tested=()
for m in . stack cmd bench; do [ ! -f "$m/go.mod" ] || tested+=("$m"); done

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
missed=()
failed=()

step() { # name, command...
	local name=$1 began=$SECONDS
	shift
	printf '\n=== %s\n' "$name"
	if "$@"; then
		printf -- '--- ok: %s (%d s)\n' "$name" $((SECONDS - began))
	else
		printf -- '--- FAILED: %s\n' "$name"
		failed+=("$name")
	fi
}
miss() { # name, reason
	printf '\n=== %s\n!!! NOT RUN: %s\n' "$1" "$2"
	missed+=("$1: $2")
}
finish() { # what happened, and the exit status of the script
	printf '\n=== %d s\n' "$SECONDS"
	local m
	for m in "${missed[@]}"; do echo "!!! NOT RUN: $m"; done
	if [ ${#failed[@]} -gt 0 ]; then
		printf 'FAILED: %s\n' "${failed[@]}"
		return 1
	fi
	echo "all steps passed"
}
install() { # package..., where apt-get is and may be used
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	{ apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }; } >"$logs/apt" 2>&1
}
each() { # command..., in the folder of each module of the array "in"; goes on after a failure
	local m ok=0
	for m in "${in[@]}"; do (cd "$m" && "$@") || { echo "in module $m: $*"; ok=1; }; done
	return $ok
}
tool() { # name, import path: builds a tool that the tools module pins
	go -C tools build -o "$PWD/.ci/bin/$1" "$2"
}
