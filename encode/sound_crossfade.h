#pragma once
// One sound going over into another without a step or a dip in level. Internal to encode.
//
// Quarter waves (gains a = cos, b = sin) keep the power of sounds that have nothing in common: speech, or the noise of
// a room at two times. Where they are alike, both gains are divided by sqrt(1 + 2 r a b), with r their correlation: M.
// Fink, M. Holters, U. Zölzer, "Signal-matched power-complementary cross-fading and dry-wet mixing", DAFx-16, with r
// held constant over the fade and never below 0. At r = 1 no sum is louder than the louder of the two, so r is raised
// as far as it takes to have no peak that neither sound has.

#include "media/audio_reader.h"

namespace candid::encode {

// Both equally long. The first sample is almost `from`, the last almost `to`.
media::Samples crossfade(const media::Samples& from, const media::Samples& to);

}  // namespace candid::encode
