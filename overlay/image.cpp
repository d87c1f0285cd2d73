#include "overlay/image.h"

#include <fmt/format.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <librsvg/rsvg.h>

#include "core/files.h"
#include "overlay/glyph_lock.h"

namespace candid::overlay {
namespace {

constexpr uint64_t kMaxFileBytes = 32 << 20;
constexpr int kMaxSide = 8192;  // px
constexpr const char* kHint = "give a PNG, JPEG or SVG file of at most 8192 x 8192 pixels";

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

// Premultiplied ARGB, as cairo wants it.
struct Bitmap {
  int width = 0;
  int height = 0;
  std::vector<uint32_t> pixels;
};

std::string_view as_text(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_png(const std::vector<uint8_t>& bytes) {
  return as_text(bytes).starts_with("\x89PNG\r\n");
}

bool is_jpeg(const std::vector<uint8_t>& bytes) {
  return as_text(bytes).starts_with("\xFF\xD8\xFF");
}

// A declaration and a licence may stand before the first element.
bool is_svg(const std::vector<uint8_t>& bytes) {
  return as_text(bytes).substr(0, 1 << 16).find("<svg") != std::string_view::npos;
}

// The decoders show what there is of a file that was cut, without a word.
bool has_its_end(const std::vector<uint8_t>& bytes) {
  return as_text(bytes).rfind(is_png(bytes) ? "IEND" : "\xFF\xD9") != std::string_view::npos;
}

// Takes GLib's error over and returns its words.
std::string words_of(GError* error) {
  std::string words = error == nullptr ? "unknown kind" : error->message;
  g_clear_error(&error);
  return words;
}

uint32_t premultiply(uint32_t component, uint32_t alpha) {
  return (component * alpha + 127) / 255;
}

Bitmap to_bitmap(const GdkPixbuf* pixbuf) {
  Bitmap bitmap{gdk_pixbuf_get_width(pixbuf), gdk_pixbuf_get_height(pixbuf), {}};
  int channels = gdk_pixbuf_get_n_channels(pixbuf);
  int stride = gdk_pixbuf_get_rowstride(pixbuf);
  const guchar* rows = gdk_pixbuf_read_pixels(pixbuf);
  bitmap.pixels.reserve(static_cast<size_t>(bitmap.width) * static_cast<size_t>(bitmap.height));
  for (int y = 0; y < bitmap.height; ++y) {
    const guchar* pixel = rows + static_cast<ptrdiff_t>(y) * stride;
    for (int x = 0; x < bitmap.width; ++x, pixel += channels) {
      uint32_t alpha = channels == 4 ? pixel[3] : 255;
      bitmap.pixels.push_back(alpha << 24 | premultiply(pixel[0], alpha) << 16 | premultiply(pixel[1], alpha) << 8 |
                              premultiply(pixel[2], alpha));
    }
  }
  return bitmap;
}

Result<Bitmap> decode_bitmap(const std::vector<uint8_t>& bytes, const std::string& name) {
  if (!has_its_end(bytes)) return fail(ErrorKind::InvalidInput, fmt::format("{} is cut short", name), kHint);
  std::unique_ptr<GdkPixbufLoader, Unref> loader(gdk_pixbuf_loader_new());
  struct Size {
    int width = 0;
    int height = 0;
  } size;
  // Asked before the pixels are unpacked: a few hundred KB can hold gigabytes of them.
  auto on_size = +[](GdkPixbufLoader* asking, int width, int height, gpointer into) {
    *static_cast<Size*>(into) = {width, height};
    if (width > kMaxSide || height > kMaxSide) gdk_pixbuf_loader_set_size(asking, 1, 1);
  };
  g_signal_connect(loader.get(), "size-prepared", G_CALLBACK(on_size), &size);
  GError* error = nullptr;
  bool loaded = gdk_pixbuf_loader_write(loader.get(), bytes.data(), bytes.size(), &error) != FALSE;
  loaded = gdk_pixbuf_loader_close(loader.get(), loaded ? &error : nullptr) != FALSE && loaded;
  GdkPixbuf* stored = gdk_pixbuf_loader_get_pixbuf(loader.get());
  if (!loaded || stored == nullptr) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} is not a picture that can be read ({})", name, words_of(error)), kHint);
  }
  if (size.width > kMaxSide || size.height > kMaxSide) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is {}x{} pixels", name, size.width, size.height), kHint);
  }
  // A photograph may lie on its side and say so.
  std::unique_ptr<GdkPixbuf, Unref> upright(gdk_pixbuf_apply_embedded_orientation(stored));
  return to_bitmap(upright.get());
}

// width / height of an SVG, from its size or its view box; 0 when it has neither.
double svg_aspect(RsvgHandle* svg) {
  double width = 0;
  double height = 0;
  if (rsvg_handle_get_intrinsic_size_in_pixels(svg, &width, &height) == FALSE) {
    gboolean has_width = FALSE;
    gboolean has_height = FALSE;
    gboolean has_box = FALSE;
    RsvgRectangle box{};
    rsvg_handle_get_intrinsic_dimensions(svg, &has_width, nullptr, &has_height, nullptr, &has_box, &box);
    width = has_box != FALSE ? box.width : 1;
    height = has_box != FALSE ? box.height : 1;
  }
  return width > 0 && height > 0 ? width / height : 0;
}

}  // namespace

struct Image::State {
  std::unique_ptr<RsvgHandle, Unref> svg;  // else the bitmap
  Bitmap bitmap;
  double aspect = 1;
};

Image::Image(std::unique_ptr<State> state) : state_(std::move(state)) {}
Image::Image(Image&&) noexcept = default;
Image& Image::operator=(Image&&) noexcept = default;
Image::~Image() = default;

Result<Image> Image::load(const std::filesystem::path& path) {
  auto bytes = TRY(read_file(path, kMaxFileBytes));
  auto state = std::make_unique<State>();
  if (is_png(bytes) || is_jpeg(bytes)) {
    state->bitmap = TRY(decode_bitmap(bytes, path.string()));
    state->aspect = static_cast<double>(state->bitmap.width) / state->bitmap.height;
    return Image(std::move(state));
  }
  if (!is_svg(bytes))
    return fail(ErrorKind::InvalidInput, fmt::format("{} is not a picture that can be read", path.string()), kHint);
  GError* error = nullptr;
  // From memory and without a base, so librsvg resolves no reference to a file.
  state->svg.reset(rsvg_handle_new_from_data(bytes.data(), bytes.size(), &error));
  if (!state->svg) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} is not an SVG that can be read ({})", path.string(), words_of(error)), kHint);
  }
  state->aspect = svg_aspect(state->svg.get());
  if (state->aspect == 0) return fail(ErrorKind::InvalidInput, fmt::format("{} has no size", path.string()), kHint);
  return Image(std::move(state));
}

double Image::aspect() const {
  return state_->aspect;
}

Result<void> Image::paint(Canvas& canvas, double x, double y, double width, double height) const {
  cairo_t* cr = canvas.cairo();
  if (state_->svg) {
    RsvgRectangle place{x, y, width, height};
    GError* error = nullptr;
    std::lock_guard lock(glyph_mutex());
    if (rsvg_handle_render_document(state_->svg.get(), cr, &place, &error) != FALSE) return {};
    return fail(ErrorKind::InvalidInput, fmt::format("the SVG cannot be drawn ({})", words_of(error)), kHint);
  }
  const Bitmap& bitmap = state_->bitmap;
  // cairo only reads from the pixels here, though its signature does not say so.
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bitmap.pixels.data()));
  cairo_surface_t* surface =
      cairo_image_surface_create_for_data(data, CAIRO_FORMAT_ARGB32, bitmap.width, bitmap.height, bitmap.width * 4);
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, width / bitmap.width, height / bitmap.height);
  cairo_set_source_surface(cr, surface, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BEST);
  cairo_paint(cr);
  cairo_restore(cr);
  cairo_surface_destroy(surface);
  return {};
}

}  // namespace candid::overlay
