// build: -std=gnu++17 -fPIC
// library: pc:Qt6Core
// family: qt
// with: qt_slots.cpp
/* The same with Qt 6. */
#include "qt_slots.cpp"
