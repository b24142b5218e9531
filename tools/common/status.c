/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Precedence of exit statuses.
 */
#include "status.h"

static int rank(enum tool_status status)
{
    switch (status) {
    case TOOL_OK:
        return 0;
    case TOOL_INCONCLUSIVE:
        return 1;
    case TOOL_UNREADABLE:
        return 2;
    case TOOL_NO:
        return 3;
    case TOOL_ERROR:
        break;
    }
    return 4;
}

enum tool_status tool_status_worse(enum tool_status a, enum tool_status b)
{
    enum tool_status worse = rank(a) >= rank(b) ? a : b;
    return rank(worse) == 4 ? TOOL_ERROR : worse;
}
