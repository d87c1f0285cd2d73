#pragma once
// What a screen of the window is, and what each has at hand.

#include <functional>
#include <string>

#include "gui/campaign_edits.h"
#include "gui/edit_history.h"
#include "gui/keys.h"
#include "gui/names.h"
#include "gui/open_campaign.h"
#include "gui/settings.h"
#include "gui/theme.h"
#include "gui/window.h"

namespace candid::gui {

// In the order of the work, and of the keys Ctrl-1 … Ctrl-7.
enum class ScreenKind { Home, Record, Greet, Design, Candidates, Publish, Results };
constexpr int kScreens = 7;

// Borrowed for the call.
struct Ui {
  Window& window;
  Settings& settings;
  const Theme& theme;
  Names& names;
  OpenCampaign& campaign;
  CampaignEdits& edits;
  EditHistory& history;
  std::function<void(ScreenKind)> go_to;
  // Another campaign. False: not now, and the person was told why.
  std::function<bool(const std::filesystem::path&)> open;
  std::function<void(std::string)> notify;  // one line that is shown for some seconds
  // The last thing that was done, told in such a line.
  std::function<void()> undo;
  std::function<void()> redo;
};

// The window's thread.
class Screen {
 public:
  virtual ~Screen() = default;
  // Its whole content, in a child window that is there already.
  virtual void draw(Ui& ui) = 0;
  // Arrows and page keys mean something here; else they go through what can be pressed (keys.h).
  virtual bool takes_arrows() const { return false; }
  // Another screen is shown from now on, or the window closes: devices are given back, what was typed counts.
  virtual void leave(Ui&) {}
  // Another campaign is open from now on.
  virtual void forget() {}
  // What is going on that a person would not want to end by accident, as words for a question; empty: nothing.
  virtual std::string busy_with() const { return {}; }
  // Ends that, so that nothing is lost. The window closes afterwards.
  virtual void finish() {}
};

}  // namespace candid::gui
