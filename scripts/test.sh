#!/bin/sh
# Runs every test: builds the presets asan and release, and runs both through ctest.
#
#   scripts/test.sh [CTEST-OPTION...]           such as -R unit_ or -j1
#
# What the tests need is installed first (root or sudo), or the command that does it is printed. Without root, or in a container
# that cannot make network namespaces, the tests that need them are skipped and listed. Ends with ctest's own closing lines
# for release; when a preset has failed, its failures are listed before them, and the exit status is 1.

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

failed=0
for preset in asan release; do
    echo "== tests of preset $preset"
    if ! ctest --preset "$preset" -j "$jobs" "$@"; then
        echo "FAILED: preset $preset" >&2
        failed=1
    fi
done
[ "$failed" -eq 0 ]
