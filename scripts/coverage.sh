#!/bin/sh
# How much of core and proto, the rooms that read packets, the unit and replay tests run.
#
#   scripts/coverage.sh [GCOVR-OPTION...]       such as --html-details FILE
#
# Builds the preset coverage, runs the tests, and prints the lines of each file that were run, those that were not, and the
# sum; the getters in the public headers count too. Exit status 1 where a test failed, or fewer than 97 % of the lines ran.

set -eu

cd "$(dirname "$0")/.."
wanted=97
build=build/coverage

command -v gcovr >/dev/null 2>&1 || {
    echo "coverage.sh: gcovr is not installed: scripts/packages.sh test installs it" >&2
    exit 2
}

cmake --preset coverage >/dev/null
cmake --build --preset coverage -j "$(nproc)" >"$build/build.log" || {
    cat "$build/build.log"
    exit 2
}
# Counts of earlier runs add up, and those of sources that have changed do not fit.
find "$build" -name '*.gcda' -delete

# unit_purity and unit_headers compile and run nothing of the library.
status=0
ctest --test-dir "$build" -j "$(nproc)" -R '^(unit_|replay)' -E '^unit_(purity|headers)$' >"$build/test.log" 2>&1 || {
    status=1
    sed -n '/tests passed/,$p' "$build/test.log"
}
gcovr -r . --object-directory "$build" -f libpkt/src/core/ -f libpkt/src/proto/ -f libpkt/include/ \
    --fail-under-line "$wanted" "$@" "$build" || status=1
exit "$status"
