#include "gui/screens/screens.h"

namespace candid::gui {

std::array<std::unique_ptr<Screen>, kScreens> make_screens() {
  return {make_home_screen(),       make_record_screen(),  make_greet_screen(),  make_design_screen(),
          make_candidates_screen(), make_publish_screen(), make_results_screen()};
}

}  // namespace candid::gui
