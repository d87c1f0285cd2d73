#include "overlay/image.h"

#include <fmt/format.h>
#include <librsvg/rsvg.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/files.h"

namespace candid::overlay {
namespace {

constexpr uint64_t kMaxFileBytes = 32 << 20;
constexpr int kMaxSide = 8192;  // px
constexpr const char* kHint = "give a PNG, JPEG, WebP or SVG file of at most 8192 x 8192 pixels";

bool looks_like_svg(const std::vector<uint8_t>& bytes) {
  std::string_view head(reinterpret_cast<const char*>(bytes.data()), std::min<size_t>(bytes.size(), 1024));
  return head.find("<svg") != std::string_view::npos;
}

}  // namespace

struct Image::State {
  // One of the two is set.
  std::unique_ptr<RsvgHandle, decltype(&g_object_unref)> svg{nullptr, &g_object_unref};
  cv::Mat argb;  // premultiplied, as cairo wants it
  double aspect = 1;
};

Image::Image(std::unique_ptr<State> state) : state_(std::move(state)) {}
Image::Image(Image&&) noexcept = default;
Image& Image::operator=(Image&&) noexcept = default;
Image::~Image() = default;

namespace {

Result<cv::Mat> decode_bitmap(const std::vector<uint8_t>& bytes, const std::string& name) {
  try {
    cv::Mat pixels = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    if (pixels.empty() || pixels.cols > kMaxSide || pixels.rows > kMaxSide) {
      return fail(ErrorKind::InvalidInput, fmt::format("{} is not a picture that can be read", name), kHint);
    }
    if (pixels.depth() == CV_16U) pixels.convertTo(pixels, CV_8U, 1.0 / 257);
    cv::Mat bgra;
    if (pixels.channels() == 1) {
      cv::cvtColor(pixels, bgra, cv::COLOR_GRAY2BGRA);
    } else if (pixels.channels() == 3) {
      cv::cvtColor(pixels, bgra, cv::COLOR_BGR2BGRA);
    } else {
      cv::cvtColor(pixels, bgra, cv::COLOR_RGBA2mRGBA);  // premultiplies; the order of colours stays
    }
    return bgra;
  } catch (const cv::Exception& error) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is not a picture that can be read ({})", name, error.err),
                kHint);
  }
}

}  // namespace

Result<Image> Image::load(const std::filesystem::path& path) {
  auto bytes = TRY(read_file(path, kMaxFileBytes));
  auto state = std::make_unique<State>();
  if (looks_like_svg(bytes)) {
    GError* error = nullptr;
    // From memory and without a base, so librsvg resolves no reference to a file.
    state->svg.reset(rsvg_handle_new_from_data(bytes.data(), bytes.size(), &error));
    if (!state->svg) {
      std::string words = error == nullptr ? "unknown" : error->message;
      g_clear_error(&error);
      return fail(ErrorKind::InvalidInput, fmt::format("{} is not an SVG that can be read ({})", path.string(), words),
                  kHint);
    }
    double width = 0;
    double height = 0;
    if (rsvg_handle_get_intrinsic_size_in_pixels(state->svg.get(), &width, &height) == FALSE) {
      gboolean has_width = FALSE;
      gboolean has_height = FALSE;
      gboolean has_box = FALSE;
      RsvgRectangle box{};
      rsvg_handle_get_intrinsic_dimensions(state->svg.get(), &has_width, nullptr, &has_height, nullptr, &has_box, &box);
      width = has_box != FALSE ? box.width : 1;
      height = has_box != FALSE ? box.height : 1;
    }
    if (!(width > 0) || !(height > 0))
      return fail(ErrorKind::InvalidInput, fmt::format("{} has no size", path.string()), kHint);
    state->aspect = width / height;
    return Image(std::move(state));
  }
  state->argb = TRY(decode_bitmap(bytes, path.string()));
  state->aspect = static_cast<double>(state->argb.cols) / state->argb.rows;
  return Image(std::move(state));
}

double Image::aspect() const {
  return state_->aspect;
}

void Image::paint(Canvas& canvas, double x, double y, double width, double height) const {
  cairo_t* cr = canvas.cairo();
  if (state_->svg) {
    RsvgRectangle place{x, y, width, height};
    rsvg_handle_render_document(state_->svg.get(), cr, &place, nullptr);
    return;
  }
  cairo_surface_t* surface =
      cairo_image_surface_create_for_data(state_->argb.data, CAIRO_FORMAT_ARGB32, state_->argb.cols, state_->argb.rows,
                                          static_cast<int>(state_->argb.step));
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, width / state_->argb.cols, height / state_->argb.rows);
  cairo_set_source_surface(cr, surface, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BEST);
  cairo_paint(cr);
  cairo_restore(cr);
  cairo_surface_destroy(surface);
}

}  // namespace candid::overlay
