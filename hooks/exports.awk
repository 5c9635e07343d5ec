# SPDX-License-Identifier: MIT
#
# Reads hooks.def. Prints the linker's version script, or with -v names=1 each
# exported name with its version ("name" or "name@version"), sorted by nothing.
#
# Names without a version stay out of every node, so that they bind to callers
# of any version. What stands behind a versioned name is local.

/^HOOK\(/ {
	split($0, f, /[(,) "]+/)
	name = f[2]; slot = f[3]; version = f[5]
	if (version !~ /^GLIBC_/) {
		if (names)
			print name
		next
	}
	if (names) {
		print name "@" version
		next
	}
	if (!(version in global))
		order[++nodes] = version
	global[version] = global[version] "\t\t" name ";\n"
	local[version] = local[version] "\t\t" slot ";\n"
}

END {
	for (i = 1; i <= nodes && !names; i++) {
		v = order[i]
		before = i == 1 ? "" : " " order[i - 1]
		printf "%s {\n\tglobal:\n%s\tlocal:\n%s}%s;\n", v, global[v], local[v], before
	}
}
