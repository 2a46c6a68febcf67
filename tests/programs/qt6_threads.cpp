// build: -std=gnu++17 -fPIC
// library: pc:Qt6Core
// family: qt
// with: qt_threads.cpp
/* The same with Qt 6. */
#include "qt_threads.cpp"
