/*
 * callbacks.h - more distinct callbacks than any table of them would hold: 512.
 */
#ifndef SUPPORT_CALLBACKS_H
#define SUPPORT_CALLBACKS_H

#define EACH_OF_8(X, n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7)
#define EACH_OF_64(X, n)                                                                           \
    EACH_OF_8(X, n##0)                                                                             \
    EACH_OF_8(X, n##1) EACH_OF_8(X, n##2) EACH_OF_8(X, n##3) EACH_OF_8(X, n##4) EACH_OF_8(X, n##5) \
        EACH_OF_8(X, n##6) EACH_OF_8(X, n##7)

/* X(three octal digits after a 0) */
#define EACH_CALLBACK(X)                                                                           \
    EACH_OF_64(X, 00)                                                                              \
    EACH_OF_64(X, 01) EACH_OF_64(X, 02) EACH_OF_64(X, 03) EACH_OF_64(X, 04) EACH_OF_64(X, 05)      \
        EACH_OF_64(X, 06) EACH_OF_64(X, 07)

#define MANY_CALLBACKS 512

#endif
