/* Makes no timer and nothing else: most programs that a shell script or a build runs. */
// expect-no-recording
int main(void)
{
    return 0;
}
