/*
 * Privilege of this process: what it has, and giving it up for good (capabilities(7), credentials(7)).
 *
 * Linux keeps capabilities for each thread: call before other threads begin.
 */
#ifndef PKT_PRIVILEGE_H
#define PKT_PRIVILEGE_H

#include "base.h"

PKT_BEGIN

/* Capabilities that this suite has a use for, as the kernel numbers them. */
enum pkt_capability {
    PKT_CAPABILITY_NET_ADMIN = 12, /* promiscuous mode, neighbour entries, a card's timestamps */
    PKT_CAPABILITY_NET_RAW = 13,   /* raw and packet sockets */
    PKT_CAPABILITY_SYS_ADMIN = 21, /* entering network namespaces */
};

struct pkt_privilege {
    uint32_t uid; /* effective */
    uint32_t gid; /* effective */
    /* Sets of capabilities: bit N is the capability that the kernel numbers N. */
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
    uint64_t bounding;
    uint64_t ambient;
    bool no_new_privileges; /* no program that is executed gains any */
    bool has_sudo_user;     /* root by sudo(8): who called it */
    uint32_t sudo_uid;      /* with has_sudo_user */
    uint32_t sudo_gid;      /* likewise */
};

/* What the calling thread has. Fails with PKT_E_SYSTEM. */
PKT_API PKT_NODISCARD int pkt_privilege_get(struct pkt_privilege *ret_privilege,
                                            struct pkt_error *reterr_error);

/* Whether a capability is effective. */
static inline bool pkt_privilege_has(const struct pkt_privilege *privilege, int capability)
{
    return capability >= 0 && capability < 64 && (privilege->effective >> capability & 1) != 0;
}

/* How to drop. Zero means the default everywhere but in size. */
struct pkt_privilege_drop_options {
    size_t size;      /* sizeof(struct pkt_privilege_drop_options) as the caller was compiled */
    bool change_user; /* become uid and gid, without other groups; needs root */
    uint32_t uid;     /* with change_user; not 0 */
    uint32_t gid;     /* with change_user; not 0 */
};

/*
 * Drops everything for good: all sets of capabilities, with the bounding set where that is permitted; no
 * program that is executed gets any back, though it be setuid or the user root. Then makes sure that nothing
 * is left.
 *
 * Without change_user the owner of files stays who it was: root's files can still be written by root.
 *
 * Fails with PKT_E_ARGUMENT or PKT_E_SYSTEM. After a failure the process has what it had, or less: end it.
 */
PKT_API PKT_NODISCARD int pkt_privilege_drop(const struct pkt_privilege_drop_options *options,
                                             struct pkt_error *reterr_error);

/*
 * Makes sure that the calling thread has no capability and can get none back.
 *
 * Fails with PKT_E_SYSTEM, and the sentence says what is left.
 */
PKT_API PKT_NODISCARD int pkt_privilege_prove_dropped(struct pkt_error *reterr_error);

PKT_END

#endif
