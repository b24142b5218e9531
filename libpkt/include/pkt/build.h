/*
 * Building: a forward writer. Layers are put from the outermost to the innermost, then one finish fills what
 * follows from them: lengths, next protocols, counts, checksums.
 *
 *     uint8_t buffer[256];
 *     struct pkt_build build;
 *     struct pkt_view frame;
 *     pkt_build_init(&build, buffer, sizeof buffer, 0);
 *     pkt_build_ethernet(&build, &(struct pkt_ethernet_spec){.src = me, .dst = them});
 *     pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = a, .dst = b, .ttl = 3});
 *     pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
 *     pkt_build_payload(&build, pkt_view_make("hello", 5));
 *     if (pkt_build_finish(&build, &frame) != PKT_BUILD_OK)
 *         ... pkt_build_sentence(build.error); build.need says how many bytes it takes
 *
 * Each protocol's header declares its spec and its builder. A spec is made with designated initialisers, and
 * zero means the sane default; NULL instead of a spec means all defaults. What a spec cannot say, a wrong
 * length or checksum above all, is written over the layer by pkt_build_set_bits and then stays as written.
 *
 * A buffer of NULL measures: nothing is written, build.need grows. Errors stick: after one nothing is written
 * any more, but build.need goes on growing, so that a buffer that was too small tells its right size. No
 * allocation anywhere. decode(build(x)) gives x back.
 *
 * After an ICMP error the layers that are put are its quotation; see icmp_build.h.
 */
#ifndef PKT_BUILD_H
#define PKT_BUILD_H

#include "packet.h"
#include "room.h"

PKT_BEGIN

/* Why a build failed. Values are ABI and negative. */
enum pkt_build_error {
    PKT_BUILD_OK = 0,
    PKT_BUILD_E_SPACE = -1,     /* the buffer is too small: need says how many bytes it takes */
    PKT_BUILD_E_DEPTH = -2,     /* more than PKT_MAX_LAYERS layers */
    PKT_BUILD_E_RANGE = -3,     /* a value or length does not fit its field */
    PKT_BUILD_E_ORDER = -4,     /* this cannot stand here: an option without its header, a second extension */
    PKT_BUILD_E_FORBIDDEN = -5, /* the protocol's standard forbids it, and force was not asked for */
};

enum pkt_build_flag {
    PKT_BUILD_PARTIAL = 1 << 0, /* TCP and UDP checksums hold the pseudo-header's sum, as for an offloading
                                   card; the outermost transport layer only, as the kernel does it */
};

/* What finish fills in a layer by itself. */
enum pkt_build_automatic_kind {
    PKT_BUILD_HEADER_LENGTH = 1 << 0,
    PKT_BUILD_LENGTH = 1 << 1,
    PKT_BUILD_NEXT = 1 << 2,  /* the number of the next protocol */
    PKT_BUILD_COUNT = 1 << 3, /* of records, sources, addresses */
    PKT_BUILD_CHECKSUM = 1 << 4,
};

/* How far an ICMP error is; 0: no error. */
enum pkt_build_quote {
    PKT_BUILD_QUOTE_OPEN = 1 << 0,     /* what is put is its quotation */
    PKT_BUILD_QUOTE_ENDED = 1 << 1,    /* by pkt_build_quote_end */
    PKT_BUILD_QUOTE_EXTENDED = 1 << 2, /* an extension structure follows the quotation */
};

/* One layer that was put. For reading. Offsets count from the first byte of the packet. */
struct pkt_build_row {
    uint8_t proto;       /* enum pkt_proto */
    uint8_t fixed;       /* enum pkt_build_automatic_kind: what was written by hand and stays */
    bool finished;       /* as a part of a quotation that has ended */
    bool closed;         /* its header is complete */
    uint16_t item_count; /* options, records, sources, objects or addresses put into it */
    uint8_t type;        /* message type that it was put with, where items or counts depend on it */
    uint8_t quote;       /* enum pkt_build_quote */
    uint32_t off;
    uint32_t hdr_len; /* once closed: where the next layer started, from off */
    uint32_t item;    /* where its last item starts, or the extension structure of an ICMP error */
    uint32_t end;     /* of what it carries; 0: the end of the packet */
};

/* A build under way. error, need, count and row are for reading, the rest for the functions. */
struct pkt_build {
    uint8_t *buffer; /* NULL: measure only */
    size_t size;     /* of the buffer */
    size_t len;      /* bytes put so far, whether they had room or not */
    size_t need;     /* bytes of buffer that it takes: the most that len ever was */
    size_t trailer;  /* where the packet ends and the link-layer trailer begins; 0: no trailer */
    int error;       /* enum pkt_build_error; the first one stays */
    unsigned flags;  /* enum pkt_build_flag */
    uint8_t count;   /* rows in use */
    struct pkt_build_row row[PKT_MAX_LAYERS];
};

/*
 * Starts a build.
 *
 * buffer  where to write; NULL with size 0 to measure. Must outlive the build and the view that finish gives
 * size    bytes
 * flags   enum pkt_build_flag
 */
PKT_API void pkt_build_init(struct pkt_build *build, void *buffer, size_t size, unsigned flags);

/* Puts bytes: the payload of the layer before, or more of it. Fails with SPACE, DEPTH. */
PKT_API void pkt_build_payload(struct pkt_build *build, struct pkt_view bytes);

/* Puts len bytes of value `byte`; the same. */
PKT_API void pkt_build_fill(struct pkt_build *build, uint8_t byte, size_t len);

/*
 * Puts bytes behind the packet, which no length field counts: Ethernet padding, a frame check sequence. The
 * next layer or payload after it fails with ORDER.
 */
PKT_API void pkt_build_trailer(struct pkt_build *build, struct pkt_view bytes);

/* Pads the frame with a trailer of zeroes to frame_len bytes, unless it is as long already: Ethernet's
 * minimum is 60 without the frame check sequence (IEEE 802.3 4A.4.2). */
PKT_API void pkt_build_pad(struct pkt_build *build, size_t frame_len);

/*
 * Ends the quotation of the innermost ICMP error whose quotation is open: its layers are finished as if the
 * packet ended here, so that its lengths and checksums are those of the packet as it was sent; then all but
 * its first keep bytes are cut off, as a router does. keep SIZE_MAX keeps all. Layers of which nothing is
 * left are taken out of the rows. ORDER without such an error, or behind a trailer.
 */
PKT_API void pkt_build_quote_end(struct pkt_build *build, size_t keep);

/* Number of the last layer that was put (payload included); 0 when there is none. */
static inline unsigned pkt_build_last(const struct pkt_build *build)
{
    return build->count == 0 ? 0 : build->count - 1U;
}

/*
 * Writes len bits (at most 64) at bit off of layer number row, counted from the first bit of its header. What
 * finish would fill there stays as written: so packets are built wrong on purpose. RANGE when value does not
 * fit in len bits or the layer has not so many (yet); ORDER when there is no such layer.
 */
PKT_API void pkt_build_set_bits(struct pkt_build *build, unsigned row, uint32_t off, unsigned len,
                                uint64_t value);

/* The same for bytes, off in bytes. */
PKT_API void pkt_build_set_bytes(struct pkt_build *build, unsigned row, uint32_t off, struct pkt_view bytes);

/*
 * Fills what follows from the layers, the innermost first.
 *
 * ret_packet  the packet in the caller's buffer; when measuring {NULL, its length}. Set on success only
 *
 * PKT_BUILD_OK, or the first error of all that was done; again on every later call.
 */
PKT_API PKT_NODISCARD int pkt_build_finish(struct pkt_build *build, struct pkt_view *ret_packet);

/* One sentence for an enum pkt_build_error, without a full stop. Static storage. */
PKT_API const char *pkt_build_sentence(int error);

PKT_END

#endif
