#pragma once
// How a layer comes and goes. Internal to overlay.

#include "overlay/template.h"

namespace candid::overlay {

// How far a layer has come (arrival) and how much of it has not yet gone (departure) at a moment of [start, end), 0..1.
// Each takes `way`, or a third of the whole where that is less.
double arrival(Microseconds way, Easing easing, Microseconds time, Microseconds start, Microseconds end);
double departure(Microseconds way, Easing easing, Microseconds time, Microseconds start, Microseconds end);

// 0..1 to 0..1: cubic curves, and smoothstep for InOut.
double eased(Easing easing, double x);

}  // namespace candid::overlay
