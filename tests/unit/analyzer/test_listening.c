/* Where `web` listens: at the loopback address unless told. */
#include "cli/listening.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static void expect_at(const char *where, const char *host)
{
    char address[LISTENING_ADDRESS_SIZE] = "", error[ERROR_SIZE] = "";
    int file = listening_open(where, address, error);
    cr_assert(file >= 0, "%s: %s", where ? where : "NULL", error);
    cr_expect_eq(strncmp(address, host, strlen(host)), 0, "%s", address);
    cr_expect_str_neq(strrchr(address, ':'), ":0");
    close(file);
}

Test(listening, at_loopback_unless_told)
{
    expect_at(NULL, "127.0.0.1:");
    expect_at(":", "127.0.0.1:");
    expect_at(":0", "127.0.0.1:");
    expect_at("127.0.0.2:0", "127.0.0.2:");
    expect_at("0.0.0.0:", "0.0.0.0:");
}

static void expect_refused(const char *where)
{
    char address[LISTENING_ADDRESS_SIZE], error[ERROR_SIZE] = "";
    cr_expect_eq(listening_open(where, address, error), -1, "%s", where);
    cr_expect(strstr(error, where), "%s", error);
}

Test(listening, says_what_is_wrong)
{
    expect_refused("localhost");
    expect_refused("127.0.0.1:no-such-port");
    expect_refused("192.0.2.1:0");
}

Test(listening, a_port_is_taken_once)
{
    char address[LISTENING_ADDRESS_SIZE], other[LISTENING_ADDRESS_SIZE];
    char error[ERROR_SIZE];
    int file = listening_open(NULL, address, error);
    cr_assert_geq(file, 0);
    cr_expect_eq(listening_open(address, other, error), -1);
    cr_expect(strstr(error, "in use"), "%s", error);
    close(file);
}
