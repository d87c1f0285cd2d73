#pragma once
// How far publishing is: the whole, and the files under way below it on a terminal; a plain line every tenth otherwise.

#include <string>

#include "campaign/publishing/publish.h"
#include "cli/console.h"

namespace candid::cli {

// One thread at a time.
class UploadDisplay {
 public:
  explicit UploadDisplay(const Console& console) : console_(console) {}
  ~UploadDisplay();
  UploadDisplay(const UploadDisplay&) = delete;
  UploadDisplay& operator=(const UploadDisplay&) = delete;

  void update(const campaign::PublishProgress& progress);

 private:
  void draw(const campaign::PublishProgress& progress);
  void clear();

  const Console& console_;
  int lines_drawn_ = 0;
  campaign::PublishStep step_ = campaign::PublishStep::Checking;
  int tenths_told_ = -1;
};

// "12.3 MB", "640 kB"
std::string bytes_in_words(uint64_t bytes);
// "1:05 min", "12 s"
std::string time_in_words(double seconds);

}  // namespace candid::cli
