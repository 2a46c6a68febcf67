// family: libuv
// expect-no-recording
/* A program that looks whether there is a libuv in it: there is none. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    void *self = dlopen(NULL, RTLD_NOW);
    printf("%p %p\n", dlsym(RTLD_DEFAULT, "uv_timer_init"), dlsym(self, "uv_timer_init"));
    printf("%s\n", strstr(dlerror(), "uv_timer_init") ? "an error that names it" : "another");
    printf("next %p\n", dlsym(RTLD_NEXT, "uv_close"));
    printf("libc %d\n", dlsym(self, "printf") != NULL);
    return 0;
}
