#!/bin/sh
# Each public header compiles alone, twice in a row, as C17 and as C++17, without a warning.
#
#     headers.sh       PKT_SOURCE_DIR: the tree; CC and CXX: the compilers
set -eu
export LC_ALL=C

include=${PKT_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}/libpkt/include
flags='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
failed=0
n=0

cxx=${CXX:-c++}
command -v "$cxx" > /dev/null || { echo "headers: no C++ compiler: C only"; cxx=; }

check() {
    language=$1
    shift
    printf '#include "pkt/%s"\n#include "pkt/%s"\nextern int headers_test;\n' "$name" "$name" |
        "$@" $flags -I"$include" -x "$language" - || { echo "headers: $name fails as $*"; failed=1; }
}

for header in "$include"/pkt/*.h; do
    name=$(basename "$header")
    n=$((n + 1))
    check c "${CC:-cc}" -std=c17 -Wshadow -Wconversion -Wstrict-prototypes
    if [ -n "$cxx" ]; then
        check c++ "$cxx" -std=c++17
    fi
done

[ "$n" -ge 15 ] || { echo "headers: only $n headers found"; failed=1; }
[ "$failed" -eq 0 ] && echo "headers: $n headers stand alone"
exit "$failed"
