#include "capture/source.h"

#include <fmt/format.h>

#include "capture/test_presenter.h"

namespace candid::capture {

Result<std::unique_ptr<Source>> open_source(const std::string& camera, const SourceSettings& settings) {
  if (camera == "test:") return TRY(TestPresenter::create(settings));
  return fail(ErrorKind::InvalidInput, fmt::format("camera \"{}\" is not known", camera),
              "known cameras: \"test:\", a drawn presenter who needs no hardware");
}

}  // namespace candid::capture
