#include "gui/theme.h"

#include <backends/imgui_impl_opengl3.h>

#include "overlay/fonts.h"

namespace candid::gui {
namespace {

// Of the letters' em, as Pango and everybody else counts; ImGui counts whole lines, which in Noto Sans are this much
// more.
constexpr float kBody = 14.5F;
constexpr float kTitle = 21;
constexpr float kHuge = 90;
constexpr float kLineOfEm = 1.362F;
constexpr const char* kFamily = "Noto Sans";

ImVec4 rgb(unsigned hex) {
  auto part = [hex](int shift) { return static_cast<float>(hex >> shift & 0xFF) / 255; };
  return {part(16), part(8), part(0), 1};
}

ImVec4 with_alpha(ImVec4 color, float alpha) {
  color.w = alpha;
  return color;
}

// Latin, Greek and Cyrillic with their extensions, and the marks that our words use. Candidates' names are never drawn
// with these letters.
const ImWchar* glyph_ranges() {
  static const ImWchar ranges[] = {0x0020, 0x024F, 0x0370, 0x03FF, 0x0400, 0x052F, 0x1E00,
                                   0x1EFF, 0x2010, 0x2027, 0x20AC, 0x20AC, 0};
  return ranges;
}

void set_colors(ImGuiStyle& style, const Colors& colors) {
  auto set = [&](ImGuiCol which, ImVec4 color) { style.Colors[which] = color; };
  set(ImGuiCol_Text, colors.text);
  set(ImGuiCol_TextDisabled, colors.muted);
  set(ImGuiCol_WindowBg, colors.ground);
  set(ImGuiCol_ChildBg, with_alpha(colors.panel, 0));
  set(ImGuiCol_PopupBg, colors.panel);
  set(ImGuiCol_Border, colors.line);
  set(ImGuiCol_FrameBg, colors.raised);
  set(ImGuiCol_FrameBgHovered, colors.line);
  set(ImGuiCol_FrameBgActive, colors.line);
  set(ImGuiCol_TitleBg, colors.panel);
  set(ImGuiCol_TitleBgActive, colors.panel);
  set(ImGuiCol_ScrollbarBg, with_alpha(colors.panel, 0));
  set(ImGuiCol_ScrollbarGrab, colors.line);
  set(ImGuiCol_ScrollbarGrabHovered, colors.muted);
  set(ImGuiCol_ScrollbarGrabActive, colors.muted);
  set(ImGuiCol_CheckMark, colors.accent);
  set(ImGuiCol_SliderGrab, colors.accent);
  set(ImGuiCol_SliderGrabActive, colors.accent);
  set(ImGuiCol_Button, colors.raised);
  set(ImGuiCol_ButtonHovered, colors.line);
  set(ImGuiCol_ButtonActive, colors.line);
  set(ImGuiCol_Header, with_alpha(colors.accent, 0.28F));
  set(ImGuiCol_HeaderHovered, with_alpha(colors.text, 0.08F));
  set(ImGuiCol_HeaderActive, with_alpha(colors.accent, 0.38F));
  set(ImGuiCol_Separator, colors.line);
  set(ImGuiCol_SeparatorHovered, colors.accent);
  set(ImGuiCol_SeparatorActive, colors.accent);
  set(ImGuiCol_PlotHistogram, colors.accent);
  set(ImGuiCol_TableHeaderBg, colors.panel);
  set(ImGuiCol_TableBorderStrong, colors.line);
  set(ImGuiCol_TableBorderLight, with_alpha(colors.line, 0.5F));
  set(ImGuiCol_TableRowBg, with_alpha(colors.panel, 0));
  set(ImGuiCol_TableRowBgAlt, with_alpha(colors.text, 0.025F));
  set(ImGuiCol_TextSelectedBg, with_alpha(colors.accent, 0.4F));
  set(ImGuiCol_NavHighlight, colors.accent);
  set(ImGuiCol_ModalWindowDimBg, ImVec4(0, 0, 0, 0.55F));
}

void set_shape(ImGuiStyle& style, float scale) {
  style = ImGuiStyle();
  style.WindowRounding = 0;
  style.ChildRounding = 8;
  style.FrameRounding = 6;
  style.PopupRounding = 8;
  style.GrabRounding = 6;
  style.ScrollbarRounding = 6;
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.WindowPadding = {16, 16};
  style.FramePadding = {12, 7};
  style.ItemSpacing = {10, 8};
  style.CellPadding = {8, 6};
  style.ScrollbarSize = 12;
  style.ScaleAllSizes(scale);
}

}  // namespace

const Colors& colors_of(Appearance appearance) {
  static const Colors dark{rgb(0x11141B), rgb(0x1A1F29), rgb(0x262D3A), rgb(0x39424F), rgb(0xE8ECF3), rgb(0xA3ADBD),
                           rgb(0x2F6FE0), rgb(0xFFFFFF), rgb(0x4CC38A), rgb(0xF2B33D), rgb(0xFF7B7B)};
  static const Colors light{rgb(0xF4F5F8), rgb(0xFFFFFF), rgb(0xE6E9EF), rgb(0xCDD3DD), rgb(0x18202D), rgb(0x556070),
                            rgb(0x1F62D6), rgb(0xFFFFFF), rgb(0x1B7A4B), rgb(0x8A5A00), rgb(0xB4232A)};
  return appearance == Appearance::Light ? light : dark;
}

float Theme::body_size() const {
  return kBody * scale_;
}

Result<void> Theme::apply(Appearance appearance, float scale) {
  colors_ = &colors_of(appearance);
  ImGuiStyle& style = ImGui::GetStyle();
  if (scale != scale_) {
    const std::string plain = TRY(overlay::font_file(kFamily, overlay::FontWeight::Regular)).string();
    const std::string bold = TRY(overlay::font_file(kFamily, overlay::FontWeight::Bold)).string();
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    auto load = [&](const std::string& file, float size) {
      return atlas.AddFontFromFileTTF(file.c_str(), size * kLineOfEm * scale, nullptr, glyph_ranges());
    };
    body_ = load(plain, kBody);
    strong_ = load(bold, kBody);
    title_ = load(bold, kTitle);
    static const ImWchar digits[] = {'0', '9', 0};
    huge_ = atlas.AddFontFromFileTTF(bold.c_str(), kHuge * kLineOfEm * scale, nullptr, digits);
    if (body_ == nullptr || strong_ == nullptr || title_ == nullptr || huge_ == nullptr || !atlas.Build()) {
      return fail(ErrorKind::Unsupported, "the window's letters cannot be read from " + plain,
                  "install the package fonts-noto-core");
    }
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
    scale_ = scale;
  }
  set_shape(style, scale);
  set_colors(style, *colors_);
  return {};
}

}  // namespace candid::gui
