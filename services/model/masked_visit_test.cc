// Visiting the rows of a mask by name finds what a walk over all names with a test of each finds, however few or many
// are in the mask and are asked for.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::model {
namespace {

constexpr ResourceType kType = ResourceType::kEnterprise;

SnapshotPtr Many(int count) {
  SnapshotBuilder builder("c");
  std::mt19937 random(3);
  // Names come in no order, and rows of some are used again.
  for (int i = 0; i < count; ++i)
    builder.Load("clusters/c/enterprises/e" + std::to_string(random() % 1'000'000), "", 1);
  for (int i = 0; i < count / 10; ++i) {
    const std::string name = "clusters/c/enterprises/e" + std::to_string(random() % 1'000'000);
    const RecordChange gone{name, std::nullopt};
    builder.Apply({"c", "uid", 1, 2 + i, 0}, {&gone, 1});
  }
  return builder.Build();
}

TEST(MaskedVisitTest, EqualsAWalkWithATest) {
  const SnapshotPtr snapshot = Many(3000);
  std::mt19937 random(9);
  for (const unsigned one_in : {1u, 2u, 20u, 100u, 1000u, 100'000u}) {
    RowMask mask(snapshot->RowLimit(kType));
    for (Row row = 0; row < mask.limit(); ++row)
      if (random() % one_in == 0 && snapshot->Exists(kType, row)) mask.Set(row);
    for (const std::size_t wanted : {std::size_t{1}, std::size_t{10}, std::size_t{1000}, ~std::size_t{0}}) {
      const std::string middle(snapshot->RelativeName(kType, static_cast<Row>(random() % mask.limit())));
      for (const std::string& after : {std::string(), middle, middle + "0", std::string("enterprises/z")}) {
        std::vector<Row> expected, found;
        const auto take = [&](std::vector<Row>* rows) {
          return [rows, wanted](Row row) {
            rows->push_back(row);
            return rows->size() < wanted;
          };
        };
        const auto expect = take(&expected);
        snapshot->VisitByName(kType, "", after, [&](Row row) { return !mask.Test(row) || expect(row); });
        snapshot->VisitByName(kType, mask, after, wanted, take(&found));
        ASSERT_EQ(found, expected) << "one in " << one_in << ", wanted " << wanted << ", after `" << after << "`";
      }
    }
  }
}

}  // namespace
}  // namespace bulian::model
