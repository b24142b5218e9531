#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# prefix.sh SOURCE BUILD: installs into a prefix of its own, moves it, and uses it as others do: programs built by pkg-config and
# by find_package, the example of libpkt(3), the tools, their man pages and completions.

set -u

source=$1
build=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAIL: $*" >&2
    failed=1
}

# must WHAT COMMAND...: a step that everything after it needs
must() {
    local what=$1
    shift
    "$@" >"$work/log" 2>&1 && return
    cat "$work/log" >&2
    fail "$what"
    exit 1
}

# is EXPECTED COMMAND...: its standard output
is() {
    local expected=$1 found
    shift
    found=$("$@" 2>&1) && [ "$found" = "$expected" ] && return
    fail "'$found' instead of '$expected': $*"
}

must 'installation' env -u DESTDIR cmake --install "$build" --prefix "$work/first"
# Nothing may remember where it was installed.
prefix=$work/prefix
mv "$work/first" "$prefix"
version=$(sed -n 's/^#define PKT_VERSION_STRING *"\(.*\)"$/\1/p' "$source/libpkt/include/pkt/base.h")

test_files() {
    local file
    for file in lib/libpkt.so lib/libpkt.so."${version%%.*}" lib/libpkt.a lib/pkgconfig/libpkt.pc lib/cmake/pkt/pktConfigVersion.cmake \
        include/pkt/pkt.h bin/pktsniff share/man/man8/pktsniff.8 share/man/man7/pkt-checksum.7 \
        share/man/man7/pkt-diagnosis.7 share/man/man3/libpkt.3 share/bash-completion/completions/pktsniff \
        share/doc/libpkt/README.md share/doc/libpkt/CHANGELOG.md share/doc/libpkt/LICENSE share/doc/libpkt/docs/index.md; do
        [ -s "$prefix/$file" ] || fail "$file is not installed"
    done
    cmp -s "$source/README.md" "$prefix/share/doc/libpkt/README.md" || fail 'the installed README is another one'
    grep -rIl --exclude='*.md' -e "$source" -e "$build" -e "$work" "$prefix" >"$work/paths" &&
        fail "paths of the build are in $(cat "$work/paths")"
    nm -g --defined-only "$prefix/lib/libpkt.a" | awk 'NF == 3 { print $3 }' | grep -v '^pkt_' >"$work/names"
    [ ! -s "$work/names" ] || fail "libpkt.a defines names of others: $(tr '\n' ' ' <"$work/names")"
}

test_pkg_config() {
    local -x PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    local flags
    is "$version" pkg-config --modversion libpkt
    read -ra flags <<<"$(pkg-config --cflags --libs libpkt)"
    must 'a program by pkg-config' cc -std=c17 -Wall -Wextra -Wpedantic -Werror "$here/foreign/main.c" -o "$work/by-pkg-config" "${flags[@]}"
    is "$version 220d" env LD_LIBRARY_PATH="$prefix/lib" "$work/by-pkg-config"

    # The archive instead of the shared library, as a distribution's static builds do it.
    read -ra flags <<<"$(pkg-config --cflags libpkt)"
    must 'a program with libpkt.a' cc -std=c17 "$here/foreign/main.c" -o "$work/with-archive" "${flags[@]}" \
        "$prefix/lib/libpkt.a" -lpcap -lmnl -lnet -lseccomp -lz -lzstd
    is "$version 220d" "$work/with-archive"
}

test_find_package() {
    must 'configuration of a foreign project' cmake -S "$here/foreign" -B "$work/foreign" -DCMAKE_PREFIX_PATH="$prefix"
    must 'a foreign project' cmake --build "$work/foreign"
    is "$version 220d" "$work/foreign/shared"
    is "$version 220d" "$work/foreign/archive"
    is "$version 220d" "$work/foreign/cplusplus"
    sed 's/find_package(pkt 0.1/find_package(pkt 99.0/' "$here/foreign/CMakeLists.txt" >"$work/CMakeLists.txt"
    cp "$here/foreign/main.c" "$work"
    cmake -S "$work" -B "$work/newer" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 && fail 'version 99.0 was found'
    grep -q "version: $version" "$work/log" || fail 'the version that was found instead is not said'
}

# Headers alone: each compiles by itself, as strictly as C goes.
test_headers() {
    local header
    for header in "$prefix"/include/pkt/*.h; do
        printf '#include <pkt/%s>\ntypedef int not_empty;\n' "${header##*/}" >"$work/header.c"
        must "$header alone" cc -std=c17 -Wall -Wextra -Wpedantic -Wundef -Werror -fsyntax-only -I "$prefix/include" "$work/header.c"
    done
}

# The program in the EXAMPLES of libpkt(3), on a capture with two packets whose checksums hping3 made bad.
test_manual_example() {
    local -x PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    local flags
    awk '/^\.Sh/ { section = $2 } section == "EXAMPLES" && /^\.Bd -literal$/ { text = 1; next } /^\.Ed/ { text = 0 } text' \
        "$prefix/share/man/man3/libpkt.3" | sed 's/\\e/\\/g' >"$work/example.c"
    read -ra flags <<<"$(pkg-config --cflags --libs libpkt)"
    must 'the example of libpkt(3)' cc -std=c17 -Wall -Wextra -Wpedantic -Werror "$work/example.c" -o "$work/example" "${flags[@]}"
    is "192.0.2.1 > 192.0.2.2, time to live 64
    the checksum is wrong
192.0.2.1 > 192.0.2.2, time to live 64
    the checksum is wrong" env LD_LIBRARY_PATH="$prefix/lib" "$work/example" "$source/captures/udp4-bad-checksum.pcap"
}

test_tools() {
    local tool
    for tool in "$prefix"/bin/pkt*; do
        "$tool" --version | grep -q "${tool##*/}.*$version" || fail "$tool --version does not say $version"
        man -M "$prefix/share/man" -w "${tool##*/}" >"$work/log" 2>&1 || fail "man does not find ${tool##*/}"
    done
    is '4 packets' "$prefix/bin/pktsniff" --quiet --count -r "$source/captures/arp-request-reply.pcap" arp
}

# completed LINE WORD: whether the completion offers WORD after LINE
completed() {
    # shellcheck disable=SC2016 # the inner shell's variables
    bash --norc -c '
        . "$0" || exit
        line=$1
        read -ra COMP_WORDS <<<"$line"
        case $line in *" ") COMP_WORDS+=("") ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "$(complete -p "${COMP_WORDS[0]}" | sed "s/.*-F \([^ ]*\).*/\1/")"
        printf "%s\n" "${COMPREPLY[@]}"' \
        "$prefix/share/bash-completion/completions/${1%% *}" "$1" 2>"$work/errors" | grep -qx -e "$2" || fail "'$1' is not completed to $2"
    [ ! -s "$work/errors" ] || fail "the completion says: $(cat "$work/errors")"
}

test_completion() {
    bash -n "$prefix/share/bash-completion/completions/pktsniff" || fail 'the completion is no bash'
    completed 'pktsniff --js' --json
    completed 'pktsniff -' -r
    completed "pktsniff -r $source/captures/udp4-b" "$source/captures/udp4-bad-checksum.pcap"
}

test_files
test_pkg_config
test_find_package
test_headers
test_manual_example
test_tools
test_completion
exit "$failed"
