# SPDX-License-Identifier: MIT
#
# For the scripts that speak TAP: `. "$abs_top_srcdir/tests/tap.sh"`. Gives $tmp, a directory of
# the script's own, and ends with the plan.

LC_ALL=C
export LC_ALL
tap_n=0
tmp=$abs_top_builddir/tests/$(basename "$0" .test).tmp
rm -rf "$tmp"
mkdir -p "$tmp"

# result STATUS NAME [FILE...]: 0 is ok; the files are shown when it is not.
result()
{
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
		return 0
	fi
	echo "not ok $tap_n - $2"
	shift 2
	for tap_file in "$@"; do
		echo "# $tap_file:"
		sed 's/^/#   /' "$tap_file"
	done
	return 0
}

# skip NAME WHY
skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# is NAME ACTUAL WANTED
is()
{
	tap_n=$((tap_n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tap_n - $1"
	else
		echo "not ok $tap_n - $1"
		printf 'wanted: %s\nfound:  %s\n' "$3" "$2" | sed 's/^/#   /'
	fi
}

done_testing()
{
	cd "$abs_top_builddir" || exit 99
	chmod -R u+rwX "$tmp" 2>/dev/null
	rm -rf "$tmp"
	echo "1..$tap_n"
}
