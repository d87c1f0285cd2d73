#pragma once
// What is drawn over a take: layers on a timeline. Plain values, read from campaign.toml and a look by campaign;
// pictures and fonts are files that were checked to exist.

#include <filesystem>
#include <string>
#include <vector>

#include "core/fields.h"
#include "core/time.h"
#include "media/cues.h"
#include "overlay/color.h"

namespace candid::overlay {

enum class LayerKind { LowerThird, Text, Image, Card, Captions, Progress };
enum class Anchor { TopLeft, Top, TopRight, Left, Center, Right, BottomLeft, Bottom, BottomRight };
enum class Motion { None, Fade, Slide, Wipe, Type };
enum class Easing { Linear, In, Out, InOut };
// What lies between words and picture.
enum class Shape {
  None,       // nothing
  Panel,      // a rounded rectangle
  Bar,        // a rounded rectangle with an upright bar of the accent's colour where reading begins
  Block,      // the first line on the accent's colour, the second below it on the background's
  Underline,  // a line of the accent's colour below the first line of text
};
// In which space translucent pixels are mixed: that of the picture's values, or that of light.
enum class Blending { Gamma, Linear };

// A point on the video's timeline.
struct TimeMark {
  Microseconds offset{0};
  bool from_end = false;  // offset counts back from the end
  Microseconds at(Microseconds duration) const { return from_end ? duration - offset : offset; }
};

// How words look. Lengths are shares of their font size.
struct TextStyle {
  std::string font;    // family; empty: the template's
  bool bold = true;    // of the main line; second lines are regular
  bool upper = false;  // main line in capitals
  double outline = 0;  // width of the line around letters
  Color outline_color{0, 0, 0};
  double shadow = 0;  // darkness of a soft shadow behind letters, 0..1
};

struct CaptionLine {
  Microseconds start{0};
  Microseconds end{0};
  FieldText text;
};

// Lengths are shares of the frame's shorter side unless they say otherwise, so that one template suits 16:9, 9:16 and
// 1:1 alike.
struct Layer {
  LayerKind kind = LayerKind::Text;
  size_t number = 0;  // where it stands in campaign.toml, for messages: layer[N]
  FieldText text;
  FieldText subtext;                // lower third and card: the smaller second line
  FieldText action;                 // card: the call to action, on a button
  std::filesystem::path image;      // image and card; empty: none
  std::filesystem::path cues_file;  // captions; empty: the take's own marks
  std::vector<CaptionLine> lines;   // captions; sorted by start
  bool is_burned_in = true;         // captions: drawn on the picture
  bool has_track = true;            // captions: given beside it, for players that show them
  TimeMark start;                   // first moment shown
  TimeMark end{Microseconds{0}, true};

  double z = 0;  // higher ones lie above lower ones; equal ones in their order

  Anchor place = Anchor::BottomLeft;
  double offset_x = 0;  // from there, to the right, of the frame's width
  double offset_y = 0;  // downwards, of its height
  bool keeps_off_faces = true;
  double width = 0;          // of the frame's width; 0: as wide as its content needs, within the safe area
  double font_size = 0;      // 0: the kind's own
  double min_font_size = 0;  // the least that text is shrunk to before it is cut; 0: the kind's own
  double thickness = 0.008;  // progress

  Motion motion = Motion::Fade;
  Easing easing = Easing::InOut;
  Microseconds motion_time{400'000};  // in, and out again

  Shape shape = Shape::Panel;
  double radius = 0.22;  // of corners, of the font size
  TextStyle style;
  double opacity = 1;  // 0..1
  Color text_color{255, 255, 255};
  Color background{20, 24, 33, 225};
  Color accent{64, 132, 244};

  // Whether what it shows at some time differs from candidate to candidate.
  bool is_personal() const;
};

// Where a face is, as shares of the frame's width and height, while it is there.
struct FaceArea {
  Microseconds start{0};
  Microseconds end{0};
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

struct Template {
  std::vector<Layer> layers;  // later ones lie above earlier ones
  std::string font = "Noto Sans";
  std::string language = "en";  // BCP 47; chooses the CJK shapes
  double safe_area = 0.05;      // kept free at each edge, of the frame's shorter side
  Blending blending = Blending::Gamma;
  std::vector<FaceArea> faces;  // on the video's timeline, sorted by start; what layers keep off
};

}  // namespace candid::overlay
