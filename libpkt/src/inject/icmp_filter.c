/*
 * Classic BPF for ICMP sockets. A read behind the end of a packet drops it, as the kernel has it.
 *
 * What it sees begins with the IPv4 header for a raw IPv4 socket, and with the ICMP header for the others.
 */
#include "icmp_filter.h"

#include "pkt/icmp.h"

#include <netinet/in.h>
#include <string.h>

/* Jump targets; the programs are short enough for 8-bit distances, filled in by link_jumps. */
enum { PASS = 254, DROP = 255 };

#define LOAD8(off)             BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (off))
#define LOAD16(off)            BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (off))
#define LOAD8_X(off)           BPF_STMT(BPF_LD | BPF_B | BPF_IND, (off))
#define LOAD16_X(off)          BPF_STMT(BPF_LD | BPF_H | BPF_IND, (off))
#define IF_EQUAL(k, yes, no)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (yes), (no))
#define IF_ANY_BIT(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (k), (yes), (no))
#define IF_GREATER(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (k), (yes), (no))

/* A jump knows how far it is to the end only when the program is whole. */
static unsigned link_jumps(struct sock_filter *program, unsigned count)
{
    program[count] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
    program[count + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
    for (unsigned i = 0; i < count; i++) {
        uint8_t *targets[] = {&program[i].jt, &program[i].jf};
        for (unsigned j = 0; j < 2 && BPF_CLASS(program[i].code) == BPF_JMP; j++)
            if (*targets[j] >= PASS)
                *targets[j] = (uint8_t)(count - i - 1 + (*targets[j] == DROP));
    }
    return count + 2;
}

/*
 * An echo reply with the identifier, or an error that quotes the first fragment of an echo request with it,
 * whatever options either IPv4 header has (RFC 791 3.1).
 */
static unsigned make_raw4(uint16_t identifier, struct sock_filter *ret_program)
{
    const struct sock_filter program[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        LOAD8_X(0),
        IF_EQUAL(PKT_ICMP_ECHO_REPLY, 0, 2),
        LOAD16_X(4),
        IF_EQUAL(identifier, PASS, DROP),
        IF_EQUAL(PKT_ICMP_UNREACHABLE, 4, 0),
        IF_EQUAL(PKT_ICMP_SOURCE_QUENCH, 3, 0),
        IF_EQUAL(PKT_ICMP_REDIRECT, 2, 0),
        IF_EQUAL(PKT_ICMP_TIME_EXCEEDED, 1, 0),
        IF_EQUAL(PKT_ICMP_PARAMETER_PROBLEM, 0, DROP),
        LOAD8_X(8 + 9),
        IF_EQUAL(IPPROTO_ICMP, 0, DROP),
        LOAD16_X(8 + 6),
        IF_ANY_BIT(0x1fff, DROP, 0),
        LOAD8_X(8),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x0f),
        BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        LOAD8_X(8),
        IF_EQUAL(PKT_ICMP_ECHO_REQUEST, 0, DROP),
        LOAD16_X(8 + 4),
        IF_EQUAL(identifier, PASS, DROP),
    };
    memcpy(ret_program, program, sizeof program);
    return link_jumps(ret_program, sizeof program / sizeof *program);
}

/*
 * Likewise. A quoted packet may have a fragment header, since we send what is longer than the MTU in
 * fragments. Redirects quote in an option (RFC 4861 4.5): they pass all, and are looked at by the reader.
 */
static unsigned make_raw6(uint16_t identifier, struct sock_filter *ret_program)
{
    enum { QUOTED = 8, QUOTED_NEXT = QUOTED + 6, UPPER = QUOTED + 40, BEHIND_FRAGMENT = UPPER + 8 };
    const struct sock_filter program[] = {
        LOAD8(0),
        IF_EQUAL(PKT_ICMP6_ECHO_REPLY, 0, 2),
        LOAD16(4),
        IF_EQUAL(identifier, PASS, DROP),
        IF_EQUAL(PKT_ICMP6_REDIRECT, PASS, 0),
        IF_GREATER(PKT_ICMP6_PARAMETER_PROBLEM, DROP, 0),
        LOAD8(QUOTED_NEXT),
        IF_EQUAL(IPPROTO_ICMPV6, 0, 4),
        LOAD8(UPPER),
        IF_EQUAL(PKT_ICMP6_ECHO_REQUEST, 0, DROP),
        LOAD16(UPPER + 4),
        IF_EQUAL(identifier, PASS, DROP),
        IF_EQUAL(IPPROTO_FRAGMENT, 0, DROP),
        LOAD8(UPPER),
        IF_EQUAL(IPPROTO_ICMPV6, 0, DROP),
        LOAD16(UPPER + 2),
        IF_ANY_BIT(0xfff8, DROP, 0),
        LOAD8(BEHIND_FRAGMENT),
        IF_EQUAL(PKT_ICMP6_ECHO_REQUEST, 0, DROP),
        LOAD16(BEHIND_FRAGMENT + 4),
        IF_EQUAL(identifier, PASS, DROP),
    };
    memcpy(ret_program, program, sizeof program);
    return link_jumps(ret_program, sizeof program / sizeof *program);
}

/* The kernel looks at the identifier; what else it delivers is no reply to an echo. */
static unsigned make_datagram(uint8_t reply, struct sock_filter *ret_program)
{
    const struct sock_filter program[] = {LOAD8(0), IF_EQUAL(reply, PASS, DROP)};
    memcpy(ret_program, program, sizeof program);
    return link_jumps(ret_program, sizeof program / sizeof *program);
}

unsigned icmp_filter_make(unsigned family, bool raw, uint16_t identifier, struct sock_filter *ret_program)
{
    if (!raw)
        return make_datagram(family == 4 ? PKT_ICMP_ECHO_REPLY : PKT_ICMP6_ECHO_REPLY, ret_program);
    return family == 4 ? make_raw4(identifier, ret_program) : make_raw6(identifier, ret_program);
}
