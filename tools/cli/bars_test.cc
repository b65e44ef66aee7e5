#include "tools/cli/bars.h"

#include <gtest/gtest.h>

namespace bulian::cli {
namespace {

TEST(Bar, IsAsLongAsTheShareOfTheGreatest) {
  EXPECT_EQ(Bar(1, 4), "█████");
  EXPECT_EQ(Bar(0.1, 4), "▌");
  EXPECT_EQ(Bar(0, 4), "");
  EXPECT_EQ(Bar(1, 0), "");
}

TEST(FilledBar, ShowsBothPartsAndWhatIsLeft) {
  EXPECT_EQ(FilledBar(40, 40, 100), "████████▓▓▓▓▓▓▓▓····");
  EXPECT_EQ(FilledBar(0, 100, 100), "▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓");
  EXPECT_EQ(FilledBar(0, 0, 100), "····················");
  EXPECT_EQ(FilledBar(1, 0, 0), "");
  // A little of anything is seen.
  EXPECT_EQ(FilledBar(99.9, 0.01, 100), "██████████████████▓·");
  EXPECT_EQ(FilledBar(0.01, 0, 100), "█···················");
}

}  // namespace
}  // namespace bulian::cli
