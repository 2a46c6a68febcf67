/*
 * timerleak_verify.h with GoogleTest: no test of this program may leave a timer that it made.
 *
 *     c++ -g -o googletest googletest.cpp $(pkg-config --cflags --libs gtest timerleak)
 *     timerleak record ./googletest
 */
#include <gtest/gtest.h>
#include <timerleak_verify.h>

#include "upload.h"

class no_timer_left : public testing::EmptyTestEventListener
{
    struct timerleak_mark mark;

    void OnTestStart(const testing::TestInfo &) override
    {
        mark = timerleak_mark_now();
    }

    void OnTestEnd(const testing::TestInfo &) override
    {
        EXPECT_TRUE(timerleak_none_left(&mark, nullptr)) << mark.text;
    }
};

TEST(upload, accepted)
{
    EXPECT_TRUE(upload(false));
}

/* Red under timerleak. */
TEST(upload, refused)
{
    EXPECT_FALSE(upload(true));
}

int main(int argc, char **argv)
{
    testing::InitGoogleTest(&argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new no_timer_left);
    return RUN_ALL_TESTS();
}
