#pragma once
// Dear ImGui's lines hold letters of 16 bits: an emoji, or a rare letter of a name, would become U+FFFD as soon as
// somebody clicks on it. While a line is typed, each of them has a stand-in of 16 bits, which nobody sees.
//
// The stand-ins are letters of CJK Extension A, given out as they are needed (private use would be apt, but ImGui
// refuses to take it from a keyboard). Those letters have stand-ins, too, so that each text comes back as it was.

#include <string>
#include <string_view>

namespace candid::gui {

// As many characters as before. Text that is not UTF-8 is mended by U+FFFD, as is a letter beyond the 6,592nd that
// needs a stand-in. The window's thread.
std::string with_stand_ins(std::string_view text);
std::string without_stand_ins(std::string_view text);

}  // namespace candid::gui
