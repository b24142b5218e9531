/*
 * Views on IGMP and MLD messages: versions, codes of times, sources, records, and what hostile messages must
 * not do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/multicast_frames.h"

static struct frame frame;
static struct pkt_packet packet;

static int close_frame(void **state)
{
    (void)state;
    frame_free(frame);
    frame = (struct frame){NULL, 0};
    return 0;
}

static struct pkt_igmp igmp_of(const char *body)
{
    struct message_spec spec = {.body = body, .dst = "224.0.0.1"};
    struct pkt_igmp m;
    frame_free(frame);
    frame = igmp_frame(&spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_igmp(&packet, 2, &m));
    return m;
}

static struct pkt_icmp mld_of(const char *body)
{
    struct message_spec spec = {.body = body, .dst = "ff02::1"};
    struct pkt_icmp m;
    frame_free(frame);
    frame = mld_frame(&spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_icmp(&packet, 3, &m));
    return m;
}

struct value {
    uint32_t code, value;
};

/* RFC 9776 4.1.1; RFC 9777 5.1.3. R15, R19, M8. */
static void codes_of_times_decode(void **state)
{
    (void)state;
    static const struct value short_codes[] = {
        {0x00, 0    },
        {0x01, 1    },
        {0x7f, 127  },
        {0x80, 128  },
        {0x81, 136  },
        {0x8f, 248  },
        {0x90, 256  },
        {0x9f, 496  },
        {0xa0, 512  },
        {0xf0, 16384},
        {0x9c, 448  },
        {0xff, 31744}
    };
    static const struct value long_codes[] = {
        {0x0000, 0      },
        {0x7fff, 32767  },
        {0x8000, 32768  },
        {0x8001, 32776  },
        {0x8fff, 65528  },
        {0x9000, 65536  },
        {0xffff, 8387584}
    };
    for (size_t i = 0; i < sizeof short_codes / sizeof *short_codes; i++)
        assert_u32(pkt_igmp_float_decode((uint8_t)short_codes[i].code), short_codes[i].value);
    for (size_t i = 0; i < sizeof long_codes / sizeof *long_codes; i++)
        assert_u32(pkt_mld_float_decode((uint16_t)long_codes[i].code), long_codes[i].value);
}

/* Exact, else the next lower value (RFC 9776 8.8). R18. */
static void codes_of_times_encode(void **state)
{
    (void)state;
    static const struct value short_codes[] = {
        {0x00, 0         },
        {0x7d, 125       },
        {0x7f, 127       },
        {0x80, 128       },
        {0x80, 130       },
        {0x80, 135       },
        {0x81, 136       },
        {0x89, 200       },
        {0x8f, 255       },
        {0x90, 256       },
        {0x90, 260       },
        {0x90, 271       },
        {0x91, 272       },
        {0xaf, 1000      },
        {0xff, 31744     },
        {0xfe, 31743     },
        {0xff, 40000     },
        {0xff, UINT32_MAX}
    };
    static const struct value long_codes[] = {
        {0x0000, 0         },
        {0x2710, 10000     },
        {0x7fff, 32767     },
        {0x8000, 32768     },
        {0x8000, 32775     },
        {0x8001, 32776     },
        {0x8fff, 65535     },
        {0x9000, 65536     },
        {0xfffe, 8387583   },
        {0xffff, 8387584   },
        {0xffff, 8388608   },
        {0xffff, UINT32_MAX}
    };
    for (size_t i = 0; i < sizeof short_codes / sizeof *short_codes; i++)
        assert_u32(pkt_igmp_float_encode(short_codes[i].value), short_codes[i].code);
    for (size_t i = 0; i < sizeof long_codes / sizeof *long_codes; i++)
        assert_u32(pkt_mld_float_encode(long_codes[i].value), long_codes[i].code);
}

static void codes_of_times_are_monotone_and_come_back(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        assert_u32(pkt_igmp_float_encode(pkt_igmp_float_decode((uint8_t)code)), code);
        if (code > 0)
            assert_true(pkt_igmp_float_decode((uint8_t)code) > pkt_igmp_float_decode((uint8_t)(code - 1)));
    }
    for (unsigned code = 0; code < 65536; code++) {
        assert_u32(pkt_mld_float_encode(pkt_mld_float_decode((uint16_t)code)), code);
        if (code > 0)
            assert_true(pkt_mld_float_decode((uint16_t)code) > pkt_mld_float_decode((uint16_t)(code - 1)));
    }
    for (uint32_t value = 0; value < 40000; value++)
        assert_true(pkt_igmp_float_decode(pkt_igmp_float_encode(value)) <= value);
}

/* R14: length first, then code. */
static void igmp_versions(void **state)
{
    (void)state;
    assert_u32(pkt_igmp_version(igmp_of("1100 0000 00000000")), 1);
    assert_u32(pkt_igmp_version(igmp_of("1101 0000 00000000")), 2);
    assert_u32(pkt_igmp_version(igmp_of("1164 0000 00000000 02")), 0);
    assert_u32(pkt_igmp_version(igmp_of("1164 0000 00000000 027d")), 0);
    assert_u32(pkt_igmp_version(igmp_of("1164 0000 00000000 027d00")), 0);
    assert_u32(pkt_igmp_version(igmp_of("1164 0000 00000000 027d0000")), 3);
    assert_u32(pkt_igmp_version(igmp_of("1100 0000 00000000 027d0000")), 3); /* code 0 does not make it v1 */
    assert_u32(pkt_igmp_version(igmp_of("1164 0000 00000000 027d0000 00")), 3);
    assert_u32(pkt_igmp_version(igmp_of("1164 0000")), 0);
    assert_u32(pkt_igmp_version(igmp_of("1200 0000 ef010101")), 1);
    assert_u32(pkt_igmp_version(igmp_of("1600 0000 ef010101 00")), 2); /* R10: longer is still version 2 */
    assert_u32(pkt_igmp_version(igmp_of("1700 0000 ef010101 00000000")), 2);
    assert_u32(pkt_igmp_version(igmp_of("2200 0000 0000 0000")), 3);
    assert_u32(pkt_igmp_version(igmp_of("1300 0000 ef010101")), 0);
    assert_u32(pkt_igmp_version(igmp_of("ff00 0000 ef010101")), 0);
}

/* R15, R16, R17: the same octet means three things. */
static void maximum_response_time_by_version(void **state)
{
    (void)state;
    assert_u32(pkt_igmp_max_response_ds(igmp_of("1100 0000 00000000")), 100);
    assert_u32(pkt_igmp_max_response_ds(igmp_of("11ff 0000 00000000")), 255);
    assert_u32(pkt_igmp_max_response_ds(igmp_of("1190 0000 00000000")), 0x90);
    assert_u32(pkt_igmp_max_response_ds(igmp_of("1190 0000 00000000 027d0000")), 256);
    assert_u32(pkt_igmp_max_response_ds(igmp_of("11ff 0000 00000000 027d0000")), 31744);
    assert_u32(pkt_mld_max_response_ms(mld_of("8200 0000 ffff 0000 00000000000000000000000000000000")),
               65535);
    assert_u32(
        pkt_mld_max_response_ms(mld_of("8200 0000 ffff 0000 00000000000000000000000000000000 027d 0000")),
        8387584);
    assert_u32(
        pkt_mld_max_response_ms(mld_of("8200 0000 7fff 0000 00000000000000000000000000000000 027d 0000")),
        32767);
}

/* M7. */
static void mld_versions(void **state)
{
    (void)state;
#define MLD_QUERY "8200 0000 2710 0000 00000000000000000000000000000000"
    assert_u32(pkt_mld_version(mld_of(MLD_QUERY)), 1);
    assert_u32(pkt_mld_version(mld_of(MLD_QUERY "00")), 0);
    assert_u32(pkt_mld_version(mld_of(MLD_QUERY "027d")), 0);
    assert_u32(pkt_mld_version(mld_of(MLD_QUERY "027d00")), 0);
    assert_u32(pkt_mld_version(mld_of(MLD_QUERY "027d0000")), 2);
    assert_u32(pkt_mld_version(mld_of("8200 0000 2710 0000")), 0);
    assert_u32(pkt_mld_version(mld_of("8300 0000 0000 0000 ff150000000000000000000000000001 00")), 1);
    assert_u32(pkt_mld_version(mld_of("8400 0000 0000 0000 ff150000000000000000000000000001")), 1);
    assert_u32(pkt_mld_version(mld_of("8f00 0000 0000 0000")), 2);
    assert_u32(pkt_mld_version(mld_of("8000 0000 0001 0001")), 0);
#undef MLD_QUERY
}

static void fields_of_queries(void **state)
{
    (void)state;
    struct pkt_igmp q = igmp_of("1164 0000 00000000 fd9c 0000");
    assert_u32(pkt_igmp3_flags(q), 0xfd);
    assert_true(pkt_igmp3_suppress(q));
    assert_u32(pkt_igmp3_robustness(q), 5);
    assert_u32(pkt_igmp3_qqic(q), 0x9c);
    q = igmp_of("1164 0000 00000000 f77d 0000");
    assert_false(pkt_igmp3_suppress(q));
    assert_u32(pkt_igmp3_robustness(q), 7);
    struct pkt_icmp m = mld_of("8200 0000 2710 0000 00000000000000000000000000000000 f89c 0000");
    assert_u32(pkt_mld2_flags(m), 0xf8);
    assert_true(pkt_mld2_suppress(m));
    assert_u32(pkt_mld2_robustness(m), 0);
    assert_u32(pkt_mld2_qqic(m), 0x9c);
}

/* A count that lies gives the whole sources that are there. */
static void sources_that_are_there(void **state)
{
    (void)state;
    struct pkt_ip4 source;
    struct pkt_igmp q = igmp_of("1164 0000 e8010101 027d ffff c6336401 c63364");
    assert_u32(pkt_igmp3_source_count(q), 65535);
    assert_bytes_hex(pkt_igmp3_sources(q), "c6336401");
    assert_true(pkt_source_ip4(pkt_igmp3_sources(q), 0, &source));
    assert_false(pkt_source_ip4(pkt_igmp3_sources(q), 1, &source));
    assert_false(pkt_source_ip4(pkt_igmp3_sources(q), UINT32_MAX, &source));
    q = igmp_of("1164 0000 e8010101 027d 0001 c6336401 c6336402"); /* trailing octets are no source */
    assert_bytes_hex(pkt_igmp3_sources(q), "c6336401");
    struct pkt_icmp m = mld_of("8200 0000 2710 0000 ff3e0000000000000000000000000001 027d ffff"
                               "20010db8000000000000000000000001 2001");
    assert_u32(pkt_mld2_source_count(m), 65535);
    assert_bytes_hex(pkt_mld2_sources(m), "20010db8000000000000000000000001");
}

/* R35: the good records before a damaged one are kept. */
static void records_before_damage_are_kept(void **state)
{
    (void)state;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_group_record record;
    struct pkt_igmp m = igmp_of("2200 0000 0000 0003 04000000 ef010101 05000001 e8010104 c6336401"
                                "06000009 e8010105 c6336401");
    pkt_igmp3_records(m, &list);
    assert_true(pkt_option_next(&list, &item));
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 4, &record);
    assert_u32(record.type, PKT_RECORD_ALLOW);
    assert_bytes_hex(record.sources, "c6336401");
    assert_false(pkt_option_next(&list, &item));
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_IGMP_RECORD_OVERRUN);
    assert_u32(list.off, 20);
    assert_u32(list.need, 8 + 4 * 9);
    assert_u32(list.have, 12);
}

/* R36: auxiliary data is counted in words of 32 bits and skipped. */
static void auxiliary_data_is_skipped(void **state)
{
    (void)state;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_group_record record;
    struct pkt_igmp m =
        igmp_of("2200 0000 0000 0002 05020001 e8010104 c6336401 a0a1a2a3a4a5a6a7 04000000 ef010102");
    pkt_igmp3_records(m, &list);
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 4, &record);
    assert_u32(record.aux_words, 2);
    assert_u32(record.source_count, 1);
    assert_bytes_hex(record.sources, "c6336401");
    assert_bytes_hex(record.aux, "a0a1a2a3a4a5a6a7");
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 4, &record);
    assert_u32(record.type, PKT_RECORD_TO_EX);
    assert_bytes_hex(record.group, "ef010102");
    assert_u32(record.aux.len, 0);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
}

/* A report without a record is one; its trailing octets are none. */
static void reports_without_records(void **state)
{
    (void)state;
    struct pkt_list list;
    struct pkt_option item;
    pkt_igmp3_records(igmp_of("2200 0000 0000 0000"), &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
    pkt_igmp3_records(igmp_of("2200 0000 0000 0000 04000000 ef010101"), &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
    pkt_igmp3_records(igmp_of("1600 0000 0000 0001 04000000 ef010101"), &list); /* no v3 report */
    assert_false(pkt_option_next(&list, &item));
    pkt_mld2_records(mld_of("8f00 0000 0000 0000"), &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
    pkt_mld2_records(mld_of("8f00 0000 0000"), &list); /* too short to say */
    assert_false(pkt_option_next(&list, &item));
}

static void mld_records(void **state)
{
    (void)state;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_group_record record;
    struct pkt_icmp m =
        mld_of("8f00 0000 0000 0002"
               "01010001 ff3e0000000000000000000000000001 20010db8000000000000000000000001 aabbccdd"
               "63000000 ff150000000000000000000000000001");
    pkt_mld2_records(m, &list);
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 16, &record);
    assert_u32(record.type, PKT_RECORD_IS_IN);
    assert_bytes_hex(record.group, "ff3e0000000000000000000000000001");
    assert_bytes_hex(record.sources, "20010db8000000000000000000000001");
    assert_bytes_hex(record.aux, "aabbccdd");
    assert_true(pkt_option_next(&list, &item)); /* an unknown type is an item like any other */
    pkt_group_record(&item, 16, &record);
    assert_u32(record.type, 0x63);
    assert_false(pkt_option_next(&list, &item));
}

/* RFC 4286 4 to 6, over IGMP and over ICMPv6. */
static void multicast_router_discovery(void **state)
{
    (void)state;
    struct pkt_igmp m = igmp_of("3014 0000 007d 0002");
    assert_u32(pkt_igmp_type(m), PKT_IGMP_MRD_ADVERTISEMENT);
    assert_u32(pkt_mrd_interval(m.message), 20);
    assert_u32(pkt_mrd_query_interval(m.message), 125);
    assert_u32(pkt_mrd_robustness(m.message), 2);
    m = igmp_of("3100 0000");
    assert_u32(m.len, 4);
    assert_u32(pkt_igmp_type(m), PKT_IGMP_MRD_SOLICITATION);
    assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
    struct pkt_icmp m6 = mld_of("9714 0000 0100 0007");
    assert_u32(pkt_icmp_type(m6), PKT_ICMP6_MRD_ADVERTISEMENT);
    assert_u32(pkt_mrd_interval(m6.message), 20);
    assert_u32(pkt_mrd_query_interval(m6.message), 256);
    assert_u32(pkt_mrd_robustness(m6.message), 7);
    m6 = mld_of("9900 0000");
    assert_u32(m6.len, 4);
    assert_int_equal(pkt_checksum_verify(&packet, 3).state, PKT_CHECKSUM_OK);
}

/* R7: less than the four bytes that every message has is none. */
static void too_short_for_any_type(void **state)
{
    (void)state;
    struct message_spec spec = {.body = "1600 00", .dst = "224.0.0.1"};
    struct pkt_igmp m;
    frame = igmp_frame(&spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_only_diagnosis(&packet, PKT_D_HEADER_SHORT);
    assert_false(pkt_as_igmp(&packet, 2, &m));
    assert_false(pkt_as_igmp(&packet, 1, &m));
    assert_false(pkt_as_igmp(&packet, 99, &m));
}

/* How many records a cut report has is not known: that is not the same as none. */
static void cut_reports_say_so(void **state)
{
    (void)state;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_igmp m = igmp_of("2200 0000 0000 0001 04000000 ef010101");
    struct frame cut = frame_copy(frame.bytes, AT_IGMP + 6);
    pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    assert_true(pkt_as_igmp(&packet, 2, &m));
    assert_u32(m.len, 16);
    assert_u32(m.message.len, 6);
    pkt_igmp3_records(m, &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_CAP_TRUNCATED);
    assert_u32(list.need, 8);
    assert_u32(list.have, 6);
    frame_free(cut);

    struct pkt_icmp report = mld_of("8f00 0000 0000 0001 04000000 ff150000000000000000000000000001");
    cut = frame_copy(frame.bytes, AT_MLD + 5);
    pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    assert_true(pkt_as_icmp(&packet, 3, &report));
    assert_u32(report.len, 28);
    pkt_mld2_records(report, &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_CAP_TRUNCATED);
    assert_u32(list.need, 8);
    assert_u32(list.have, 5);
    frame_free(cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_of_times_decode),
        cmocka_unit_test(codes_of_times_encode),
        cmocka_unit_test(codes_of_times_are_monotone_and_come_back),
        cmocka_unit_test_teardown(igmp_versions, close_frame),
        cmocka_unit_test_teardown(maximum_response_time_by_version, close_frame),
        cmocka_unit_test_teardown(mld_versions, close_frame),
        cmocka_unit_test_teardown(fields_of_queries, close_frame),
        cmocka_unit_test_teardown(sources_that_are_there, close_frame),
        cmocka_unit_test_teardown(records_before_damage_are_kept, close_frame),
        cmocka_unit_test_teardown(auxiliary_data_is_skipped, close_frame),
        cmocka_unit_test_teardown(reports_without_records, close_frame),
        cmocka_unit_test_teardown(mld_records, close_frame),
        cmocka_unit_test_teardown(multicast_router_discovery, close_frame),
        cmocka_unit_test_teardown(too_short_for_any_type, close_frame),
        cmocka_unit_test_teardown(cut_reports_say_so, close_frame),
    };
    return cmocka_run_group_tests_name("igmp_mld", tests, NULL, NULL);
}
