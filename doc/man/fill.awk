# SPDX-License-Identifier: MIT
#
# Puts the tables of the sources into a page or script: reads *.def and annotate.h, then the template, the
# last file, in which a line that is @NAME@ stands for a table. -v version=VERSION.

# Text for roff: short lines, each sentence on its own, no escape, no line that looks like a request.
function roff(s, n, i, w, line, out)
{
	gsub(/\\/, "\\e", s)
	n = split(s, w, / +/)
	for (i = 1; i <= n; i++) {
		if (line != "" && (length(line w[i]) > 78 || line ~ /[a-zA-Z0-9)][.]$/)) {
			out = out line "\n"
			line = ""
		}
		if (line == "" && w[i] ~ /^[.']/)
			w[i] = "\\&" w[i]
		line = line (line == "" ? "" : " ") w[i]
	}
	return out line
}

# The macro's arguments in arg[1..n]; text[i] is whether it was a string.
function arguments(s, i, c, in_text, n)
{
	n = 1
	split("", arg)
	split("", text)
	sub(/^[A-Z_]+ *\(/, "", s)
	sub(/\)$/, "", s)
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\"") {
			in_text = !in_text
			text[n] = 1
		} else if (c == "," && !in_text) {
			n++
		} else if (in_text && c == "\\") {
			arg[n] = arg[n] substr(s, ++i, 1)
		} else if (in_text || c !~ /[ \t]/) {
			arg[n] = arg[n] c
		}
	}
	return n
}

function item(table, head, body)
{
	made[table] = made[table] ".It " head "\n" roff(body) "\n"
}

function word(table, w)
{
	made[table] = made[table] (table in made && made[table] != "" ? " " : "") w
}

function option(n, type, name, values, def, words)
{
	name = arg[1]
	def = arg[2]
	if (type == "INT") {
		values = "a number from " arg[3] " to " arg[4]
	} else if (type == "BOOL") {
		values = "0 or 1"
		word("OPTION_FLAGS", "--" name)
		word("OPTION_FLAGS", "--no-" name)
		words = "0 1"
	} else if (type == "STR") {
		values = "text"
	} else {
		words = arg[3]
		split(words, name_of, "|")
		def = name_of[def + 1]
		values = words
		gsub(/\|/, ", ", values)
		values = "one of " values
		gsub(/\|/, " ", words)
	}
	word("OPTION_FLAGS", "--" name "=")
	if (words != "")
		made["OPTION_VALUES"] = made["OPTION_VALUES"] "\t" name ") words='" words "' ;;\n"
	item("OPTIONS", "Cm \"" name "=" def "\"", arg[n] ". Value: " values ".")
}

function entry(s, macro, n)
{
	macro = s
	sub(/ *\(.*/, "", macro)
	n = arguments(s)
	if (macro == "COMMAND") {
		item("COMMANDS", "Cm " arg[2] " No \"" arg[3] "\"", arg[4] ".")
		word("COMMAND_WORDS", arg[2])
		made["ABOUT_" toupper(arg[2])] = arg[4]
	} else if (macro == "KIND") {
		item("KINDS", "Sy " arg[3] " No (" tolower(arg[4]) ")", arg[5] ".")
		word("KIND_WORDS", arg[3])
	} else if (macro == "FORMAT") {
		item("FORMATS", "Cm " arg[2], arg[3] ".")
		word("FORMAT_WORDS", arg[2])
	} else if (macro == "COUNTER") {
		item("COUNTERS", "Sy " arg[3] (arg[4] == "LOSS" ? " No (loss)" : ""), arg[5] ".")
	} else if (macro ~ /^OPT_/) {
		option(n, substr(macro, 5))
	}
}

function prototype(s, name, i, n, list, out)
{
	sub(/^\tCALL\(/, "", s)
	name = s
	sub(/,.*/, "", name)
	sub(/^[^(]*\(/, "", s)
	sub(/\).*/, "", s)
	n = split(s, list, /, /)
	out = ".Ft void\n.Fn reclaimdep_" name
	for (i = 1; i <= n; i++)
		out = out " \"" list[i] "\""
	made["PROTOTYPES"] = made["PROTOTYPES"] out "\n"
}

# The comment that says what each function means: a line of names, then text behind a tab.
function described(s)
{
	if (s ~ /^ \*\t/) {
		about = about (about == "" ? "" : " ") substr(s, 4)
		return
	}
	if (about != "")
		made["FUNCTIONS"] = made["FUNCTIONS"] roff(about) "\n"
	about = ""
	if (s ~ /^ \* reclaimdep_/)
		made["FUNCTIONS"] = made["FUNCTIONS"] ".It Sy \"" substr(s, 4) "\"\n"
}

# What several pages have in common: doc/man/name.inc.
function include(name, file, line)
{
	file = "doc/man/" tolower(name) ".inc"
	while ((getline line <file) > 0)
		made[name] = made[name] line "\n"
	close(file)
}

FILENAME ~ /\.def$/ {
	if (pending == "" && $0 !~ /^[A-Z_]+ *\("?[A-Za-z_]+,/)
		next
	line = $0
	sub(/^[ \t]+/, "", line)
	pending = pending line " "
	if (line ~ /"\)$/) {
		sub(/ $/, "", pending)
		entry(pending)
		pending = ""
	}
	next
}

FILENAME ~ /annotate\.h$/ {
	if (/^\/\* ---- the functions ---- \*\//)
		functions = 1
	if (functions)
		described($0)
	if (/^ \*\/$/)
		functions = 0
	if (/^\tCALL\(/)
		prototype($0)
	next
}

{
	if (match($0, /^@[A-Z_]+@$/)) {
		name = substr($0, 2, length($0) - 2)
		if (made[name] == "")
			include(name)
		if (made[name] == "") {
			printf "fill.awk: %s: there is no table %s\n", FILENAME, name >"/dev/stderr"
			exit 1
		}
		printf "%s", made[name]
		next
	}
	while (match($0, /@[A-Z]+_[A-Z]+@/)) {
		name = substr($0, RSTART + 1, RLENGTH - 2)
		$0 = substr($0, 1, RSTART - 1) made[name] substr($0, RSTART + RLENGTH)
	}
	gsub(/@VERSION@/, version)
	print
}
