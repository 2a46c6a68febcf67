// build: -std=gnu++17 -fPIC
// library: pc:Qt6Core
// family: qt
// with: qt_ends_with_object.cpp
/* The same with Qt 6. */
#include "qt_ends_with_object.cpp"
