#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "google/protobuf/util/json_util.h"
#include "services/exchange/registry_fixture.h"

namespace bulian::exchange {
namespace {

std::vector<v1::ImportRequest> Messages(const std::string& cluster, const std::vector<v1::ImportRecord>& records,
                                        std::size_t size) {
  std::vector<v1::ImportRequest> messages;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i % size == 0) {
      messages.emplace_back().set_parent("clusters/" + cluster);
      messages.back().set_sequence(static_cast<std::int64_t>(messages.size()));
    }
    *messages.back().add_records() = records[i];
  }
  return messages;
}

v1::ImportRecord Record(const std::string& text) {
  v1::ImportRecord record;
  Registry::Parse(text, &record);
  return record;
}

// A small cluster in which records name each other in circles.
std::vector<v1::ImportRecord> Circles() {
  const std::string in = "clusters/c/";
  const auto chain = [&](const std::string& id, const std::string& other) {
    return Record("chain { name: '" + in + "chains/" + id +
                  "' display_name { en: 'C' } segments { segment_id: 's' display_name { en: 'S' } requirement { "
                  "capability_type: '" +
                  in + "capabilityTypes/t' } inputs { segment: '" + in + "chains/" + other + "/segments/s' } } }");
  };
  const auto company = [&](const std::string& id, const std::string& owner, const std::string& more) {
    return Record("enterprise { name: '" + in + "enterprises/" + id +
                  "' display_name { en: 'E' } owners { enterprise: '" + in + "enterprises/" + owner +
                  "' share: 0.5 } " + more + " }");
  };
  return {
      Record("cluster { name: 'clusters/c' region_codes: '500109' annotations { key: 'b' value: '1' } annotations { "
             "key: 'a' value: '2' } }"),
      company("a", "b", "uscc: '91350100M000100Y43' sites { site_id: 'x' }"),
      company("b", "a", ""),
      chain("one", "two"),
      chain("two", "one"),
      Record("capability_type { name: '" + in + "capabilityTypes/t' display_name { en: 'T' } parents: '" + in +
             "capabilityTypes/root' unit: 'H87' }"),
      Record("capability_type { name: '" + in + "capabilityTypes/root' display_name { en: 'R' } }"),
      Record("capability { name: '" + in + "enterprises/uscc:91350100M000100Y43/capabilities/k' capability_type: '" +
             in + "capabilityTypes/t' site: 'x' }"),
      Record("supply_link { name: '" + in + "supplyLinks/l' supplier: '" + in + "enterprises/a' buyer: '" + in +
             "enterprises/b' product_type: '" + in + "capabilityTypes/t' }"),
      Record("project { name: '" + in + "projects/p' display_name { en: 'P' } state: SIGNED owner: '" + in +
             "enterprises/uscc:91350100M000100Y43' }")};
}

struct Totals {
  int created = 0, updated = 0, unchanged = 0, rejected = 0;
};

Totals Sum(const absl::StatusOr<std::vector<v1::ImportResponse>>& answers) {
  Totals totals;
  EXPECT_TRUE(answers.ok()) << answers.status();
  if (!answers.ok()) return totals;
  for (const auto& answer : *answers) {
    totals.created += answer.created();
    totals.updated += answer.updated();
    totals.unchanged += answer.unchanged();
    totals.rejected += answer.rejected_size();
    for (const auto& rejected : answer.rejected()) ADD_FAILURE() << rejected.ShortDebugString();
  }
  return totals;
}

TEST(ImportTest, AnyOrderAndAnyMessageSizeGivesTheSameCluster) {
  std::vector<v1::ImportRecord> records = Circles();
  std::vector<std::string> first;
  std::mt19937 random(7);
  for (std::size_t size : {100u, 1u, 2u, 3u, 5u}) {
    Registry registry;
    const auto answers = registry.Import(Messages("c", records, size));
    const Totals totals = Sum(answers);
    EXPECT_EQ(totals.created, static_cast<int>(records.size()));
    EXPECT_EQ(answers->back().waiting(), 0);
    EXPECT_EQ(answers->back().low_water_mark(), answers->back().sequence());
    const auto exported = Comparable(registry.Export("c"));
    if (first.empty()) first = exported;
    EXPECT_EQ(exported, first);
    std::shuffle(records.begin() + 1, records.end(), random);
  }
}

TEST(ImportTest, TwiceChangesNothing) {
  Registry registry;
  Sum(registry.Import(Messages("c", Circles(), 3)));
  const std::int64_t at = registry.Revision("c");
  const Totals again = Sum(registry.Import(Messages("c", Circles(), 4)));
  EXPECT_EQ(again.unchanged, static_cast<int>(Circles().size()));
  EXPECT_EQ(registry.Revision("c"), at);
}

TEST(ImportTest, ExportImportsInOrderWithoutWaiting) {
  Registry source, target;
  Sum(source.Import(Messages("c", Circles(), 100)));
  const auto records = source.Export("c");
  Sum(target.Import(Messages("c", records, 1000)));
  EXPECT_EQ(Comparable(target.Export("c")), Comparable(records));
}

TEST(ImportTest, RejectsWhatIsWrongAndGoesOn) {
  Registry registry;
  std::vector<v1::ImportRecord> records = Circles();
  records.push_back(Record("enterprise { name: 'clusters/c/enterprises/bad' uscc: 'X' display_name { en: 'B' } }"));
  records.push_back(Record(
      "enterprise { name: 'clusters/c/enterprises/thief' uscc: '91350100M000100Y43' display_name { en: 'B' } }"));
  records.push_back(
      Record("capability { name: 'clusters/c/enterprises/nobody/capabilities/k' capability_type: "
             "'clusters/c/capabilityTypes/t' }"));
  const auto answers = registry.Import(Messages("c", records, 1000));
  ASSERT_TRUE(answers.ok());
  ASSERT_EQ(answers->size(), 2u);
  EXPECT_EQ((*answers)[0].created(), 10);
  EXPECT_EQ((*answers)[0].rejected_size(), 2);
  EXPECT_EQ((*answers)[0].waiting(), 1);
  EXPECT_EQ((*answers)[0].low_water_mark(), 0);
  ASSERT_EQ((*answers)[1].rejected_size(), 1);
  EXPECT_EQ((*answers)[1].rejected(0).index(), 12);
  EXPECT_EQ((*answers)[1].low_water_mark(), 1);
}

TEST(ImportTest, ARecordThatWaitsDoesNotTakeBackAnEarlierOneOfItsName) {
  Registry registry;
  std::vector<v1::ImportRecord> records = Circles();
  // The holder of the identifier is `a`, which stands before; this one names an owner that never comes.
  records.push_back(
      Record("enterprise { uscc: '91350100M000100Y43' display_name { en: 'Later' } owners { enterprise: "
             "'clusters/c/enterprises/lei:549300DTUYXVMJXZNY75' share: 0.6 } }"));
  const auto answers = registry.Import(Messages("c", records, 1000));
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), 2u);
  EXPECT_EQ((*answers)[0].created(), 10);
  EXPECT_EQ((*answers)[0].waiting(), 1);
  EXPECT_EQ((*answers)[1].rejected_size(), 1);
  EXPECT_EQ(registry.Export("c").size(), 10u) << "what was said to be created is stored";
}

TEST(ImportTest, ValidateOnlyAnswersAlikeAndChangesNothing) {
  Registry registry;
  auto messages = Messages("c", Circles(), 3);
  messages[0].set_validate_only(true);
  EXPECT_EQ(Sum(registry.Import(messages)).created, 10);
  EXPECT_EQ(model::ReasonOf(registry.Import(Messages("c", {Circles()[1]}, 1)).status()), v1::RESOURCE_NOT_FOUND);
}

TEST(ImportTest, AMessageOutOfOrderEndsTheStream) {
  Registry registry;
  auto messages = Messages("c", Circles(), 3);
  messages[1].set_sequence(5);
  EXPECT_EQ(model::ReasonOf(registry.Import(messages).status()), v1::IMPORT_SEQUENCE);
}

}  // namespace
}  // namespace bulian::exchange
