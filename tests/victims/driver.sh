# SPDX-License-Identifier: MIT
#
# Runs victims, bare and under reclaimdep, and compares: what was found with what the victim's
# source expects, and what the program printed and returned with what it did alone.
#
# To be sourced after tap.sh.

victims_src=$abs_top_srcdir/tests/victims
victims_bin=$abs_top_builddir/tests/victims
export RECLAIMDEP

# header FILE KEY: the values of a key in the first comment block, a line each.
header()
{
	sed -n '/^ \*\//q; s/^ \* '"$2"': *//p' "$1"
}

# Why a victim cannot be run here; nothing when it can.
why_not()
{
	for need in $(header "$1" needs); do
		[ "$need" != root ] || [ "$(id -u)" = 0 ] || echo 'needs root'
	done
	[ -s "$2" ] || echo "needs $(header "$1" needs), which was not there when it was built"
}

# check RECORDS SOURCE: says what differs from the source's expectations.
check()
{
	if ! "$RECLAIMDEP" report --format=json "$1" >"$1.json" 2>"$1.log"; then
		# Findings may make the reader's status non-zero; no report is another thing.
		jq -e . "$1.json" >/dev/null 2>&1 || { echo 'no report:'; cat "$1.log"; return; }
	fi
	jq -r --rawfile source "$2" --arg hook '' -f "$victims_src/check.jq" "$1.json" 2>&1
}

wanted_status()
{
	jq -nr --rawfile source "$1" --arg hook status -f "$victims_src/check.jq" 2>&1
}

# Runs the command in the background, waits until its terminal and its record show the finding, and
# ends the program where it hangs. Its status is in $status.
run_and_kill()
{
	kind=$(header "$source" expect | sed 's/ .*//; q')
	: >"$err" # of the run before: the background's own truncation may come late
	"$RECLAIMDEP" --output="$records" $options -- "$victim" >"$out" 2>"$err" &
	command=$!
	tries=0
	until grep -q "$kind" "$err" || [ "$tries" -ge 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ "$tries" -lt 100 ] || echo "no $kind on the terminal while it hangs"
	check "$records" "$source" | sed 's/^/while it runs: /'
	for record in "$records"/*.rdep; do
		pid=${record%.rdep}
		pid=${pid##*.}
		kill -KILL "$pid" || echo "no process $pid"
	done
	wait "$command" 2>/dev/null
	status=$?
}

# compare_runs: bare against under reclaimdep. Says what differs.
compare_runs()
{
	own=$(header "$source" exit)
	if [ "$(header "$source" run)" = hangs ]; then
		run_and_kill
		[ "$status" = 137 ] || echo "status $status, wanted 137"
		check "$records" "$source"
		return
	fi
	if [ "$kshim" != none ] && [ "$(header "$source" run)" != deadlocks ]; then
		timeout 20 "$victim" >"$bare" 2>"$bare.err"
		status=$?
		[ "$status" != 77 ] || { tail -n 1 "$bare" >"$tmp/skip"; return; }
		[ "$status" = "${own:-0}" ] || { echo "bare: status $status"; cat "$bare.err"; }
	fi
	timeout -s KILL 30 "$RECLAIMDEP" --output="$records" $options -- "$victim" >"$out" 2>"$err"
	status=$?
	wanted=$(wanted_status "$source")
	[ "$status" = "$wanted" ] || echo "status $status, wanted $wanted"
	[ ! -e "$bare" ] || diff "$bare" "$out" | sed 's/^/output: /'
	check "$records" "$source"
}

# A victim that the command cannot watch: it says why, and with which status.
compare_refusal()
{
	timeout 20 "$RECLAIMDEP" --output="$records" -- "$victim" >"$out" 2>"$err"
	status=$?
	[ "$status" = "${refusal%% *}" ] || echo "status $status, wanted ${refusal%% *}"
	grep -q "${refusal#* }" "$err" || echo "not said: ${refusal#* }"
}

# run_variant SOURCE KSHIM
run_variant()
{
	source=$1 kshim=$2
	name=$(basename "$source")
	name=${name%.c*}
	victim=$victims_bin/$name.victim
	title=$name
	records=$tmp/$name.$kshim bare=$tmp/bare out=$tmp/out err=$tmp/err
	options=$(for o in ${VICTIM_OPTIONS-} $(header "$source" options); do printf -- '--%s ' "$o"; done)
	refusal=$(header "$source" launcher)

	reason=$(why_not "$source" "$victim")
	if [ -n "$reason" ]; then
		skip "$name" "$reason"
		return
	fi
	if [ "$kshim" != full ]; then
		title="$name, kernel names: $kshim"
		LD_LIBRARY_PATH=$victims_bin/kshim/$kshim
		export LD_LIBRARY_PATH
	fi
	if [ -n "$refusal" ]; then
		compare_refusal >"$tmp/problems"
	else
		compare_runs >"$tmp/problems"
	fi
	unset LD_LIBRARY_PATH
	if [ -s "$tmp/skip" ]; then
		skip "$title" "$(cat "$tmp/skip")"
		rm "$tmp/skip"
	elif [ -s "$tmp/problems" ]; then
		tail -n 40 "$err" >"$tmp/said"
		result 1 "$title" "$tmp/problems" "$tmp/said"
	else
		result 0 "$title"
		rm -rf "$records" "$records.json" "$records.log"
	fi
}

# run_victims PREFIX...: all victims of these names, or those of $VICTIMS among them; with
# $VICTIM_OPTIONS before the options that each asks for.
run_victims()
{
	for prefix in "$@"; do
		for file in "$victims_src/$prefix"-*.c "$victims_src/$prefix"-*.cc; do
			[ -e "$file" ] || continue
			case " ${VICTIMS:-$(basename "${file%.c*}")} " in
			*" $(basename "${file%.c*}") "*) ;;
			*) continue ;;
			esac
			rm -f "$tmp/bare"
			variants=$(header "$file" kshim)
			for variant in ${variants:-full}; do
				run_variant "$file" "$variant"
			done
		done
	done
}
