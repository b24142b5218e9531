#!/bin/bash
# Membership reports that the library builds, sent to the snooping bridge of the kernel: what it then knows of each group,
# sources and filter mode, is what was reported; split reports add up, and an exclude report replaces the one before.
#
#     membership.sh HELPER
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
helper=$1
command -v python3 >/dev/null || lab_skip 'python3 is not installed'
lab_start
lab_snooping_bridge 3 2 6000 A # what it learns stays for the time of the test

# report FAMILY MTU RECORDS: sends it from A.
report() {
    echo "$1 1 0 $2 - 0 0 0 0 - $3" | "$helper" | lab_in A python3 "$here/membership_send.py" eth0 ||
        lab_fail "cannot send $3"
}

# sources FIRST LAST PREFIX: addresses with commas between.
sources() {
    seq -s , -f "$3%.0f" "$1" "$2"
}

# known GROUP: mode and sorted sources of the group at A's port.
known() {
    bridge -n "$(lab_ns switch)" -d -j mdb show | python3 "$here/membership_mdb.py" "$1"
}

# expect GROUP MODE SOURCES
expect() {
    lab_wait_quietly "[ \"\$(known $1)\" = '$2 $3' ]" || lab_fail "$1: the bridge knows '$(known "$1")', not '$2 $3'"
}

v4=$(sources 10 39 198.51.100.)
report 4 100 "5/232.1.1.1/$v4" # 15 sources in a packet
expect 232.1.1.1 include "$v4"
report 4 1500 '4/233.252.0.1/-'
expect 233.252.0.1 exclude ''
report 4 1500 '4/233.252.0.2/198.51.100.1,198.51.100.2;5/232.1.1.3/198.51.100.3'
expect 233.252.0.2 exclude 198.51.100.1,198.51.100.2
expect 232.1.1.3 include 198.51.100.3

v6=$(sources 10 39 2001:db8::)
report 6 128 "5/ff3e::1234/$v6" # 3 sources in a packet
expect ff3e::1234 include "$v6"
report 6 1500 '4/ff15::1234/-;4/ff15::1235/2001:db8::1'
expect ff15::1234 exclude ''
expect ff15::1235 exclude 2001:db8::1
echo 'the bridge knows what was reported'
