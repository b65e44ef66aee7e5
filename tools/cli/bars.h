// Bars of block characters, for numbers in a terminal.
#ifndef TOOLS_CLI_BARS_H_
#define TOOLS_CLI_BARS_H_

#include <string>

namespace bulian::cli {

inline constexpr int kBarColumns = 20;

// `kBarColumns` wide at `greatest`, in eighths of a column; empty if that is not over 0.
std::string Bar(double value, double greatest);

// Always kBarColumns wide: `█` for `first`, `▓` for `second`, `·` for what is left of `all`. Something shows as one
// column at least.
std::string FilledBar(double first, double second, double all);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_BARS_H_
