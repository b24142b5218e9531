#!/bin/sh
# Fuzzes each target for a while, with bounded memory, and says how many inputs a second it ran.
#
#     fuzz.sh [SECONDS [TARGET...]]    default: 60 seconds, all targets
#     fuzz.sh --merge DIRECTORY        reduces DIRECTORY/TARGET/ (scripts/fuzz-seeds.py) into the stored corpora
#
# New inputs that reach new code and inputs that fail go to build/fuzz/work/. A failure ends in exit status 1; add the
# input to tests/fuzz/corpus/TARGET/ when it is mended: every test run replays those.
set -eu
cd "$(dirname "$0")/.."

seconds=60
merge=
case ${1:-} in
--merge)
    merge=$2
    shift 2
    ;;
*)
    [ $# -gt 0 ] && { seconds=$1; shift; }
    ;;
esac
targets=${*:-fuzz_decode fuzz_lists fuzz_capture_file fuzz_print fuzz_language fuzz_roundtrip fuzz_saver fuzz_ping_engine}

command -v clang > /dev/null || { echo "fuzz.sh: clang is missing: apt-get install clang" >&2; exit 2; }
cmake --preset fuzz > /dev/null
# shellcheck disable=SC2086
cmake --build build/fuzz --target $targets > build/fuzz/build.log || { cat build/fuzz/build.log; exit 2; }

work=build/fuzz/work
failed=0
mkdir -p "$work"

export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
limits='-rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10 -max_len=4096'

for target in $targets; do
    stored=tests/fuzz/corpus/$target
    program=build/fuzz/tests/fuzz/$target
    mkdir -p "$stored" "$work/$target"
    if [ -n "$merge" ]; then
        # shellcheck disable=SC2086
        "$program" -merge=1 $limits "$stored" "$merge/$target" 2> "$work/$target.log" ||
            { tail -n 20 "$work/$target.log"; failed=1; }
        echo "$target: $(find "$stored" -type f | wc -l) inputs, $(du -sb "$stored" | cut -f1) bytes"
        continue
    fi
    # shellcheck disable=SC2086
    if "$program" $limits -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/$target-" \
        "$work/$target" "$stored" > "$work/$target.log" 2>&1; then
        result=clean
    else
        result=FAILED
        failed=1
        grep -E 'ERROR|runtime error|SUMMARY|Test unit written' "$work/$target.log" || tail -n 20 "$work/$target.log"
    fi
    awk -v target="$target" -v result="$result" '
        /stat::number_of_executed_units/ {runs = $2}
        /stat::average_exec_per_sec/ {rate = $2}
        END {printf "%-20s %s: %d inputs, %d a second\n", target, result, runs, rate}' "$work/$target.log"
done
exit "$failed"
