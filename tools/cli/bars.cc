#include "tools/cli/bars.h"

#include <algorithm>
#include <cmath>

namespace bulian::cli {

std::string Bar(double value, double greatest) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(greatest > 0)) return "";
  const int eighths = static_cast<int>(std::lround(value / greatest * kBarColumns * 8));
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kEighths[eighths % 8];
}

std::string FilledBar(double first, double second, double all) {
  if (!(all > 0)) return "";
  const auto columns = [&](double part) {
    if (part <= 0) return 0;
    return std::clamp(static_cast<int>(std::lround(part / all * kBarColumns)), 1, kBarColumns);
  };
  // What is missing must not be hidden by rounding either.
  const int most = kBarColumns - (first + second < all * (1 - 1e-9) ? 1 : 0);
  const int filled = std::min(columns(first), most - (second > 0 ? 1 : 0));
  const int more = std::min(columns(second), most - filled);
  std::string bar;
  for (int i = 0; i < kBarColumns; ++i) bar += i < filled ? "█" : (i < filled + more ? "▓" : "·");
  return bar;
}

}  // namespace bulian::cli
