// One frame through libtins, its checksums not looked at: the sum of the header sizes of all layers.
#include <cstdint>
#include <tins/tins.h>

extern "C" uint64_t bench_tins(const uint8_t *bytes, uint32_t len)
{
    Tins::EthernetII frame(bytes, len);
    uint64_t sum = 0;
    for (const Tins::PDU *pdu = &frame; pdu != nullptr; pdu = pdu->inner_pdu())
        sum += pdu->header_size();
    return sum;
}
