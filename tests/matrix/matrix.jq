# SPDX-License-Identifier: MIT
#
# A JSON report of a run of the matrix, against what its cases expect. Prints for each case
#
#   pass|fail|skip TAB group TAB name TAB why
#
# --rawfile list: what "matrix list" printed. --rawfile ran: what "matrix run" printed.

def cases: $list | split("\n") | map(select(. != "") | split("|")
	| {number: .[0], group: .[1], name: .[2], kinds: .[3], program: .[4], expect: .[5], awaits: .[6], options: .[8]});

# The case of each process, and the process of each case.
def ran: $ran | split("\n") | map(split(" ")) | map(select(length == 2)) as $pids | {
	by_pid: ($pids | map({key: .[1], value: .[0]}) | from_entries),
	pid_of: ($pids | map({key: .[0], value: .[1]}) | from_entries)};

# The case that a finding is of: the one whose process found it.
def case_of($ran; $processes): $ran.by_pid[$processes[.process].pid | tostring] | tostring;

# What there is that counts: what a gate keeps apart is told on request only. That a handler takes a lock at all is
# a note, joined over the cases.
def told: map(select(.kind != "sleep-in-atomic" or .severity != "note") | "\(.kind) \(.verdict)") | sort;

def wanted: if .expect == "none" then []
	else .expect | split(" + ")
		| map(split(" ") | . as $w | range($w[2] // "1" | tonumber) | "\($w[0]) \($w[1])") | sort end;

# The weightiest verdict; 0: nothing that counts.
def weight: map(split(" ")[1] as $v | ["guarded", "ordered", "single-thread", "possible", "certain"] | index($v)) | max // 0;

# Any verdict but that of a gate is good for "any"; behind a gate nothing is lost where nothing was to be found.
def agrees($found): wanted as $w
	| if $w == [] then $found | all(endswith(" guarded"))
	elif .expect | endswith(" any") then
		($w[0] | sub("any$"; "")) as $kind | $found | any(startswith($kind) and (endswith(" guarded") | not))
	else $found == $w end;

def verdict($found; $recorded; $by_case):
	if .awaits != "" then ["skip", .awaits]
	elif $recorded | not then ["fail", "no record of it"]
	elif .expect | startswith("as ") then
		($by_case[.expect[3:]] // [] | told) as $like
		| if ($found | weight) >= ($like | weight) and (($like | weight) > 0 or ($found | weight) == 0) then ["pass", ""]
		else ["fail", "\(.kinds) \(.program): wanted \($like | join(", ")), found \($found | join(", "))"] end
	elif agrees($found) then ["pass", ""]
	else ["fail", "\(.kinds) \(.program): wanted \(.expect), found \(if $found == [] then "none" else $found | join(", ") end)"]
	end;

ran as $ran
| .processes as $processes
| (reduce .findings[] as $f ({}; .[$f | case_of($ran; $processes)] += [$f])) as $by_case
| ($processes | map({key: (.pid | tostring), value: true}) | from_entries) as $recorded
| cases[]
| ($by_case[.number] // [] | told) as $found
| verdict($found; $recorded[$ran.pid_of[.number] // ""]; $by_case) as $v
| [$v[0], .group, .name, $v[1]] | @tsv
