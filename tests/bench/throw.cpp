// build: -fno-optimize-sibling-calls
/*
 * throw.cpp - times a C++ exception that is thrown over frames, and prints nanoseconds.
 *
 *     throw FRAMES THREADS MILLISECONDS
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "timing.h"

static const unsigned batch = 16;
static unsigned frames;
static uint64_t duration;

__attribute__((noinline)) static void descend(unsigned levels)
{
    if (levels == 0)
        throw std::runtime_error("thrown");
    descend(levels - 1);
    __asm__ volatile("");
}

static void throw_and_catch()
{
    try {
        descend(frames - 1);
    } catch (const std::runtime_error &error) {
        __asm__ volatile("" ::"r"(&error) : "memory");
    }
}

static double measure()
{
    struct timing *timing = static_cast<struct timing *>(std::calloc(1, sizeof(*timing)));

    throw_and_catch(); /* the first one loads tables */
    while (timing_goes_on(timing, duration)) {
        uint64_t start = timing_now();

        for (unsigned i = 0; i < batch; i++)
            throw_and_catch();
        timing_add(timing, timing_now() - start);
    }
    return timing_median(timing, batch);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s FRAMES THREADS MILLISECONDS\n", argv[0]);
        return 2;
    }
    frames = static_cast<unsigned>(std::atoi(argv[1]));
    unsigned threads = static_cast<unsigned>(std::atoi(argv[2]));
    duration = static_cast<uint64_t>(std::atoi(argv[3])) * 1000000u;
    if (frames < 1 || threads < 1 || threads > MOST_THREADS)
        return 2;
    std::printf("%.1f\n", threads == 1 ? measure() : timing_threads(measure, threads));
}
