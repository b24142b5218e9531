/*
 * What every header of libpkt stands on: visibility, version, error codes of the io rooms.
 */
#ifndef PKT_BASE_H
#define PKT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PKT_BEGIN extern "C" {
#define PKT_END   }
#else
#define PKT_BEGIN
#define PKT_END
#endif

#if defined(__GNUC__)
#define PKT_API             __attribute__((visibility("default")))
#define PKT_NODISCARD       __attribute__((warn_unused_result))
#define PKT_ALWAYS_INLINE   __attribute__((always_inline)) inline /* where a constant argument is worth it */
#define PKT_PRINTF(fmt, va) __attribute__((format(printf, fmt, va)))
#else
#define PKT_API
#define PKT_NODISCARD
#define PKT_ALWAYS_INLINE inline
#define PKT_PRINTF(fmt, va)
#endif

#define PKT_VERSION_MAJOR  0
#define PKT_VERSION_MINOR  1
#define PKT_VERSION_PATCH  0
#define PKT_VERSION_STRING "0.1.0"

PKT_BEGIN

/* What went wrong in an io room (capture, inject, host). The values are ABI and negative. */
enum pkt_error_code {
    PKT_OK = 0,
    PKT_E_SYSTEM = -1,      /* a system call failed: see system_errno */
    PKT_E_MEMORY = -2,      /* out of memory */
    PKT_E_FORMAT = -3,      /* the input is damaged, cut or lies about itself */
    PKT_E_UNSUPPORTED = -4, /* a format, link type or feature that this build does not know */
    PKT_E_ARGUMENT = -5,    /* the caller asked for something that makes no sense */
    PKT_E_AGAIN = -6,       /* nothing to read now: poll the descriptor */
};

/*
 * The last parameter of every call of an io room that can fail. Filled on failure only.
 */
struct pkt_error {
    int code;           /* enum pkt_error_code */
    int system_errno;   /* errno of the failed call, 0 where none failed */
    uint64_t offset;    /* byte offset in the (uncompressed) input where it matters, else 0 */
    char sentence[240]; /* one sentence without a newline: what, where, and what to do */
};

/* The version of the library that is linked at run time, such as "0.1.0". Static storage. */
PKT_API const char *pkt_version(void);

/* The name of an enum pkt_error_code without its prefix, such as "format". Static storage. */
PKT_API const char *pkt_error_name(int code);

PKT_END

#endif
