// A screen on which something happens, as in a lesson on a program: text scrolls in one half, shapes move in the other,
// thirty times a second. The same each time.
//
// usage: moving_screen SECONDS     on $DISPLAY

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/recorder/full_window.h"

namespace candid::test {
namespace {

constexpr auto kStep = std::chrono::microseconds(33'333);
constexpr uint32_t kPaper = 0xF7F5F0;
constexpr uint32_t kInk = 0x2B2D33;
constexpr int kScroll = 3;  // pixels a step
constexpr int kLineHeight = 24;

// Letters, as far as an encoder is concerned: upright strokes of a word's size.
void write_line(FullWindow& window, const Area& page, int y, std::mt19937& chance) {
  std::uniform_int_distribution<int> letters(2, 11);
  std::uniform_int_distribution<int> stroke(4, 13);
  int x = page.x + 16;
  while (x < page.x + page.width - 180) {
    for (int left = letters(chance); left > 0; --left, x += 9) {
      int height = stroke(chance);
      window.fill({x, y + 15 - height, 2, height}, kInk);
      window.fill({x + 2, y + 15 - height, 4, 2}, kInk);
    }
    x += 10;
  }
}

void scroll(FullWindow& window, const Area& page, int step, std::mt19937& chance) {
  window.move({page.x, page.y + kScroll, page.width, page.height - kScroll}, page.x, page.y);
  window.fill({page.x, page.y + page.height - kScroll, page.width, kScroll}, kPaper);
  if (step % (kLineHeight / kScroll) == 0) write_line(window, page, page.y + page.height - kLineHeight, chance);
}

void draw_shapes(FullWindow& window, const Area& stage, int step) {
  constexpr uint32_t kColours[] = {0xD1495B, 0xEDAE49, 0x00798C, 0x30638E};
  constexpr int kSide = 120;
  for (int i = 0; i < 4; ++i) {
    auto place = [&](int when) {
      double turn = when * 0.02 * (i + 1);
      return Area{stage.x + static_cast<int>((stage.width - kSide) * (0.5 + 0.5 * std::sin(turn))),
                  stage.y + static_cast<int>((stage.height - kSide) * (0.5 + 0.5 * std::cos(turn * 0.7 + i))), kSide,
                  kSide};
    };
    window.fill(place(step - 1), 0x1B1E25);
    window.fill(place(step), kColours[i]);
  }
}

void play(double seconds) {
  FullWindow window;
  const Area page{0, 0, window.width() / 2, window.height()};
  const Area stage{window.width() / 2, 0, window.width() - window.width() / 2, window.height()};
  window.fill(page, kPaper);
  window.fill(stage, 0x1B1E25);
  std::mt19937 chance(1);
  auto begin = std::chrono::steady_clock::now();
  auto end = begin + std::chrono::duration<double>(seconds);
  for (int step = 0; std::chrono::steady_clock::now() < end; ++step) {
    scroll(window, page, step, chance);
    draw_shapes(window, stage, step);
    window.settle();
    std::this_thread::sleep_until(begin + step * kStep);
  }
}

}  // namespace
}  // namespace candid::test

int main(int argc, char** argv) {
  double seconds = argc == 2 ? std::atof(argv[1]) : 0;
  if (!(seconds > 0)) {
    std::fprintf(stderr, "usage: moving_screen SECONDS\n");
    return 2;
  }
  candid::test::play(seconds);
}
