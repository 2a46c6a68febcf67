/* The same with Qt 6. */
// family: qt
// needs: Qt6Core
// with: qt_timers.cpp
#include "qt_timers.cpp"
