#pragma once
// Captions of a take, made of its script and laid out so that everybody can follow; a file of them, to be edited.

#include <filesystem>
#include <optional>
#include <vector>

#include "campaign/campaign_file.h"
#include "capture/script_timing.h"
#include "core/error.h"
#include "core/finding.h"
#include "media/cues.h"

namespace candid::campaign {

struct TakeCaptions {
  std::vector<media::Cue> cues;
  Findings findings;  // what of them is hard to follow
  capture::PlacedBy placed_by = capture::PlacedBy::Marks;
  size_t lines = 0;  // of the script
};

// The lines of `script`; where that is empty, those that the take's sidecar has marks of. InvalidInput without either.
Result<capture::Script> script_of_take(const std::filesystem::path& take, const std::filesystem::path& script);

// Findings name `file`. Errors are those of capture::time_script.
Result<TakeCaptions> caption_take(const std::filesystem::path& take, const capture::Script& script,
                                  const std::filesystem::path& file);
// As WebVTT, with a remark for whoever edits it.
Result<void> write_captions(const TakeCaptions& captions, const std::filesystem::path& file);

// The number (overlay::Layer::number) of the first captions layer that has nothing to show: it names no file, and no
// mark of the take says what was spoken when. Nothing where all have words.
std::optional<size_t> layer_without_words(const Campaign& campaign);

}  // namespace candid::campaign
