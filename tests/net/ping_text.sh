#!/bin/bash
# pktping and ping(8) of iputils, side by side in the same laboratory: the same lines, the same exit status. Figures that no two runs
# share are masked; what differs by intention stands, with its reason, in ping_text_compare.py. A case that differs is run again in
# a quiet laboratory, three times at most: on a loaded machine an answer may be later than the next echo for the one and not for the
# other, but what differs by a rule differs each time.
#
#     ping_text.sh PKTPING
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
again='' # the cases of this round; empty: all
scenes=0

# add HOW HOST HOST ARGUMENT...: one case; ping_text_compare.py has the meaning.
add() {
    local line
    line=$(printf '%s\t%s\t%s\t%s\t%s' "$1" "$(lab_ns "$2")" "$(lab_ns "$3")" "${scene-}" "${*:4}")
    [ -z "$again" ] || grep -qxF -- "$line" <<<"$again" || return 1
    echo "$line" >>"$LAB_DIR/cases"
}

# on HOST: a case a line on standard input; each @ is one of the addresses in turn that follow.
on() {
    local host=$1 line to
    shift
    while read -r line; do
        for to in "${@:-none}"; do
            add - "$host" "$host" "${line//@/$to}"
            [[ $line = *@* ]] || break
        done
    done
}

# Every option on loopback, where nothing is late.
cases_local() {
    lab_host L M
    lab_sysctl L net.ipv4.ping_group_range='0 4294967294'
    lab_sysctl M net.ipv4.ping_group_range='0 4294967294'
    add - L M '-c 1 -F 0x12345 ::1' # which two cannot have at a time
    add - L M '-c 1 -e 77 127.0.0.1'
    add - L M '-c 1 -e 78 ::1' # ping(8) takes it of both families
    on L 127.0.0.1 ::1 <<'END'
-c 1 @
-c 3 -i 0.2 @
-c 2 -i 0.2 -q @
-c 2 -i 0.2 -D @
-c 2 -i 0.2 -O @
-c 2 -i 0.2 -v @
-c 20 -f @
-c 20 -f -q @
-c 5 -A @
-c 5 -A -q @
-c 3 -i 0 @
-c 3 -i 0 -f @
-c 3 -f -i 0.2 @
-c 3 -i 0 -q @
-c 2 -i 0.2 -D -O @
-c 3 -l 3 @
-c 1 -p ff00 @
-c 1 -p f @
-c 1 -s 0 @
-c 1 -s 8 @
-c 1 -s 15 @
-c 1 -s 16 @
-c 1 -s 1000 @
-c 1 -s 65507 @
-c 1 -t 1 @
-c 1 -Q 0x10 @
-c 1 -a @
-c 1 -U @
-c 1 -B @
-c 1 -C @
-c 1 -L @
-c 1 -r @
-c 1 -d @
-c 1 -S 4096 @
-c 1 -m 7 @
-c 1 -I lo @
-c 1 -I @ @
-c 1 -I nosuch @
-c 1 -M do @
-c 1 -M dont @
-c 1 -M want @
-c 1 -w 2 @
-w 1 -i 0.4 @
-c 1 -W 1 @
-c 1 -W 1.1 @
-c 1 -i 0.001 @
-c 1 -4 @
-c 1 -6 @
-c 1 -I 127.0.0.7 127.0.0.1
-c 1 -I 192.0.2.99 127.0.0.1
-c 1 -I 2001:db8::99 ::1
-c 3 -i 0.2 -R 127.0.0.1
-c 2 -i 0.2 -T tsonly 127.0.0.1
-c 2 -i 0.2 -T tsandaddr 127.0.0.1
-c 2 -i 0.2 -R -q 127.0.0.1
-c 1 0.0.0.0
-c 1 198.51.100.1
-c 1 2001:db8:51::1
-c 1 224.0.0.1
-c 1 255.255.255.255
END
}

# The same with raw sockets, little at a time: each takes the answers of all.
cases_raw() {
    lab_host K
    lab_sysctl K net.ipv4.ping_group_range='1 0'
    scene=raw on K 127.0.0.1 ::1 <<'END'
-c 2 -i 0.2 @
-c 2 -i 0.2 -v @
-c 3 -l 3 @
-c 1 -B @
-c 1 -C @
-c 1 -I lo @
-c 1 -I @ @
-c 1 -I nosuch @
-c 2 -i 0.2 -R 127.0.0.1
-c 1 198.51.100.1
-c 1 2001:db8:51::1
END
}

# What names are and what users may; signals; mistakes.
cases_special() {
    local to line
    printf '127.0.0.1 localhost four.example\n::1 six.example\n' >"$LAB_DIR/hosts"
    echo 'nameserver 127.0.0.1' >"$LAB_DIR/resolv.conf"
    chmod 755 "$LAB_DIR"
    for line in localhost '-4 four.example' '-6 six.example' six.example '-4 six.example' '-6 four.example' nosuch.example; do
        add hosts L L "-c 1 $line"
    done
    for to in 127.0.0.1 ::1; do
        add user L L "-c 1 $to"
        add user L L "-c 1 -i 0.001 $to"
        add user L L "-c 3 -f $to"
        add user L L "-c 3 -f -i 0.2 $to"
        add INT@seq=1 L L "-i 30 $to"
        add INT@PING L L "-i 30 -q $to"
        add QUIT,INT@seq=3 L L "-l 3 -i 30 $to"
        add TERM@seq=1 L L "-i 30 $to"
        add ALRM@seq=1 L L "-i 30 $to"
        add precise L L "-c 3 -i 0.2 $to"
    done
    while read -r line; do
        add usage L L "$line"
    done <<'END'
-c 1.5 127.0.0.1
-c 0 127.0.0.1
-c x 127.0.0.1
-w 1.5 127.0.0.1
-w 1,5 127.0.0.1
-s -1 127.0.0.1
-t 256 127.0.0.1
-l 0 127.0.0.1
-M never 127.0.0.1
-T ts 127.0.0.1
-p 0g 127.0.0.1
-R -T tsonly 127.0.0.1
--
END
}

# Two routers: what they say of a packet, and what this machine says.
cases_chain() {
    lab_chain 2
    add - A A '-c 1 -W 1 203.0.113.8'
    lab_sysctl A net.ipv4.ping_group_range='0 4294967294'
    lab_sysctl R1 net.ipv4.icmp_ratemask=0
    lab_sysctl R2 net.ipv4.icmp_ratemask=0
    lab_quiet R1 nft 'table inet gate { chain f { type filter hook forward priority 0;
        ip daddr 203.0.113.1 reject with icmp type net-unreachable;
        ip daddr 203.0.113.2 reject with icmp type host-unreachable;
        ip daddr 203.0.113.3 reject with icmp type prot-unreachable;
        ip daddr 203.0.113.4 reject with icmp type port-unreachable;
        ip daddr 203.0.113.5 reject with icmp type net-prohibited;
        ip daddr 203.0.113.6 reject with icmp type host-prohibited;
        ip daddr 203.0.113.7 reject with icmp type admin-prohibited;
        ip daddr 203.0.113.8 drop;
        ip6 daddr 2001:db8:f::1 reject with icmpv6 type no-route;
        ip6 daddr 2001:db8:f::2 reject with icmpv6 type admin-prohibited;
        ip6 daddr 2001:db8:f::3 reject with icmpv6 type addr-unreachable;
        ip6 daddr 2001:db8:f::4 reject with icmpv6 type port-unreachable; }; }'
    lab_route R1 203.0.113.0/24 via 10.9.1.2
    lab_route R1 2001:db8:f::/64 via 2001:db8:1::2
    lab_route A unreachable 203.0.113.77
    lab_route A prohibit 203.0.113.78
    lab_route A unreachable 2001:db8:f::77
    lab_route A prohibit 2001:db8:f::78
    on A 10.9.2.2 2001:db8:2::2 <<'END'
-c 2 -i 0.2 @
-c 2 -i 0.2 -t 1 @
-c 2 -i 0.2 -t 2 @
-c 2 -i 0.2 -D -t 1 @
-c 2 -i 0.2 -q -t 1 @
-c 2 -i 0.2 -v -t 1 @
-c 2 -i 0.2 -O -t 1 @
-c 2 -f -t 1 @
-c 1 -I eth0 @
-c 1 -W 1 -r @
-c 2 -i 0.2 -M do -s 2000 @
-c 2 -i 0.2 -s 2000 @
-c 2 -i 0.2 -C @
END
    on A 203.0.113.{1..7} 203.0.113.77 203.0.113.78 2001:db8:f::{1..4} 2001:db8:f::77 2001:db8:f::78 <<'END'
-c 1 @
END
    on A <<'END'
-c 1 -I 10.9.0.1 10.9.2.2
-c 1 -I 2001:db8:0::1 2001:db8:2::2
-c 3 -i 0.2 -R 10.9.2.2
-c 2 -i 0.2 -T tsonly 10.9.2.2
-c 2 -i 0.2 -T tsandaddr 10.9.2.2
END
}

# A LAN: F answers no echo, nobody has the addresses with 77.
cases_lan() {
    lab_lan D E F
    lab_sysctl D net.ipv4.ping_group_range='0 4294967294' net.ipv4.neigh.eth0.retrans_time_ms=100 \
        net.ipv6.neigh.eth0.retrans_time_ms=100
    lab_sysctl E net.ipv4.icmp_echo_ignore_broadcasts=0
    lab_sysctl F net.ipv4.icmp_echo_ignore_all=1 net.ipv6.icmp.echo_ignore_all=1
    on D 192.0.2.77 2001:db8::77 <<'END'
-c 1 @
-c 1 -q @
END
    on D 192.0.2.3 2001:db8::3 <<'END'
-c 1 -W 0.3 @
-c 3 -i 0.2 -W 0.3 @
-c 3 -i 0.2 -W 0.3 -O @
-c 3 -i 0.2 -W 0.3 -q @
-c 5 -f -W 0.3 @
-w 1 @
-c 5 -w 1 -i 0.4 @
END
    on D <<'END'
-c 1 192.0.2.255
-c 1 -W 1 -b 192.0.2.255
-c 2 -i 0.2 -W 1 -b 192.0.2.255
-c 1 -W 1 -I eth0 224.0.0.1
-c 1 -W 1 -I eth0 ff02::1
-c 1 -W 1 ff02::1%eth0
-c 1 -W 1 fe80::1
-c 1 -W 1 ff02::1
END
}

# in_scene SCENE ARGUMENT...: each in front of a responder of its own.
in_scene() {
    local scene=$1 host
    shift
    scenes=$((scenes + 1))
    add "${how--}" "P$scenes" "Q$scenes" "$@" || return 0
    printf 'target 198.51.100.0/25 2001:db8:51::/96\n%s\n' "$scene" >"$LAB_DIR/scene"
    for host in P Q; do
        lab_host "$host$scenes"
        lab_sysctl "$host$scenes" net.ipv4.ping_group_range="${range-0 4294967294}"
        lab_sim "$host$scenes" "$LAB_DIR/scene" --seed 7
    done
}

cases_scenes() {
    local to
    scenes=0
    for to in 198.51.100.1 2001:db8:51::1; do
        in_scene 'lose 2' -c 3 -i 0.2 -O $to
        in_scene 'lose 1,3-5' -c 5 -i 0.1 -W 0.3 $to
        in_scene 'lose 1-2' -c 3 -f -W 1 $to
        in_scene 'lose 1' -c 3 -A $to
        in_scene 'lose 1-5' -c 5 -i 0 -W 0.5 $to
        in_scene 'delay 50ms' -c 3 -f -i 0.2 $to
        in_scene 'duplicate 2 x4' -c 3 -i 0.2 $to
        in_scene 'corrupt 2' -c 3 -i 0.2 -s 1000 $to
        in_scene 'corrupt 2' -c 3 -i 0.2 -s 100 -p 77 $to
        in_scene 'delay 250ms' -c 4 -i 0.1 -l 3 $to
        in_scene 'delay 300ms for 1' -c 3 -i 0.2 $to
        in_scene 'delay 12ms' -c 2 -i 0.2 $to
        how=precise in_scene 'delay 12ms' -c 2 -i 0.2 $to
        in_scene 'error parameter 8' -c 1 $to
        range='1 0' in_scene 'error ttl for 2' -c 3 -i 0.2 $to
        range='1 0' in_scene 'error port' -c 2 -i 0.2 $to
        range='1 0' in_scene 'error host' -c 2 -i 0.2 $to
        range='1 0' in_scene 'error admin' -c 2 -i 0.2 -q $to
        range='1 0' in_scene 'error parameter 8' -c 1 $to
        range='1 0' in_scene 'lose 2' -c 3 -i 0.2 $to
        range='1 0' in_scene 'duplicate 2' -c 3 -i 0.2 $to
        range='1 0' in_scene 'error toobig 1300' -c 2 -i 0.2 -M 'do' -s 1400 $to
        in_scene 'error toobig 1300' -c 2 -i 0.2 -M 'do' -s 1400 $to
        in_scene 'error ttl for 2' -c 3 -i 0.2 $to
    done
    # ping(8) with a datagram socket takes redirects for failures
    range='1 0' in_scene 'error redirect 198.51.100.7' -c 2 -i 0.2 198.51.100.1
    in_scene 'lose 9' -c 3 -i 0.2 -R 198.51.100.1
    range='1 0' in_scene 'corrupt checksum 2' -c 3 -i 0.2 -W 0.3 198.51.100.1
}

# round [--calm]: builds everything anew and compares; the names of what differs are in $again.
round() {
    lab_clear
    : >"$LAB_DIR/cases"
    cases_chain # those that last come first
    cases_lan
    cases_scenes
    cases_local
    cases_raw
    cases_special
    again=$(python3 "$here/ping_text_compare.py" "$@" "$pktping" "$LAB_DIR" "$LAB_DIR/cases" 2>"$LAB_DIR/differences")
}

lab_start
ping -V 2>/dev/null | grep -q iputils || lab_skip 'no ping of iputils'
round && status=0 || status=1
count=$(wc -l <"$LAB_DIR/cases")
[ "$count" -ge 50 ] || lab_fail "only $count cases"
for _ in 2 3; do
    [ -n "$again" ] || break
    echo "once more: $(wc -l <<<"$again") of $count cases, because $(cut -c 1-200 "$LAB_DIR/differences")"
    round --calm && status=0 || status=1
done
[ "$status" = 0 ] || lab_fail "$(cut -c 1-400 "$LAB_DIR/differences")"
echo "ok: $count cases"
