#pragma once
// For a process that reads recordings of strangers: libav knows hundreds of containers and codecs, and each is code
// that a crafted file can reach.

#include <cstdint>

namespace candid::media {

// From now on this process opens WebM and MP4 alone, decodes only what browsers record (VP8, VP9, AV1, H.264; Opus,
// Vorbis, AAC), and no picture of more pixels than this. Call it before anything is opened, and before there are
// threads; it cannot be taken back.
void open_only_what_browsers_record(int64_t most_pixels);

}  // namespace candid::media
