// build: -std=gnu++17 -fPIC
// library: pc:Qt6Core
/* The same with Qt 6. */
#include "qt.cpp"
