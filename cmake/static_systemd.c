/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two functions of libsystemd for statically linked tools: see static.cmake. Names and meanings are those of
 * sd_listen_fds(3) and sd_is_socket(3): the answer is that systemd passed no sockets.
 */
int sd_listen_fds(int unset_environment);
int sd_is_socket(int fd, int family, int type, int listening);

int sd_listen_fds(int unset_environment)
{
    (void)unset_environment;
    return 0;
}

int sd_is_socket(int fd, int family, int type, int listening)
{
    (void)fd;
    (void)family;
    (void)type;
    (void)listening;
    return 0;
}
