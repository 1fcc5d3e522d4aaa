# Fuzzing, for .ci/run and .ci/fuzz.

targets() { # prints "module package target" for each target that matches $1
	local m file name
	git grep --untracked '^func Fuzz' -- '*_test.go' | while IFS=: read -r file name; do
		name=${name#func } name=${name%%(*}
		m=${file%%/*} # its module: that of its first folder, or the root
		[ -f "$m/go.mod" ] || m=.
		file=${file#"$m"/}
		grep -qE "$1" <<<"$name" && echo "$m ./$(dirname "$file") $name"
	done
}

last() { # text, file: the last number behind the text, 0 without one
	local n
	n=$(sed -n "s/.*$1\([0-9]*\).*/\1/p" "$2" | tail -n 1)
	echo "${n:-0}"
}

# A target needs some seconds to get beyond its seeds: with less for each, only a
# part of them runs, another one from commit to commit.
#
# A run of the go command can end in nothing but "context deadline exceeded"
# when its time is over between two inputs. That is no find.
fuzz() { # seconds in all, pattern; prints executions and finds by target
	local list m pkg target n parts part all each out find ok=0
	list=$(targets "${2:-^Fuzz}")
	all=$(grep -c . <<<"$list")
	[ "$all" -gt 0 ] && [ "$1" -gt 0 ] || { echo "no target, or no time"; return 1; }
	parts=$(((all * 4 + $1 - 1) / $1)) # of 4 seconds and more a target
	[ "$parts" -le "$all" ] || parts=$all
	part=$((0x$(git rev-parse --short=7 HEAD) % parts))
	list=$(awk -v k="$parts" -v part="$part" 'NR % k == part' <<<"$list")
	n=$(grep -c . <<<"$list")
	each=$(($1 * 1000 / n))
	echo "$n of $all targets, $each ms each"
	printf '%14s %12s %6s  %s\n' executions interesting finds target
	while read -r m pkg target; do
		out=$logs/$target
		find=0
		if ! (cd "$m" && go test -run '^$' -fuzz "^$target\$" -fuzztime "${each}ms" -fuzzminimizetime 1x -parallel "${FUZZ_PARALLEL:-2}" "$pkg") >"$out" 2>&1 </dev/null; then
			if ! grep -q 'context deadline exceeded' "$out" || grep -qE 'Failing input|panic:' "$out"; then
				find=1 ok=1
			fi
		fi
		printf '%14s %12s %6d  %s %s\n' "$(last 'execs: ' "$out")" "$(last 'new interesting: ' "$out")" "$find" "${m#.}/${pkg#./}" "$target" | sed 's|  /|  |'
		[ "$find" = 0 ] || cat "$out"
	done <<<"$list"
	return $ok
}
