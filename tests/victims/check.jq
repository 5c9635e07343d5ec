# SPDX-License-Identifier: MIT
#
# Compares a JSON report with what the first comment block of a victim's source expects (victim.h
# says what may stand there). Prints what is wrong, a line each; nothing when all is as expected.
#
# $source: the text of the source. $hook: "" or what else to do: "status" prints the exit status that
# the command must end with instead.

# ---- the source's side ----

def header: $source | split("\n")
	| .[:index(" */") // 0]
	| map(capture("^ \\* (?<key>[a-z]+): *(?<value>.*)$")?);

def words: split(" ") | map(select(. != ""));

# [{kind, verdict, classes, stacks: [{which, functions}]}]
def expected: reduce header[] as $line ([];
	if $line.key == "expect" and $line.value != "none" then
		. + [($line.value | words) as $w
			| {kind: $w[0], verdict: $w[1], classes: ($w[2:] | sort), stacks: []}]
	elif $line.key == "detail" then
		.[-1].detail = ($line.value | words)
	elif $line.key == "stack" then
		.[-1].stacks += [($line.value | words) as $w | {which: $w[0], functions: $w[1:]}]
	else . end);

def value($key): first(header[] | select(.key == $key) | .value) // null;

def status:
	(value("exit") // "0") as $own
	| if $own != "0" then $own
	elif value("status") then value("status")
	elif any(expected[]; (.kind | IN("scope-leaked", "held-at-exit", "fork-held") | not) and (.verdict == "certain" or .verdict == "possible")) then "66"
	else "0" end;

# ---- the report's side ----

# The edges of a cycle; of a finding about one lock or place, something that looks like one.
def edges: .cycle[], (.circle[]? | {from: (.holds // "-"), to: .waits_for, held_stack, acquire_stack: .wait_stack}),
	(if .lock then .lock | {from: .name, to: .name, held_stack, acquire_stack}
	elif .circle then empty else .place // empty | {from: .scope, to: .scope, held_stack, acquire_stack} end);

def class_names: [edges | .from];

def functions: [.[]?.function | strings];

# Is this name that function? C++ names come with their arguments.
def is_function($name): . == $name or startswith($name + "(");

# Do the names stand in the list, in this order, others between them allowed?
def in_order($names): reduce .[] as $function ($names;
	if length > 0 and (.[0] as $name | $function | is_function($name)) then .[1:] else . end)
	| length == 0;

def has_stack($want): any(edges; .[$want.which + "_stack"] | functions | in_order($want.functions));

def matches($want): . as $f | .kind == $want.kind and .verdict == $want.verdict
	and (($want.detail // []) | length == 0 or .[0] == $f.place.detail and (.[1:] == [] or .[1] == $f.place.scope))
	and ($want.classes == [] or (class_names | sort) == $want.classes)
	and (. as $finding | all($want.stacks[]; . as $stack | $finding | has_stack($stack)));

def shown: "\(.kind) \(.verdict) \(if .place.detail then .place.detail + " " else "" end)\(class_names | join(" "))"
	+ ([edges | "\n   \(.from) -> \(.to)\n     held: \(.held_stack | functions | join(" < "))"
		+ "\n     acquire: \(.acquire_stack | functions | join(" < "))"] | join(""));

def wanted: "\(.kind) \(.verdict) \(.classes | join(" "))"
	+ (.stacks | map("\n     \(.which): \(.functions | join(" < "))") | join(""));

def tolerated: [header[] | select(.key == "tolerates") | .value];

def finding_problems:
	reduce expected[] as $want ({left: (.findings | map(select(.kind | IN(tolerated[]) | not)) | unique_by(.fingerprint)),
		missing: []};
		(first(.left | to_entries[] | select(.value | matches($want)) | .key) // null) as $i
		| if $i == null then .missing += [$want] else .left |= del(.[$i]) end)
	| (.missing[] | "not found: \(wanted)"), (.left[] | "not expected: \(shown)");

def process_problems:
	(value("processes") // "1" | split("..") | map(tonumber)) as $range
	| (.processes | length) as $n
	| select($n < $range[0] or $n > $range[-1])
	| "\($n) processes, wanted \($range | map(tostring) | join(" to "))";

def state_problems:
	value("state") as $want | select($want)
	| (.processes | min_by(.started_ns) | .state)
	| select(. != $want) | "the first process is: \(.)";

def class_problems:
	[.classes[].name] as $names
	| header[] | select(.key == "class") | .value
	| . as $name | [$names[] | select(. == $name)] | length
	| select(. != 1) | "class \($name) is there \(.) times";

if $hook == "status" then status else finding_problems, process_problems, state_problems, class_problems end
