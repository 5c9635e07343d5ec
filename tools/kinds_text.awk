# SPDX-License-Identifier: MIT
#
# Makes C of doc/kinds/*.txt: TEXT("kind", "what stands in the file") for each.

FNR == 1 {
	if (NR > 1)
		print ")"
	kind = FILENAME
	sub(/.*\//, "", kind)
	sub(/\.txt$/, "", kind)
	printf "TEXT(\"%s\",\n", kind
}

!/^# SPDX-/ {
	gsub(/["\\]/, "\\\\&")
	printf "\t\"%s\\n\"\n", $0
}

END { print ")" }
