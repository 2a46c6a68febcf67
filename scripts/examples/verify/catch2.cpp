/*
 * timerleak_verify.h with Catch2: no test may leave a timer that it made. This is for Catch2 2; for
 * Catch2 3 include <catch2/catch_test_macros.hpp> instead, and name catch2-with-main to pkg-config.
 *
 *     c++ -g -o catch2 catch2.cpp $(pkg-config --cflags --libs catch2 timerleak)
 *     timerleak record ./catch2
 */
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <exception>
#include <timerleak_verify.h>

#include "upload.h"

/* A fixture that checks when its test ends, unless that has failed by then, and unwinds. */
class no_timer_left
{
    struct timerleak_mark mark = timerleak_mark_now();

  public:
    ~no_timer_left() noexcept(false) /* a check that fails throws under --abort */
    {
        if (std::uncaught_exceptions() == 0 && !timerleak_none_left(&mark, nullptr))
            FAIL_CHECK(mark.text);
    }
};

TEST_CASE_METHOD(no_timer_left, "upload that is accepted")
{
    REQUIRE(upload(false));
}

/* Red under timerleak. */
TEST_CASE_METHOD(no_timer_left, "upload that is refused")
{
    REQUIRE_FALSE(upload(true));
}
