/*
 * Which ICMP packets a socket lets pass: a classic BPF program for each kind of ICMP socket. Pure.
 */
#ifndef INJECT_ICMP_FILTER_H
#define INJECT_ICMP_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

enum { ICMP_FILTER_MAX = 40 }; /* instructions */

/* Fills program, which has room for ICMP_FILTER_MAX. Returns how many instructions it has. */
unsigned icmp_filter_make(unsigned family, bool raw, uint16_t identifier, struct sock_filter *ret_program);

#endif
