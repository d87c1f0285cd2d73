#pragma once
// What is drawn over a take: layers on a timeline. Plain values, read from campaign.toml by campaign; pictures and
// fonts are files that were checked to exist.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/fields.h"
#include "core/time.h"
#include "media/cues.h"
#include "overlay/color.h"

namespace candid::overlay {

enum class LayerKind { LowerThird, Text, Image, Card, Captions };
enum class Anchor { TopLeft, Top, TopRight, Left, Center, Right, BottomLeft, Bottom, BottomRight };
enum class Motion { None, Fade, Slide };

// A point on the video's timeline.
struct TimeMark {
  Microseconds offset{0};
  bool from_end = false;  // offset counts back from the end
  Microseconds at(Microseconds duration) const { return from_end ? duration - offset : offset; }
};

// Lengths are fractions of the frame's shorter side, so that one template suits 16:9, 9:16 and 1:1 alike.
struct Layer {
  LayerKind kind = LayerKind::Text;
  FieldText text;
  FieldText subtext;                // lower third and card: the smaller second line
  std::filesystem::path image;      // image and card; empty: none
  std::filesystem::path cues_file;  // captions; empty: the take's own marks
  std::vector<media::Cue> cues;     // captions
  TimeMark start;                   // first moment shown
  TimeMark end{Microseconds{0}, true};
  Anchor place = Anchor::BottomLeft;
  Motion motion = Motion::Fade;
  double width = 0;      // of the frame's width; 0: as wide as its content needs, within the safe area
  double font_size = 0;  // 0: the kind's own
  double opacity = 1;    // 0..1
  std::string font;      // family; empty: the brand's
  Color text_color{255, 255, 255};
  Color background{20, 24, 33, 225};
  Color accent{64, 132, 244};

  bool is_personal() const { return text.is_personal() || subtext.is_personal(); }
};

struct Template {
  std::vector<Layer> layers;  // later ones lie above earlier ones
  std::string font = "Noto Sans";
  std::string language = "en";  // BCP 47; chooses the CJK shapes
};

}  // namespace candid::overlay
