/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exit statuses that every tool of the suite shares, and which of two wins when both are due.
 */
#ifndef TOOLS_COMMON_STATUS_H
#define TOOLS_COMMON_STATUS_H

enum tool_status {
    TOOL_OK = 0,           /* done, and the answer is yes: reply seen, target reached, rules pass */
    TOOL_NO = 1,           /* done, and the answer is no */
    TOOL_ERROR = 2,        /* usage, environment, input or output error */
    TOOL_UNREADABLE = 3,   /* pktcheck only: input unreadable or cut short */
    TOOL_INCONCLUSIVE = 4, /* pktcheck only: nothing was looked at that could decide */
};

/*
 * Which of two statuses the process ends with. Precedence is 2, 1, 3, 4, 0: a broken run says nothing, and a
 * proved failure stands whatever is missing. A number that is no tool_status counts as TOOL_ERROR. Cannot
 * fail.
 */
enum tool_status tool_status_worse(enum tool_status a, enum tool_status b);

#endif
