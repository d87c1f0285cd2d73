#include "capture/check/hum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace candid::capture {
namespace {

constexpr int kWindow = kPitchRate / 4;
constexpr double kBeside = 15;       // Hz
constexpr size_t kFewestLines = 8;   // blocks: a second
constexpr double kQuietest = 1e-11;  // mean square: what is below is a rounding of 16 bits
// Noise in the critical band about a tone (100 Hz, Zwicker 1961) hides it from 4 dB below on; a bin of the window is
// 6 Hz wide, 12 dB less.
constexpr double kStandsOut = 12;  // dB above what is beside

const std::array<float, kWindow>& hann() {
  static const std::array<float, kWindow> window = [] {
    std::array<float, kWindow> made{};
    for (int i = 0; i < kWindow; ++i) {
      made[static_cast<size_t>(i)] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kWindow));
    }
    return made;
  }();
  return window;
}

// The threshold of hearing for pure tones, dB of sound pressure (ISO 226:2003, table 1), interpolated.
double hearing_threshold(double frequency) {
  constexpr std::pair<double, double> kTable[] = {{50, 44.0},  {63, 37.5},  {80, 31.5},  {100, 26.5},
                                                  {125, 22.1}, {160, 17.9}, {200, 14.4}, {250, 11.4},
                                                  {315, 8.6},  {400, 6.2},  {500, 4.4}};
  for (size_t i = 1; i < std::size(kTable); ++i) {
    if (frequency > kTable[i].first) continue;
    auto [low, low_db] = kTable[i - 1];
    auto [high, high_db] = kTable[i];
    return low_db + (high_db - low_db) * std::log(frequency / low) / std::log(high / low);
  }
  return kTable[std::size(kTable) - 1].second;
}

float low_fifth(std::vector<float>& values) {
  auto at = values.begin() + static_cast<ptrdiff_t>(values.size() / 5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

void HumMeter::push(const float* samples, int count) {
  for (int i = 0; i < count; ++i) {
    window_.push_back(samples[i]);
    if (++fresh_ < kHop || window_.size() < kWindow) continue;
    fresh_ = 0;
    blocks_.push_back(measure());
    window_.erase(window_.begin(), window_.end() - (kWindow - kHop));
  }
}

HumMeter::Block HumMeter::measure() const {
  const float* from = window_.data() + window_.size() - kWindow;
  auto power_at = [&](double frequency) {
    double coefficient = 2 * std::cos(2 * std::numbers::pi * frequency / kPitchRate);
    double s1 = 0;
    double s2 = 0;
    for (int i = 0; i < kWindow; ++i) {
      double s0 = static_cast<double>(from[i] * hann()[static_cast<size_t>(i)]) + coefficient * s1 - s2;
      s2 = s1;
      s1 = s0;
    }
    // A sine's amplitude is a quarter of the window's length (the mean of a Hann window is a half).
    double amplitude = std::sqrt(std::max(0.0, s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / (kWindow / 4.0);
    return static_cast<float>(amplitude * amplitude / 2);
  };
  Block block{};
  for (size_t mains = 0; mains < 2; ++mains) {
    for (size_t k = 0; k < kTones; ++k) {
      double frequency = (mains == 0 ? 50.0 : 60.0) * static_cast<double>(k + 1);
      block.tone[mains][k] = power_at(frequency);
      block.beside[mains][k] = (power_at(frequency - kBeside) + power_at(frequency + kBeside)) / 2;
    }
  }
  return block;
}

Hum HumMeter::hum(size_t blocks) const {
  blocks = std::min(blocks, blocks_.size());
  Hum best;
  double best_power = 0;
  if (blocks < kFewestLines) return best;
  auto from = blocks_.end() - static_cast<ptrdiff_t>(blocks);
  for (size_t mains = 0; mains < 2; ++mains) {
    Hum hum;
    double power = 0;
    for (size_t k = 0; k < kTones; ++k) {
      std::vector<float> tones;
      std::vector<float> besides;
      for (auto block = from; block != blocks_.end(); ++block) {
        tones.push_back(block->tone[mains][k]);
        besides.push_back(block->beside[mains][k]);
      }
      double tone = low_fifth(tones);
      double beside = std::max<double>(low_fifth(besides), kQuietest);
      if (10 * std::log10(std::max(tone, 1e-20) / beside) < kStandsOut) continue;
      double frequency = (mains == 0 ? 50.0 : 60.0) * static_cast<double>(k + 1);
      hum.mains_hz = mains == 0 ? 50 : 60;
      power += tone;
      double passed = std::pow(frequency / 120, 4);
      hum.power_above_120_hz += tone * passed / (1 + passed);
      hum.above_hearing_db = std::max(hum.above_hearing_db, 10 * std::log10(tone) - hearing_threshold(frequency));
    }
    if (power <= best_power) continue;
    best_power = power;
    best = hum;
    best.level_dbfs = 10 * std::log10(power);
  }
  return best;
}

void HumMeter::keep(size_t blocks) {
  while (blocks_.size() > blocks) blocks_.pop_front();
}

}  // namespace candid::capture
