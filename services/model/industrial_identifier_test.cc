#include "services/model/industrial_identifier.h"

#include <string>

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

TEST(IndustrialIdentifierTest, TakesTheFormsInUse) {
  for (const char* id : {"88.608.5288/handle_07_02", "88.608.24161301/a", "88.111.911/app", "88.888.3/20220121",
                         "88.1/x", "88.1.2.3/x/y", "88.608.5288/北碚-01"}) {
    EXPECT_EQ(IndustrialIdentifierProblem(id), "") << id;
  }
  EXPECT_EQ(IndustrialIdentifierProblem("88.1/" + std::string(251, 'x')), "");
}

TEST(IndustrialIdentifierTest, RefusesOthers) {
  for (const char* id : {"", "88", "88/x", "88./x", "88.1", "88.1/", "88.a/x", "86.1.2/x", "88.1.2.3.4/x", "88.1..2/x",
                         "88.1234567890123/x", " 88.1/x", "881.2/x", "88.1/a\tb", "88.1/\xFF"}) {
    EXPECT_NE(IndustrialIdentifierProblem(id), "") << id;
  }
  EXPECT_NE(IndustrialIdentifierProblem("88.1/" + std::string(252, 'x')), "");
}

}  // namespace
}  // namespace bulian::model
