# SPDX-License-Identifier: MIT
#
# Makes the files' text a C string: lines in quotes, not indented.

!/^\/[*\/] SPDX-/ {
	sub(/^\t+/, "")
	gsub(/["\\]/, "\\\\&")
	gsub(/\?\?/, "?\\?")
	printf "\"%s\\n\"\n", $0
}
