#!/bin/sh
# Debian packages that building, testing and measuring need: the one place where they are listed.
#
#   scripts/packages.sh build|test|bench|record       installs what is missing of the list, as root or with sudo;
#                                                     where that cannot be, prints the one command and exits 1
#   scripts/packages.sh --missing build|test|...      prints what is missing, one a line
#
# A list includes those before it: test needs build, bench and record need test.

set -eu

BUILD='build-essential cmake ninja-build pkg-config libpcap-dev libnet1-dev libmnl-dev
    libseccomp-dev zlib1g-dev libzstd-dev libc-ares-dev'
TEST='libcmocka-dev clang clang-format clang-tidy libclang-rt-14-dev gcc-s390x-linux-gnu
    libc6-dev-s390x-cross qemu-user-static binutils bsdextrautils file gcovr gzip zstd jq python3 python3-scapy mandoc man-db shellcheck tcpdump tshark
    python3-prometheus-client fping iproute2 iputils-ping ethtool nftables socat procps tcpreplay util-linux'
BENCH='libtins-dev netsniff-ng time hyperfine linux-perf valgrind'
RECORD='dnsmasq-base hping3 iputils-arping iputils-tracepath ndisc6 radvd smcroute traceroute'

die() {
    echo "packages.sh: $*" >&2
    exit 2
}

# choose LIST: sets $wanted
choose() {
    case $1 in
    build) wanted=$BUILD ;;
    test) wanted="$BUILD $TEST" ;;
    bench) wanted="$BUILD $TEST $BENCH" ;;
    record) wanted="$BUILD $TEST $RECORD" ;;
    *) die "no list is called '$1': give build, test, bench or record" ;;
    esac
}

# print_missing: those of $wanted that are not installed, one a line
print_missing() {
    for package in $wanted; do
        # shellcheck disable=SC2016 # dpkg-query's own variable
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
        ?i*) ;;
        *) echo "$package" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo "$@"
    elif command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then
        sudo "$@"
    else
        return 1
    fi
}

# Package lists of a fresh system are empty or old; no question may stop a script.
install_now() {
    as_root apt-get update -q >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "packages.sh: not a Debian system: nothing is installed by this script" >&2
    exit 0
fi

if [ "${1-}" = --missing ]; then
    choose "${2-}"
    print_missing
    exit 0
fi
choose "${1-}"
missing=$(print_missing)
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # a list
set -- $missing
echo "missing packages: $*" >&2
if ! install_now "$@"; then
    echo "packages are missing, and this user cannot install them. Run:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
    exit 1
fi
