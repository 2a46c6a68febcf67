/* sanitizer.c - Criterion keeps a block of its own until the end: that is no leak of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libcriterion";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
