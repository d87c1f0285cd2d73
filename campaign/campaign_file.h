#pragma once
// campaign.toml as plain values. Everything wrong with it is found in one reading; nothing is changed afterwards.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/publishing/expiry.h"
#include "core/error.h"
#include "core/fields.h"
#include "core/finding.h"
#include "core/time.h"
#include "encode/codec.h"
#include "encode/segment.h"
#include "media/video_reader.h"
#include "overlay/template.h"
#include "track/message.h"

namespace candid::campaign {

struct Brand {
  std::string company;
  std::filesystem::path logo;       // empty: none
  std::filesystem::path font_file;  // empty: an installed font
  std::string font = "Noto Sans";
  overlay::Color color{31, 111, 235};          // accents, buttons
  overlay::Color background{20, 24, 33, 225};  // behind text
  overlay::Color text_color{255, 255, 255};
};

struct FieldRule {
  bool required = true;                 // an empty cell makes the row fail
  std::optional<std::string> fallback;  // stands in for an empty cell
};

// Where a text asks for a field, so that a missing column is reported there.
struct FieldUse {
  std::string field;
  int line = 0;
  std::string key;        // "layer[0].text"
  bool is_needed = true;  // an empty value would leave a hole in the text
};

struct VideoChoice {
  std::optional<media::FrameSize> size;  // nothing: the take's own, at most 1920x1080 (or turned)
  std::optional<int> lines;              // instead: the shorter side, px, in the take's shape
  std::optional<Rational> frame_rate;    // nothing: the take's own
  media::Fit fit = media::Fit::Contain;
  bool frames_face = false;  // with Fit::Cover: what is kept in the middle is the face
  std::string preset = "veryfast";
  double crf = 23;
  std::optional<double> max_megabytes;  // of each MP4, 10^6 bytes, instead of a quality
  encode::Codec codec = encode::Codec::H264;
  bool even_loudness = true;  // as loud as other videos
  bool denoise = false;
  bool previews = false;  // an animated GIF and WebP beside each MP4
};

// Stands for the candid server that the links lead to, as store and as ledger.
inline constexpr std::string_view kOnServer = "server";

struct PublishChoice {
  std::string store;   // an address (upload/store_address.h) or kOnServer; empty: the store of the data folder
  std::string ledger;  // "postgresql://…" or kOnServer; empty: SQLite in the data folder
  std::string server = "http://127.0.0.1:8080";
  // The links' terms.
  std::optional<Expiry> expires{};
  std::optional<int> views{};
  bool passcode = false;  // the roster's, from its column "passcode", or one that is made
  bool download = false;
  int keep_days = 0;     // after publishing everything about a message is erased; 0: when the server says
  bool compose = false;  // finished MP4s in the S3 bucket, served from there
  track::Tracking tracking = track::Tracking::Individual;
};

struct PageButton {
  FieldText label;
  FieldText url;
};

struct PageChoice {
  FieldText headline;
  FieldText message;
  std::string language = "en";
  bool language_of_browser = false;  // the page's own words are in the browser's
  std::vector<PageButton> buttons;
  FieldText booking;  // empty: no button
  bool reply = true;
};

struct Campaign {
  std::filesystem::path folder;
  std::string file;  // campaign.toml's path as the user named it, for messages
  std::string id;    // stands for the campaign in the ledger
  std::string name;
  std::filesystem::path roster;
  std::filesystem::path take;
  int take_line = 0;
  overlay::TimeMark trim_start;
  overlay::TimeMark trim_end{Microseconds{0}, true};
  Brand brand;
  overlay::Template look;
  std::vector<int> layer_lines;  // line of each layer
  std::map<std::string, FieldRule> fields;
  std::vector<FieldUse> field_uses;
  VideoChoice video;
  std::filesystem::path greetings;  // folder of greetings, a file a candidate, named by their id; empty: none
  int greetings_line = 0;
  Microseconds crossfade{0};       // from a greeting into the take; nothing: a cut
  FieldText greeting_script;       // what to say, for the prompter; empty: the name alone
  bool requires_approval = false;  // a video goes out only after it was approved on the proof sheet
  PublishChoice publish;
  PageChoice page;
};

// Reads and checks FOLDER/campaign.toml and the files it names (take, roster and captions must be there, logo and font
// must be readable). All that is wrong is added to `findings`; the value is only meant for use when none is an error.
// An Error means that there is no campaign.toml to speak of.
Result<Campaign> read_campaign(const std::filesystem::path& folder, Findings& findings);

}  // namespace candid::campaign
