#!/bin/bash
# Fragments that the library makes, put together by the kernel: IPv4 with options, IPv6 with extension headers, small and
# large, in order and backwards.
#
#     fragment.sh HELPER
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
helper=$1
command -v python3 >/dev/null || lab_skip 'python3 is not installed'
lab_start
lab_host A B
lab_link A eth0 B eth0
lab_address A eth0 192.0.2.1/24 2001:db8::1/64
lab_address B eth0 192.0.2.2/24 2001:db8::2/64
lab_ready A B
from=00:00:5e:00:53:01 to=00:00:5e:00:53:02 # of the first cable
lab_background B python3 "$here/fragment_listen.py" "$LAB_DIR/heard"
lab_listening B 5000
heard=0 # datagrams

# deliver SOURCE DESTINATION LENGTH MTU ORDER FRAGMENTS: sends it in so many fragments; the listener hears one datagram.
deliver() {
    local sent
    sent=$("$helper" "$from" "$to" "$1" "$2" "$3" "$4" | lab_in A python3 "$here/fragment_send.py" eth0 "$5") ||
        lab_fail "cannot send $*"
    [ "$sent" -eq "$6" ] || lab_fail "$1 $3 bytes over $4: $sent fragments, not $6"
    heard=$((heard + 1))
    lab_wait_quietly "[ \"\$(wc -l <\"$LAB_DIR/heard\")\" -ge $heard ]" || lab_fail "$*: the datagram did not arrive"
    [ "$(tail -n 1 "$LAB_DIR/heard")" = "$3 right" ] || lab_fail "$*: heard $(tail -n 1 "$LAB_DIR/heard")"
}

for order in in-order backwards; do
    deliver 192.0.2.1 192.0.2.2 100 1500 "$order" 1
    deliver 192.0.2.1 192.0.2.2 1400 576 "$order" 3     # 544 and 552 bytes a fragment, of 1408
    deliver 192.0.2.1 192.0.2.2 1400 68 "$order" 36     # 32 bytes in the first, 40 in the others
    deliver 192.0.2.1 192.0.2.2 65495 1500 "$order" 45  # the largest with 12 bytes of options
    deliver 2001:db8::1 2001:db8::2 100 1500 "$order" 1
    deliver 2001:db8::1 2001:db8::2 3000 1280 "$order" 3
    deliver 2001:db8::1 2001:db8::2 65000 1280 "$order" 54
done
echo "$heard datagrams were put together"
