#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# pktping --json: every line as docs/json-ping.md has it, and the figures those of what happened.
#
#     ping_json.sh PKTPING OPTIONS TEST...
#
# OPTIONS is the list that the tool's generator writes: each option must be in the table below. TEST is replies, losses, ...
# shellcheck disable=SC2016 # conditions are evaluated anew
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab.sh
. "$here/../lab.sh"
pktping=$1
options=$2
document=$here/../../docs/json-ping.md

# run HOST STATUS ARGUMENT...: the output is in $LAB_DIR/out.
run() {
    local host=$1 wanted=$2 status=0
    shift 2
    lab_in "$host" timeout 60 "$pktping" --json "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] ||
        lab_fail "pktping --json $*: status $status instead of $wanted: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
}

# judge COUNTERS EXPRESSION...
judge() {
    local counters=$1
    shift
    python3 "$here/ping_json.py" "$document" "$counters" "$LAB_DIR/out" "$@" || lab_fail "$what: $(cat "$LAB_DIR/out")"
}

# plain HOST STATUS ARGUMENT... -- EXPRESSION...: without a responder.
plain() {
    local arguments=()
    while [ "$1" != -- ]; do
        arguments+=("$1")
        shift
    done
    what="${arguments[*]}"
    run "${arguments[@]}"
    judge - "${@:2}"
}

# scene STATUS ARGUMENT... -- EXPRESSION...: the responder has the scene of standard input, and is asked what it did.
scene() {
    local arguments=()
    while [ "$1" != -- ]; do
        arguments+=("$1")
        shift
    done
    what="${arguments[*]}"
    { cat && printf 'target 198.51.100.0/29 2001:db8:51::1\n'; } >"$LAB_DIR/scene"
    lab_sim A "$LAB_DIR/scene" --seed 7
    run A "${arguments[@]}"
    lab_sim_stop A
    judge "$(lab_sim_file A)" "${@:2}"
}

# --- what a network does ---

test_replies() {
    scene 0 -c 50 -i 2ms 198.51.100.1 -- 's["sent"] == s["received"] == n["reply"] == c["received"] == c["replies"] == 50' \
        's["complete"] and not s["interrupted"] and s["alive"] == 1 and s["forged"] == 0' 'not n["why"]' \
        'start["packets"] == 50 and start["rate_per_s"] == 500 and start["source"] == "198.51.100.254"' \
        'all(e["ttl"] == 57 and e["bytes"] == 64 and e["rtt_us"] >= 3000 for e in of("reply"))' <<'SCENE'
delay 3ms
ttl 57
SCENE
    scene 0 -c 3 -i 2ms -Q 0x20 -s 16 2001:db8:51::1 -- 'n["reply"] == c["replies"] == 3' \
        'all(e["tos"] == 32 and e["bytes"] == 24 and e["from"] == "2001:db8:51::1" for e in of("reply"))' <<'SCENE'
SCENE
}

test_losses() {
    scene 0 -c 40 -i 5ms -W 300ms 198.51.100.1 -- 's["lost"] == c["lost"] == n["timeout"] and 0 < c["lost"] < 40' \
        's["received"] == c["replies"] and s["sent"] == c["received"] == 40 and s["waiting"] == 0' <<'SCENE'
loss 50%
SCENE
    scene 1 -c 3 -i 5ms -W 100ms 198.51.100.1 -- 's["lost"] == c["lost"] == n["timeout"] == 3 and s["received"] == 0' \
        'n["why"] == 1 and s["loss_percent"] == 100 and s["longest_loss_run"] == 3' <<'SCENE'
loss 100%
SCENE
    scene 1 -c 3 -i 5ms -W 100ms --no-why 2001:db8:51::1 -- 's["lost"] == c["lost"] == 3' 'not n["why"]' <<'SCENE'
loss 100%
SCENE
    scene 0 -c 5 -i 20ms -O 198.51.100.1 -- 'n["waiting"] >= 1 and s["received"] == c["replies"] == 5' <<'SCENE'
delay 30ms
SCENE
}

# errors_are TYPE CODE FROM: of three errors to three echoes.
errors_are() {
    printf '%s' "n['error'] == s['errors'] == s['lost'] == c['errors'] == 3 and n['why'] == 1 and n['timeout'] == 0 and " \
        "all(not e['local'] and e['settles'] and (e['icmp_type'], e['icmp_code'], e['from']) == ($1, $2, '$3') and " \
        "e['quoted_hex'][:2] in ('08', '80') for e in of('error'))"
}

test_errors() {
    scene 1 -c 3 -i 5ms 198.51.100.1 -- "$(errors_are 11 0 203.0.113.9)" 'all(e["mpls"] == [{"label": 16001, "traffic_class": 5,
        "bottom": True, "ttl": 3}] and e["interfaces"][0]["name"] == "ge-1" for e in of("error"))' <<'SCENE'
error ttl from 203.0.113.9 mpls 16001 5 3 interface 7 ge-1
SCENE
    scene 1 -c 3 -i 5ms 2001:db8:51::1 -- "$(errors_are 1 3 2001:db8:53::9)" <<'SCENE'
error host from 2001:db8:53::9
SCENE
    scene 1 -c 3 -i 5ms 198.51.100.1 -- "$(errors_are 12 0 203.0.113.9)" 'all(e["pointer"] == 8 for e in of("error"))' <<'SCENE'
error parameter 8 from 203.0.113.9
SCENE
    scene 1 -c 3 -i 5ms 2001:db8:51::1 -- "$(errors_are 4 0 2001:db8:53::9)" \
        'all(e["pointer"] == 0 and "mtu" not in e for e in of("error"))' <<'SCENE'
error parameter 0 from 2001:db8:53::9
SCENE
    scene 1 -c 3 -i 5ms -M probe 198.51.100.1 -- "$(errors_are 3 4 203.0.113.9)" \
        'all(e["mtu"] == 1400 and "pointer" not in e for e in of("error"))' <<'SCENE'
error toobig 1400 from 203.0.113.9
SCENE
    scene 0 -c 3 -i 20ms 198.51.100.1 -- 'n["error"] == c["redirects"] == 3 and s["errors"] == 0 and s["received"] == 3' \
        'all(e["gateway"] == "198.51.100.7" and not e["settles"] for e in of("error"))' <<'SCENE'
error redirect 198.51.100.7 from 203.0.113.9
SCENE
}

test_disorder() {
    scene 0 -c 5 -i 20ms 198.51.100.1 -- 's["duplicates"] == n["duplicate"] == c["duplicated"] == 4 and s["received"] == 5' <<'SCENE'
duplicate 2,4 x3
SCENE
    scene 0 -c 25 -i 20ms 198.51.100.1 -- 's["reordered"] >= c["reordered"] == 1 and s["received"] == 25' <<'SCENE'
reorder 3 150ms
SCENE
    scene 0 -c 4 -i 300ms -W 150ms 198.51.100.1 -- 's["late"] >= c["late"] == 1 and s["received"] == 4 and s["lost"] == 0' \
        '2 in [e["seq"] for e in of("late")] and 2 in [e["seq"] for e in of("timeout")]' <<'SCENE'
late 2 400ms
SCENE
    # A bit of 1,000 octets; one of the tag makes a forgery.
    scene 0 -c 20 -i 5ms -s 1000 -W 200ms 198.51.100.1 -- 'c["corrupted"] == 20 == s["forged"] + s["received"]' \
        'all(16 <= e["wrong_at"] < 1000 and bin(e["wrong_is"] ^ e["wrong_should"]).count("1") == 1 for e in of("reply"))' <<'SCENE'
corrupt all
SCENE
    scene 0 -c 5 -i 5ms -W 200ms --socket raw 198.51.100.1 -- 's["corrupted"] == c["wrong_checksum"] == s["lost"] == 2' <<'SCENE'
corrupt checksum 2,3
SCENE
    scene 0 -c 5 -i 20ms 198.51.100.1 -- 's["forged"] == c["forged"] == 15 and s["received"] == 5 == n["reply"]' <<'SCENE'
forge tag 3
SCENE
}

test_many() {
    scene 1 -c 3 -i 20ms -W 300ms 198.51.100.1 2001:db8:51::1 198.51.100.99 -- 'len(t) == 3 and s["alive"] == 2' \
        'not t["198.51.100.99"]["alive"] and t["198.51.100.99"]["lost"] == c["elsewhere"] == 3 and s["sent"] == 9' \
        't["2001:db8:51::1"]["received"] == 3 and "target" not in start and start["targets"] == 3' \
        '[e["target"] for e in of("why")] == ["198.51.100.99"]' <<'SCENE'
SCENE
    scene 1 198.51.100.0/28 -- 'len(t) == 14 and s["alive"] == 7 and s["sent"] == c["received"] + c["elsewhere"]' \
        'all(t[f"198.51.100.{i}"]["alive"] == (i < 8) for i in range(1, 15))' 'start["rate_per_s"] == 1000' <<'SCENE'
SCENE
    scene 0 -c 2 -i 20ms -W 300ms -I sim0 224.0.0.1 -- 's["received"] == 2 and s["duplicates"] == n["duplicate"] == 2' \
        'sorted((e["from"], e["replies"]) for e in of("responder")) == [("198.51.100.3", 2), ("198.51.100.4", 2)]' \
        's["responders"] == 2 and c["replies"] == 4 and start["interface"] == "sim0"' <<'SCENE'
answer 224.0.0.1 from 198.51.100.3 198.51.100.4
SCENE
    scene 0 -c 1 -W 300ms ff02::1%sim0 -- '{"2001:db8:51::3", "2001:db8:51::4"} <= {e["from"] for e in of("responder")}' \
        'start["name"] == "ff02::1%sim0"' <<'SCENE'
answer ff02::1 from 2001:db8:51::3 2001:db8:51::4
SCENE
}

# --- what this machine does ---

test_local() {
    plain B 2 -c 3 192.0.2.1 -- '"error" in s and not s["complete"] and s["sent"] == 0' 'n["why"] == 1' 'start["targets"] == 1'
    plain B 1 -c 2 -i 10ms -W 100ms 192.0.2.1 2001:db8::1 -- 'n["error"] == s["errors"] == s["lost"] == 4' \
        'all(e["local"] and e["errno"] == 101 for e in of("error"))'
    plain B 2 -c 1 host.invalid -- '"host.invalid" in s["error"] and s["targets"] == 0' 'start["socket"] is not None'
    plain B 1 -c 1 host.invalid 127.0.0.1 -- 's["alive"] == s["unresolved"] == 1 and t["127.0.0.1"]["received"] == 1'
    plain B 1 -c 5 -l 5 -s 65507 -R 127.0.0.1 -- 'n["error"] == s["errors"] == s["lost"] == 5' \
        'all(e["errno"] == 90 for e in of("error")) and any(e.get("mtu") == 65495 for e in of("error"))'
    scene 1 -c 2 -i 10ms -M 'do' -s 1473 198.51.100.1 -- 'c["received"] == 0 and n["error"] == s["errors"] == 2' \
        'all(e["local"] and e["errno"] == 90 and e["mtu"] == 1500 for e in of("error"))' <<'SCENE'
SCENE
    plain B 2 -c 1 --netns "$LAB_PREFIX-none" 127.0.0.1 -- '"error" in s and start["socket"] is None'
    plain B 2 -c 1 --arp --netns "$LAB_PREFIX-none" 127.0.0.1 -- '"error" in s'
    plain B 2 --pmtu host.invalid -- '"error" in s and not s["complete"]'
}

# start_ping ARGUMENT...: pktping in the background is $ping_pid; see() waits for objects of a type.
start_ping() {
    what="$*"
    : >"$LAB_DIR/out"
    ip netns exec "$(lab_ns A)" "$pktping" --json "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" </dev/null &
    ping_pid=$!
    LAB_PIDS+=("$ping_pid")
}

# see TYPE COUNT: waits until there are so many objects of it.
see() {
    lab_wait_for "[ \"\$(grep -c '\"type\":\"$1\"' '$LAB_DIR/out')\" -ge $2 ]"
}

# ends_in STATUS EXPRESSION...
ends_in() {
    local status=0
    wait "$ping_pid" || status=$?
    [ "$status" -eq "$1" ] || lab_fail "$what: status $status instead of $1: $(cat "$LAB_DIR/err" "$LAB_DIR/out")"
    judge - "${@:2}"
}

test_signals() {
    local signal
    for signal in INT TERM HUP ALRM; do
        start_ping -i 20ms 127.0.0.1
        see reply 2
        kill "-$signal" "$ping_pid"
        ends_in 0 's["interrupted"] and not s["complete"] and s["received"] >= 2 and "packets" not in start'
    done
    start_ping -i 20ms 127.0.0.1
    see reply 2
    kill -QUIT "$ping_pid"
    see status 1
    kill -INT "$ping_pid"
    ends_in 0 'n["status"] == 1 and of("status")[0]["received"] >= 2'
    # Nobody answers at 192.0.2.99: the echoes that are under way are neither lost nor answered.
    start_ping -i 1s -W 10s -I lo 192.0.2.99
    see start 1
    kill -INT "$ping_pid"
    ends_in 1 's["interrupted"] and s["waiting"] == s["sent"] and s["lost"] == 0'
}

test_ends() {
    plain A 0 -c 40 -i 5ms --report-every 50ms 127.0.0.1 -- 'n["window"] >= 3' \
        'all(e["window_us"] == 50000 for e in of("window")[:-1])' 'sum(e["received"] for e in of("window")) == 40'
    plain A 0 -c 30 -i 5ms --report-every 50ms 127.0.0.1 ::1 -- 'n["window"] >= 2 and s["received"] == 60'
    # Late replies, an echo that stays lost, and echoes that still wait in the end: each counts in one window.
    scene 0 -c 60 -i 20ms -W 150ms --report-every 200ms 198.51.100.1 -- 'n["window"] >= 5 and s["late"] >= c["late"] == 3' \
        'sum(e["lost"] for e in of("window")) == n["timeout"] >= 4' 's["sent"] == 60 and s["received"] == 59' <<'SCENE'
late 10,20,30 500ms
lose 40
SCENE
    scene 0 -i 20ms --until 'sent>=20' --report-every 100ms 198.51.100.1 -- 's["waiting"] >= 1 and s["received"] >= 1' \
        'of("window")[-1]["waiting"] == s["waiting"] and of("window")[-1]["loss_percent"] == 0' <<'SCENE'
delay 150ms
SCENE
    # Of many targets, too, the counts are looked at after each batch of at most 64.
    plain A 1 --until 'sent>=100' --rate 5k 127.0.0.0/22 -- '100 <= s["sent"] < 164 and s["complete"]'
    plain A 1 --until 'received>=500' --rate max 127.0.0.0/22 -- '500 <= s["received"] and s["sent"] < 1000'
    plain A 1 --until 'alive>=2 and loss<100%' 127.0.0.0/24 -- '2 <= s["alive"] <= s["sent"] < 66'
    plain A 0 -i 10s --until 'min>0s and received>=2' 127.0.0.1 127.0.0.2 -- 's["received"] == s["sent"] == 2'
    plain A 0 -i 2ms --until 'received>=5' 127.0.0.1 -- 's["received"] >= 5 and s["complete"]'
    plain A 1 -c 2 -i 2ms --fail-if 'received<3' 127.0.0.1 -- 's["received"] == 2'
    plain A 0 -w 300ms -i 100ms 127.0.0.1 -- '1 <= s["received"] == s["sent"] - s["waiting"]'
    plain A 0 -f -c 200 127.0.0.1 -- 's["received"] == 200'
    plain A 0 -A -c 200 ::1 -- 's["received"] == 200'
    plain A 0 --loop -c 3 -i 5ms 127.0.0.0/30 -- 's["received"] == 6 and start["targets"] == 2'
}

# --- every option ---

# Options in the order of the list that the generator writes, and what follows each here. A mode that has tests of its own shape
# (frames, path MTU) is judged by the tables of its own.
arguments_of() {
    case $1 in
    -c | --packets) echo "$1 2 127.0.0.1" ;;
    -i | --interval) echo "$1 3ms 127.0.0.1" ;;
    -w | --for) echo "$1 300ms 127.0.0.1" ;;
    -W | --wait) echo "$1 1s 127.0.0.1" ;;
    -f | -A | -4 | -B | -C | -L | -R | -d | -n | -H | --names | -q | --quiet | -v | --verbose | -D | -O | -a | -3 | -U) echo "$1 127.0.0.1" ;;
    --json | --no-why | -b) echo "$1 127.0.0.1" ;;
    -l) echo "$1 3 127.0.0.1" ;;
    --rate) echo "$1 500 127.0.0.1 127.0.0.2" ;;
    --until) echo "$1 received>=1 127.0.0.1" ;;
    --fail-if) echo "$1 loss>99% 127.0.0.1" ;;
    --loop) echo "$1 127.0.0.0/30" ;;
    -6) echo "$1 ::1" ;;
    -F) echo "$1 0x12345 ::1" ;;
    --file) echo "$1 $LAB_DIR/hosts" ;;
    -I | --interface) echo "$1 lo 127.0.0.1" ;;
    -r) echo "$1 127.0.0.1" ;;
    --netns) echo "$1 $LAB_PREFIX-A 127.0.0.1" ;;
    --socket) echo "$1 raw 127.0.0.1" ;;
    --arp) echo "$1 -I eth0 192.0.2.2" ;;
    --nd) echo "$1 -I eth0 2001:db8::2" ;;
    --dad) echo "$1 -I eth0 2001:db8::200" ;;
    --lan) echo "$1 eth0" ;;
    --query) echo "$1 --lan eth0" ;;
    -s | --size) echo "$1 0 127.0.0.1" ;;
    -t | --ttl) echo "$1 255 127.0.0.1" ;;
    -Q | --tos) echo "$1 0xff 127.0.0.1" ;;
    -M) echo "$1 do 127.0.0.1" ;;
    --pmtu) echo "$1 192.0.2.2 2001:db8::2" ;;
    -p | --pattern) echo "$1 ff00 127.0.0.1" ;;
    -e) echo "$1 7 127.0.0.1" ;;
    -m) echo "$1 1 127.0.0.1" ;;
    -T) echo "$1 tsonly 127.0.0.1" ;;
    -S) echo "$1 64k 127.0.0.1" ;;
    --timestamping) echo "$1 user 127.0.0.1" ;;
    --report-every) echo "$1 1ms 127.0.0.1" ;;
    --prometheus) echo "$1 $LAB_DIR/prometheus 127.0.0.1" ;;
    --save) echo "$1 $LAB_DIR/saved.pcapng 127.0.0.1" ;;
    --read) echo "$1 $LAB_DIR/saved.pcapng" ;; # what the option before it left
    *) return 1 ;;
    esac
}

# Those that have no JSON, and what is said instead of it.
speaks_otherwise() {
    case $1 in
    -h | --help | -V | --version) says_instead 0 . "$1" ;;
    --histogram | --alive | --unreachable) says_instead 2 '^$' "$1" 127.0.0.1 ;;
    *) return 1 ;;
    esac
}

# says_instead STATUS PATTERN ARGUMENT...
says_instead() {
    local status=0
    lab_in A timeout 20 "$pktping" --json "${@:3}" >"$LAB_DIR/text" 2>"$LAB_DIR/err" </dev/null || status=$?
    [ "$status" -eq "$1" ] || lab_fail "--json ${*:3}: status $status"
    grep -q '"type"' "$LAB_DIR/text" && lab_fail "--json ${*:3}: objects"
    [ "$1" -eq 0 ] || [ ! -s "$LAB_DIR/text" ] || lab_fail "--json ${*:3}: output"
    return 0
}

# once OPTION: the most frugal run of it; modes have their own number of echoes.
once() {
    case $1 in
    -c | --packets | --pmtu | --dad | --lan | --query | -w | --for | --until | --report-every | --read) ;;
    *) echo '-c 1' ;;
    esac
    case $1 in
    -c | --packets) echo '-i 5ms' ;;
    --report-every) echo '-c 5 -i 2ms' ;;
    esac
}

test_options() {
    local option words wanted judged=() number=0
    echo '127.0.0.1 # this machine' >"$LAB_DIR/hosts"
    while IFS=$'\t' read -r option _; do
        speaks_otherwise "$option" && continue
        words=$(arguments_of "$option") || lab_fail "$option: not in the table of this test, nor seen in JSON"
        number=$((number + 1))
        # shellcheck disable=SC2046,SC2086 # words
        run A 0 $(once "$option") $words
        mv "$LAB_DIR/out" "$LAB_DIR/option$number"
        judged+=("$LAB_DIR/option$number")
    done <"$options"
    [ "$number" -ge 60 ] || lab_fail "only $number options in $options"
    python3 "$here/ping_json.py" "$document" --each "${judged[@]}" || lab_fail 'an option'
}

lab_start
lab_lan A C
lab_host B
lab_sysctl A net.ipv4.ping_group_range='0 2147483647'
for test in "${@:3}"; do
    "test_$test"
done
