// Random histories: what is applied commit by commit equals what is loaded from scratch in any order, branches leave
// their base alone, undoing gives the old state back, and deltas name everything that differs.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/model/snapshot.h"
#include "services/model/snapshot_dump.h"

namespace bulian::model {
namespace {

struct Stored {
  std::string bytes;
  std::int64_t revision;
};
using Records = std::map<std::string, Stored>;
struct Change {
  std::string name;
  std::optional<std::string> value;
};

SnapshotPosition At(std::int64_t revision) { return {"c", "uid", 1, revision, revision * 40'000'000'000}; }

// Makes up records that name each other, often what does not exist.
class History {
 public:
  // `scale`: how many times as many names.
  explicit History(unsigned seed, int scale = 1) : scale_(scale), random_(seed) {}

  std::vector<Change> Commit() {
    std::vector<Change> changes;
    for (int i = Pick(4); i >= 0; --i) changes.push_back({"clusters/c" + RandomName(), std::nullopt});
    for (Change& change : changes)
      if (Pick(4) != 0 || change.name == "clusters/c") change.value = RandomRecord(change.name);
    return changes;
  }
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::mt19937& random() { return random_; }

 private:
  std::string Type() { return "/capabilityTypes/t" + std::to_string(Pick(9 * scale_)); }
  std::string Enterprise() { return "/enterprises/e" + std::to_string(Pick(7 * scale_)); }
  std::string RandomName() {
    switch (Pick(14)) {
      case 0:
        return "";
      case 1:
      case 2:
        return Type();
      case 3:
      case 4:
      case 5:
        return Enterprise();
      case 6:
        return "/chains/h" + std::to_string(Pick(3 * scale_));
      case 7:
        return "/supplyLinks/l" + std::to_string(Pick(8 * scale_));
      case 8:
        return "/projects/p" + std::to_string(Pick(3 * scale_));
      case 9:
        return "/matches/m" + std::to_string(Pick(3 * scale_));
      default:
        return Enterprise() + "/capabilities/k" + std::to_string(Pick(3));
    }
  }
  google::type::Date Date() {
    google::type::Date date;
    date.set_year(2020 + Pick(8));
    date.set_month(1 + Pick(12));
    date.set_day(1 + Pick(28));
    return date;
  }
  std::string Region() { return Pick(4) == 0 ? "" : std::to_string(330000 + Pick(4) * 100 + Pick(3)); }

  void Fill(v1::Cluster& cluster) {
    for (int i = Pick(3); i > 0; --i) cluster.add_region_codes(std::to_string(330000 + Pick(4) * 100));
    if (Pick(2) == 0) *cluster.mutable_as_of() = Date();
    if (Pick(2) == 0) cluster.mutable_policy()->set_min_suppliers(1 + Pick(4));
    if (Pick(2) == 0) cluster.mutable_ranking_weights()->set_fit(0.1 * Pick(9));
  }
  void Fill(v1::CapabilityType& type) {
    type.set_kind(static_cast<v1::CapabilityType::Kind>(Pick(6)));
    type.set_basis(static_cast<v1::CapabilityType::Basis>(Pick(3)));
    const char* units[] = {"", "KGM", "MTR", "no-such-unit"};
    type.set_unit(units[Pick(4)]);
    for (int i = Pick(3); i > 0; --i) type.add_parents("clusters/c" + Type());
    for (int i = Pick(3); i > 0; --i) {
      type.add_codes()->set_system("hs");
      type.mutable_codes(type.codes_size() - 1)->set_code(std::to_string(Pick(4)));
    }
  }
  void Fill(v1::Enterprise& enterprise) {
    enterprise.set_kind(static_cast<v1::Enterprise::Kind>(Pick(7)));
    if (Pick(2) == 0) enterprise.set_uscc("u" + std::to_string(Pick(9)));
    const char* industries[] = {"C", "39", "C3983", "398", "2614", "Z9"};
    for (int i = Pick(3); i > 0; --i) enterprise.add_industry_codes(industries[Pick(6)]);
    for (int i = Pick(3); i > 0; --i) enterprise.add_qualifications("QUALITY_" + std::to_string(Pick(4)));
    if (Pick(4) == 0) enterprise.set_lei("l" + std::to_string(Pick(9)));
    for (int i = Pick(3); i > 0; --i) {
      auto* site = enterprise.add_sites();
      site->set_site_id("s" + std::to_string(enterprise.sites_size()));
      site->set_region_code(Region());
    }
    for (int i = Pick(3); i > 0; --i) {
      auto* owner = enterprise.add_owners();
      if (Pick(4) == 0)
        owner->set_external_id("x" + std::to_string(Pick(3)));
      else
        owner->set_enterprise("clusters/c" + Enterprise());
      if (Pick(2) == 0) owner->set_share(0.25 * Pick(5));
      owner->set_control(Pick(2) == 0);
      owner->set_government(Pick(5) == 0);
      if (Pick(2) == 0) *owner->mutable_valid_from() = Date();
    }
    for (int i = Pick(2); i > 0; --i) {
      enterprise.add_identifiers()->set_system("88");
      enterprise.mutable_identifiers(0)->set_value(std::to_string(Pick(5)));
    }
  }
  void Fill(v1::Capability& capability) {
    if (Pick(9) != 0) capability.set_capability_type("clusters/c" + Type());
    if (Pick(2) == 0) capability.set_site("s" + std::to_string(1 + Pick(3)));
    capability.set_level(static_cast<v1::Level>(Pick(4)));
    if (Pick(3) != 0) {
      const char* units[] = {"KGM", "TNE", "MTR", "no-such-unit"};
      capability.mutable_capacity()->mutable_total()->set_value(Pick(100));
      capability.mutable_capacity()->mutable_total()->set_unit(units[Pick(4)]);
      capability.mutable_capacity()->mutable_total()->set_period(static_cast<v1::Period>(Pick(5)));
      if (Pick(2) == 0) capability.mutable_capacity()->set_free_share(0.25 * Pick(5));
    }
    if (Pick(2) == 0) capability.set_lead_time_days(Pick(60));
    if (Pick(3) == 0) *capability.mutable_valid_until() = Date();
    if (Pick(3) == 0) *capability.mutable_evidence()->mutable_date() = Date();
    for (int i = Pick(4); i > 0; --i) {
      auto* attribute = capability.add_attributes();
      attribute->set_key("k" + std::to_string(capability.attributes_size()));
      if (i == 1) attribute->set_flag(Pick(2) == 0);
      if (i == 2) attribute->mutable_interval()->set_min(Pick(5));
      if (i == 3) attribute->mutable_words()->add_words("W" + std::to_string(Pick(5)));
    }
    for (int i = Pick(3); i > 0; --i) capability.add_certificates()->set_scheme("ISO_" + std::to_string(Pick(5)));
    for (int i = Pick(3); i > 0; --i) capability.add_pool_loads();
  }
  void Fill(v1::SupplyLink& link) {
    link.set_supplier("clusters/c" + Enterprise());
    link.set_buyer("clusters/c" + Enterprise());
    link.set_product_type("clusters/c" + Type());
    link.set_year(2020 + Pick(5));
    if (Pick(2) == 0) {
      link.mutable_value()->set_currency_code(Pick(2) == 0 ? "CNY" : "EUR");
      link.mutable_value()->set_units(Pick(1000));
    }
    if (Pick(2) == 0) *link.mutable_valid_from() = Date();
  }
  void Fill(v1::Chain& chain) {
    for (int i = Pick(4); i > 0; --i) {
      auto* segment = chain.add_segments();
      segment->set_segment_id("s" + std::to_string(i));
      segment->mutable_requirement()->set_capability_type("clusters/c" + Type());
    }
  }
  void Fill(v1::Project& project) {
    project.set_owner("clusters/c" + Enterprise());
    for (int i = Pick(3); i > 0; --i)
      project.add_planned_capabilities()->mutable_capability()->set_capability_type("clusters/c" + Type());
  }
  void Fill(v1::Match& match) {
    match.set_enterprise("clusters/c" + Enterprise());
    if (Pick(2) == 0) match.mutable_requirement()->set_capability_type("clusters/c" + Type());
    for (int i = Pick(3); i > 0; --i)
      match.add_promised_capabilities()->mutable_capability()->set_capability_type("clusters/c" + Type());
    for (int i = Pick(2); i > 0; --i)
      match.add_promised_supply_links()->mutable_supply_link()->set_product_type("clusters/c" + Type());
  }
  template <class Message>
  std::string Make() {
    Message message;
    Fill(message);
    return message.SerializeAsString();
  }
  std::string RandomRecord(const std::string& name) {
    switch (ParseResourceName(name)->type) {
      case ResourceType::kCluster:
        return Make<v1::Cluster>();
      case ResourceType::kCapabilityType:
        return Make<v1::CapabilityType>();
      case ResourceType::kEnterprise:
        return Make<v1::Enterprise>();
      case ResourceType::kCapability:
        return Make<v1::Capability>();
      case ResourceType::kChain:
        return Make<v1::Chain>();
      case ResourceType::kSupplyLink:
        return Make<v1::SupplyLink>();
      case ResourceType::kProject:
        return Make<v1::Project>();
      case ResourceType::kMatch:
        return Make<v1::Match>();
    }
    return "";
  }

  const int scale_;
  std::mt19937 random_;
};

void Apply(SnapshotBuilder& builder, std::int64_t revision, const std::vector<Change>& changes) {
  std::vector<RecordChange> records;
  for (const Change& change : changes) records.push_back({change.name, change.value});
  builder.Apply(At(revision), records);
}

void Apply(Records& records, std::int64_t revision, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.value)
      records[change.name] = {*change.value, revision};
    else
      records.erase(change.name);
  }
}

// The changes that turn `now` into `then`, with the revisions of `then`.
std::vector<RecordChange> ChangesBackTo(const Records& then, const Records& now) {
  std::vector<RecordChange> changes;
  for (const auto& [name, stored] : now)
    if (!then.contains(name)) changes.push_back({name, std::nullopt});
  for (const auto& [name, stored] : then)
    if (const auto found = now.find(name); found == now.end() || found->second.revision != stored.revision)
      changes.push_back({name, stored.bytes, stored.revision});
  return changes;
}

// Loads the first `in_order` records by name, as a scan gives them, and the others in any order.
SnapshotPtr FromScratch(const Records& records, std::int64_t revision, std::mt19937& random, std::size_t in_order) {
  std::vector<std::pair<std::string, Stored>> ordered(records.begin(), records.end());
  std::shuffle(ordered.begin() + static_cast<std::ptrdiff_t>(std::min(in_order, ordered.size())), ordered.end(),
               random);
  SnapshotBuilder builder("c");
  for (const auto& [name, stored] : ordered) builder.Load(name, stored.bytes, stored.revision);
  builder.SetPosition(At(revision));
  return builder.Build();
}

// Loads what the first commits of a history leave behind into `builder`, in the order of names.
Records LoadHistory(History& history, std::int64_t commits, SnapshotBuilder* builder) {
  Records records;
  for (std::int64_t revision = 1; revision <= commits; ++revision) Apply(records, revision, history.Commit());
  for (const auto& [name, stored] : records) builder->Load(name, stored.bytes, stored.revision);
  return records;
}

// Names of records whose facts differ between two snapshots.
std::set<std::string> Differing(const SnapshotPtr& before, const SnapshotPtr& after) {
  const auto old_facts = DumpFacts(*before), facts = DumpFacts(*after);
  std::set<std::string> names;
  for (const auto& [name, text] : old_facts)
    if (const auto found = facts.find(name); found == facts.end() || found->second != text) names.insert(name);
  for (const auto& [name, text] : facts)
    if (!old_facts.contains(name)) names.insert(name);
  return names;
}

std::set<std::string> Named(const Delta& delta, const SnapshotPtr& before, const SnapshotPtr& after) {
  std::set<std::string> names;
  for (const TouchedRow& touched : delta)
    for (const SnapshotPtr& snapshot : {before, after})
      if (snapshot->Exists(touched.type, touched.row)) names.insert(snapshot->Name(touched.type, touched.row));
  return names;
}

class SnapshotHistoryTest : public testing::TestWithParam<unsigned> {};

TEST_P(SnapshotHistoryTest, AppliedEqualsLoadedInAnyOrder) {
  History history(GetParam());
  Records records;
  SnapshotBuilder builder("c");
  SnapshotPtr before = builder.Build();
  for (std::int64_t revision = 1; revision <= 150; ++revision) {
    const auto changes = history.Commit();
    Apply(builder, revision, changes);
    Apply(records, revision, changes);
    if (history.Pick(3) != 0) continue;  // a version may cover several commits
    const SnapshotPtr after = builder.Build();
    const auto some = static_cast<std::size_t>(history.Pick(static_cast<int>(records.size()) + 1));
    for (const std::size_t in_order : {std::size_t{0}, some, records.size()}) {
      const SnapshotPtr scratch = FromScratch(records, revision, history.random(), in_order);
      ASSERT_EQ(DumpSnapshot(*after), DumpSnapshot(*scratch)) << in_order << " in order, revision " << revision;
    }
    const auto named = Named(builder.TakeDelta(), before, after);
    for (const auto& name : Differing(before, after))
      ASSERT_TRUE(named.contains(name)) << name << " at revision " << revision;
    before = after;
  }
}

TEST_P(SnapshotHistoryTest, BranchesLeaveTheirBaseAloneAndUndoGivesItBack) {
  History history(GetParam());
  Records records;
  SnapshotBuilder builder("c");
  for (std::int64_t revision = 1; revision <= 60; ++revision) {
    const auto changes = history.Commit();
    Apply(builder, revision, changes);
    Apply(records, revision, changes);
  }
  const SnapshotPtr base = builder.Build();
  const std::string base_text = DumpSnapshot(*base);
  Records branch_records = records;
  SnapshotBuilder branch(base);
  SnapshotPtr tip;
  for (std::int64_t revision = 61; revision <= 100; ++revision) {
    const auto changes = history.Commit();
    Apply(branch, revision, changes);
    Apply(branch_records, revision, changes);
    tip = branch.Build();
    Apply(builder, revision, history.Commit());  // the main line goes on
  }
  EXPECT_EQ(DumpSnapshot(*base), base_text);
  EXPECT_EQ(DumpSnapshot(*tip), DumpSnapshot(*FromScratch(branch_records, 100, history.random(), 0)));
  EXPECT_NE(tip->history(), base->history());
  SnapshotBuilder undo(tip);
  undo.Apply(At(60), ChangesBackTo(records, branch_records));
  EXPECT_EQ(DumpSnapshot(*undo.Build()), base_text);
  EXPECT_EQ(base->UnsharedBytes(*base), 0u);
  EXPECT_GT(tip->UnsharedBytes(*base), 0u);
  EXPECT_LE(tip->UnsharedBytes(*base), tip->TotalBytes());
}

// Of many batches, so that both threads of a load are at work.
TEST(SnapshotLoadTest, ManyRecordsEqualAppliedOnes) {
  History history(7, 700);
  Records records;
  SnapshotBuilder builder("c");
  for (std::int64_t revision = 1; revision <= 12'000; ++revision) {
    const auto changes = history.Commit();
    Apply(builder, revision, changes);
    Apply(records, revision, changes);
  }
  ASSERT_GT(records.size(), 12'500u);
  const std::string applied = DumpSnapshot(*builder.Build());
  for (const std::size_t in_order : {records.size(), records.size() / 2 + 3}) {
    const SnapshotPtr loaded = FromScratch(records, 12'000, history.random(), in_order);
    EXPECT_TRUE(DumpSnapshot(*loaded) == applied) << in_order << " of " << records.size() << " in order";
  }
}

// The load is over when anything else is asked for, and history goes on from it.
TEST(SnapshotLoadTest, HistoryGoesOnFromALoad) {
  History history(8, 300);
  SnapshotBuilder builder("c");
  Records records = LoadHistory(history, 5'000, &builder);
  for (std::int64_t revision = 5'001; revision <= 5'400; ++revision) {
    const auto changes = history.Commit();
    Apply(builder, revision, changes);
    Apply(records, revision, changes);
  }
  EXPECT_TRUE(DumpSnapshot(*builder.Build()) == DumpSnapshot(*FromScratch(records, 5'400, history.random(), 0)));
}

TEST(SnapshotLoadTest, ALoadIsGivenUpWithItsBuilder) {
  History history(9, 300);
  SnapshotBuilder builder("c");
  LoadHistory(history, 4'000, &builder);
}

TEST(SnapshotLoadTest, TwiceTheSameNameAndForeignNames) {
  SnapshotBuilder builder("c");
  v1::Enterprise enterprise;
  for (const auto kind : {v1::Enterprise::COMPANY, v1::Enterprise::INSTITUTE}) {
    enterprise.set_kind(kind);
    builder.Load("clusters/c/enterprises/a", enterprise.SerializeAsString(), kind);
  }
  for (const char* name : {"", "x", "clusters/d/enterprises/a", "clusters/c/planets/a", "clusters/c/enterprises/A",
                           "clusters/c/enterprises/a/capabilities", "clusters/c/enterprises/a/capabilities/k/x/y"})
    builder.Load(name, "\xff not a message", 1);
  builder.Load("clusters/c/enterprises/b", "\xff not a message", 3);
  builder.SetPosition(At(9));
  const SnapshotPtr snapshot = builder.Build();
  EXPECT_EQ(snapshot->Count(ResourceType::kEnterprise), 2u);
  const Row row = snapshot->Find(ResourceType::kEnterprise, "enterprises/a");
  EXPECT_EQ(snapshot->EnterpriseKind(row), v1::Enterprise::INSTITUTE);
  EXPECT_EQ(snapshot->RecordRevision(ResourceType::kEnterprise, row), v1::Enterprise::INSTITUTE);
  EXPECT_NE(snapshot->Find(ResourceType::kEnterprise, "enterprises/b"), kNoRow);
}

TEST(SnapshotLoadTest, NothingLoadedIsAnEmptyCluster) {
  SnapshotBuilder builder("c"), foreign("c");
  builder.SetPosition(At(3));
  foreign.Load("clusters/d", "", 1);
  foreign.SetPosition(At(3));
  EXPECT_EQ(DumpSnapshot(*builder.Build()), DumpSnapshot(*foreign.Build()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SnapshotHistoryTest, testing::Range(1u, 41u));

}  // namespace
}  // namespace bulian::model
