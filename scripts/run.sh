#!/bin/sh
# Builds the tools if need be, and shows or runs them.
#
#   scripts/run.sh                              a tour of what they do, on the captures of this tree
#   scripts/run.sh TOOL [ARGUMENT...]           runs one: scripts/run.sh sniff -r captures/icmp4-redirect.pcap
#
# Standard output is the tool's alone; what a build says goes to standard error. On a Debian system that lacks something it is
# installed first (root or sudo), or the command that does it is printed. The build lies in build/release.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release

has_build_tools() {
    for program in cmake ninja cc pkg-config; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
    pkg-config --exists libpcap libmnl
}

# build_tools: without a word where nothing is to be done
build_tools() {
    status=$({
        {
            if cmake --build "$build" --target pkt_tools 2>&1; then echo 0 >&3; else echo 1 >&3; fi
        } | grep --line-buffered -v -e 'Re-checking globbed directories' -e 'no work to do' >&2
    } 3>&1) || true
    [ "$status" -eq 0 ] || exit 2
}

# compile: the tests stay switched on in a directory that test.sh made
compile() {
    if [ ! -e "$build/build.ninja" ]; then
        # What is missing may be optional: the build says which features are off.
        "$root/scripts/packages.sh" build || has_build_tools || exit 2
        cmake -S "$root" --preset release -DPKT_TESTS=OFF >&2
    fi
    build_tools
}

# show COMMENT COMMAND...: one stop of the tour
show() {
    printf '\n\033[1m# %s\033[0m\n$ %s\n' "$1" "$2" | plain
    sh -c "$2" 2>&1 || echo "(exit status $?)"
}

# plain: takes the marks out where they would be noise
plain() {
    if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
        cat
    else
        sed "s/$(printf '\033')\\[[0-9]*m//g"
    fi
}

tour() {
    cd "$root"
    PATH=$build/tools:$PATH
    show 'A capture as tcpdump prints it: the same lines, without names looked up' \
        'pktsniff -r captures/icmp4-time-exceeded.pcap -c 4'
    show 'A host joins and leaves a group: IGMPv3, with the IP header (-v)' \
        'pktsniff -v -r captures/igmp3-join-leave.pcap -c 2'
    show 'Compressed pcapng with two interfaces, out of a pipe' \
        'pktsniff -r - -c 2 < captures/dumpcap-zstd.pcapng.zst'
    show 'Every field of every layer as JSON, for jq and scripts' \
        'pktsniff --quiet --json -r captures/igmp3-join-leave.pcap -c 1'
    show 'Chosen fields, by the names that Wireshark gives them' \
        'pktsniff --quiet --fields ip.src,ip.dst,icmp.type,icmp.code -r captures/icmp4-unreachable-codes.pcap'
    show 'What is wrong with a packet, and which RFC says so' \
        'pktsniff --diag -r captures/igmp-odd.pcap -c 4'
    show 'A damaged file: every packet before the damage, then one line, and exit status 2' \
        'head -c 300 captures/igmp3-join-leave.pcap | pktsniff -r -'
    show 'A packet described in a line of text' \
        'pktsend --quiet --dry-run --print "ip dst=192.0.2.1 ttl=1..3 / udp dport=33434"'
    show 'Another saved, with a checksum that is wrong on purpose, and found by pktsniff' \
        "pktsend --quiet --save - 'ip src=192.0.2.1 dst=192.0.2.2 checksum*=1 / icmp echo' | pktsniff --diag -r -"
    # Where echo requests take privilege that is not there, this stop is left out.
    if pktping -q -c 1 127.0.0.1 >/dev/null 2>&1; then
        show 'Echoes, timed between the timestamps of the kernel itself' \
            'pktping -c 3 -i 10ms 127.0.0.1'
    fi
    cat <<END

Try next:
  scripts/run.sh sniff -r captures/mld2-join-leave.pcap --json mld
  scripts/run.sh send --dry-run --print --hex 'ip6 dst=ff02::1 / mld2 query'
  scripts/run.sh sniff --help
END
}

compile
if [ $# -eq 0 ]; then
    tour
    exit
fi
tool=pkt${1#pkt}
shift
if [ ! -x "$build/tools/$tool" ]; then
    echo "run.sh: there is no tool '$tool': give one of$(cd "$build/tools" && for t in pkt*; do
        case $t in *-generate | *.*) ;; *) [ -x "$t" ] && printf ' %s' "${t#pkt}" ;; esac
    done)" >&2
    exit 2
fi
exec "$build/tools/$tool" "$@"
