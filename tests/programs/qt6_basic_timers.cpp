// build: -std=gnu++17 -fPIC
// library: pc:Qt6Core
// family: qt
// with: qt_basic_timers.cpp
/* The same with Qt 6. */
#include "qt_basic_timers.cpp"
