#!/bin/sh
# Runs every test: builds the presets asan and release, and runs both through ctest.
#
#   scripts/test.sh [CTEST-OPTION...]           such as -R unit_ or -j1
#
# What the tests need is installed first (root or sudo), or the command that does it is printed. Without root, or in a container
# that cannot make network namespaces, the tests that need them are skipped and listed. Ends with ctest's own closing lines:
# those of a preset that failed, if one did, and then the exit status is 1.

set -eu

cd "$(dirname "$0")/.."
jobs=$(nproc)

if [ -n "$(scripts/packages.sh --missing test)" ]; then
    scripts/packages.sh test || exit 1
fi

for preset in asan release; do
    cmake --preset "$preset" -DPKT_TESTS=ON
    cmake --build --preset "$preset" -j "$jobs"
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run PRESET [CTEST-OPTION...]: its output is shown and kept
exec 4>&1
run() {
    preset=$1
    shift
    echo "== tests of preset $preset"
    status=$({
        {
            if ctest --preset "$preset" -j "$jobs" "$@"; then echo 0 >&3; else echo 1 >&3; fi
        } | tee "$log" >&4
    } 3>&1)
    return "$status"
}

asan=0
release=0
run asan "$@" || asan=1
closing=$(sed -n '/% tests passed/,$p' "$log")
run release "$@" || release=1

# The last lines are those of a preset that failed, if one did.
if [ "$asan" -ne 0 ] && [ "$release" -eq 0 ]; then
    printf '\n== preset asan failed\n%s\n' "$closing"
fi
[ "$asan" -eq 0 ] && [ "$release" -eq 0 ]
