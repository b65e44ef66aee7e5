// Filtered lists, page by page, against a filter that looks at every record: over random clusters, histories, filters
// and page sizes, with commits between the pages of one list.
#include <algorithm>
#include <random>

#include "google/protobuf/empty.pb.h"
#include "services/exchange/registry_fixture.h"
#include "services/model/industry.h"
#include "services/model/region.h"
#include "services/model/text_folding.h"

namespace bulian::exchange {
namespace {

constexpr char kCluster[] = "clusters/c";
constexpr int kEnterprises = 60, kTypes = 8, kLinks = 40;
constexpr const char* kRegions[] = {"500109", "500000", "500100", "320583", "320500", "330402"};
constexpr const char* kIndustries[] = {"C", "39", "C3983", "398", "3976", "26", "2614", "M"};
constexpr const char* kQualifications[] = {"HIGH_TECH", "SRDI", "GIANT", "NOBODY_HAS_IT"};
constexpr const char* kTexts[] = {"", "", "", "传感", "e1", "ＡＢＣ", "nothing has this"};

struct World {
  std::vector<v1::Enterprise> enterprises;
  std::vector<v1::Capability> capabilities;
  std::vector<v1::SupplyLink> links;
};

class ListFiltersTest : public testing::TestWithParam<unsigned> {
 protected:
  ListFiltersTest() : random_(GetParam()) {
    const auto made = registry_.Call<v1::CreateClusterRequest, v1::Cluster>("ClusterService/CreateCluster",
                                                                            "cluster_id: 'c' cluster {}");
    EXPECT_TRUE(made.ok()) << made.status();
    std::vector<v1::ImportRecord> types(kTypes);
    for (int i = 0; i < kTypes; ++i) {
      v1::CapabilityType* type = types[static_cast<std::size_t>(i)].mutable_capability_type();
      type->set_name(Type(i));
      type->mutable_display_name()->set_en("T");
      if (i > 0) type->add_parents(Type((i - 1) / 2));
    }
    Import(types);
  }

  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  template <std::size_t kSize>
  std::string AnyOf(const char* const (&words)[kSize]) {
    return words[Pick(static_cast<int>(kSize))];
  }
  static std::string Type(int i) { return std::string(kCluster) + "/capabilityTypes/t" + std::to_string(i); }
  static std::string Enterprise(int i) { return std::string(kCluster) + "/enterprises/e" + std::to_string(i); }

  v1::Enterprise RandomEnterprise(int i) {
    v1::Enterprise enterprise;
    enterprise.set_name(Enterprise(i));
    enterprise.set_kind(static_cast<v1::Enterprise::Kind>(Pick(4)));
    enterprise.mutable_display_name()->set_zh("华润传感" + std::to_string(i));
    if (Pick(2) == 0) enterprise.mutable_display_name()->set_en("E" + std::to_string(i));
    if (Pick(4) == 0) enterprise.add_aliases("abc " + std::to_string(i));
    for (int n = Pick(3); n > 0; --n) enterprise.add_industry_codes(AnyOf(kIndustries));
    for (int n = Pick(3); n > 0; --n) enterprise.add_qualifications(kQualifications[Pick(3)]);
    for (int n = Pick(3); n >= 0; --n) {
      v1::Site* site = enterprise.add_sites();
      site->set_site_id("s" + std::to_string(n));
      if (Pick(5) != 0) site->set_region_code(AnyOf(kRegions));
    }
    return enterprise;
  }
  std::vector<v1::ImportRecord> RandomRecords(int most) {
    std::vector<v1::ImportRecord> records;
    for (int n = Pick(most); n >= 0; --n) {
      *records.emplace_back().mutable_enterprise() = RandomEnterprise(Pick(kEnterprises));
      v1::Capability* capability = records.emplace_back().mutable_capability();
      capability->set_name(Enterprise(Pick(kEnterprises)) + "/capabilities/k" + std::to_string(Pick(3)));
      capability->set_capability_type(Type(Pick(kTypes)));
      capability->set_level(static_cast<v1::Level>(Pick(4)));
      v1::SupplyLink* link = records.emplace_back().mutable_supply_link();
      link->set_name(std::string(kCluster) + "/supplyLinks/l" + std::to_string(Pick(kLinks)));
      link->set_supplier(Enterprise(Pick(kEnterprises)));
      link->set_buyer(Enterprise(Pick(kEnterprises)));
      link->set_product_type(Type(Pick(kTypes)));
    }
    return records;
  }
  // Records that name what does not exist are refused; the rest is committed.
  void Import(const std::vector<v1::ImportRecord>& records) {
    v1::ImportRequest request;
    request.set_parent(kCluster);
    request.set_sequence(1);
    for (const auto& record : records) *request.add_records() = record;
    const auto answers = registry_.Import({request});
    ASSERT_TRUE(answers.ok()) << answers.status();
  }
  void DeleteSome() {
    for (int n = Pick(6); n > 0; --n) {
      v1::DeleteEnterpriseRequest request;
      request.set_name(Enterprise(Pick(kEnterprises)));
      request.set_force(true);
      google::protobuf::Empty nothing;
      (void)registry_.Call("EnterpriseService/DeleteEnterprise", request, &nothing);  // many are named by links
    }
  }
  World Everything() {
    World world;
    for (const v1::ImportRecord& record : registry_.Export("c")) {
      if (record.has_enterprise()) world.enterprises.push_back(record.enterprise());
      if (record.has_capability()) world.capabilities.push_back(record.capability());
      if (record.has_supply_link()) world.links.push_back(record.supply_link());
    }
    return world;
  }

  // All names of a list, page by page; something else is committed after the first page.
  template <class Request, class Response, class Items>
  std::vector<std::string> Listed(const std::string& method, Request request, const Items& items) {
    std::vector<std::string> names;
    request.set_page_size(Pick(3) == 0 ? 1000 : 1 + Pick(20));
    for (int page = 0;; ++page) {
      Response response;
      const absl::Status status = registry_.Call(method, request, &response);
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) return names;
      for (const auto& item : items(response)) names.push_back(item.name());
      EXPECT_LE(items(response).size(), request.page_size());
      if (response.next_page_token().empty()) return names;
      EXPECT_EQ(items(response).size(), request.page_size());
      request.set_page_token(response.next_page_token());
      if (page == 0 && Pick(4) == 0) Import(RandomRecords(3));
    }
  }

  Registry registry_;
  std::mt19937 random_;
};

template <class Held, class Wanted, class Matches>
bool Some(const Held& held, const Wanted& wanted, Matches matches) {
  if (wanted.empty()) return true;
  return std::any_of(held.begin(), held.end(), [&](const auto& one) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) { return matches(one, other); });
  });
}

bool Passes(const v1::EnterpriseFilter& filter, const v1::Enterprise& enterprise) {
  const auto equal = [](const auto& one, const auto& other) { return one == other; };
  const std::vector<int> kind{enterprise.kind()};
  std::vector<std::string> texts{enterprise.display_name().zh(), enterprise.display_name().en(), enterprise.uscc(),
                                 enterprise.lei()};
  texts.insert(texts.end(), enterprise.aliases().begin(), enterprise.aliases().end());
  const std::string text = model::FoldText(filter.text());
  return Some(kind, filter.kinds(), equal) && Some(enterprise.qualifications(), filter.qualifications(), equal) &&
         Some(enterprise.sites(), filter.region_codes(),
              [](const auto& site, const auto& wanted) { return model::RegionContains(wanted, site.region_code()); }) &&
         Some(enterprise.industry_codes(), filter.industry_codes(),
              [](const auto& code, const auto& wanted) { return model::IndustryContains(wanted, code); }) &&
         std::any_of(texts.begin(), texts.end(), [&](const auto& one) { return model::ContainsFolded(one, text); });
}

TEST_P(ListFiltersTest, EnterprisesEqualAScan) {
  for (int round = 0; round < 12; ++round) {
    Import(RandomRecords(round == 0 ? 200 : 12));
    DeleteSome();
    for (int i = 0; i < 25; ++i) {
      v1::ListEnterprisesRequest request;
      request.set_parent(kCluster);
      v1::EnterpriseFilter& filter = *request.mutable_filter();
      for (int n = Pick(5) - 2; n > 0; --n) filter.add_kinds(static_cast<v1::Enterprise::Kind>(Pick(5)));
      for (int n = Pick(5) - 2; n > 0; --n) filter.add_region_codes(AnyOf(kRegions));
      for (int n = Pick(5) - 2; n > 0; --n) filter.add_industry_codes(AnyOf(kIndustries));
      for (int n = Pick(5) - 2; n > 0; --n) filter.add_qualifications(AnyOf(kQualifications));
      filter.set_text(AnyOf(kTexts));
      std::vector<std::string> expected;
      for (const auto& enterprise : Everything().enterprises)
        if (Passes(filter, enterprise)) expected.push_back(enterprise.name());
      const auto listed = Listed<v1::ListEnterprisesRequest, v1::ListEnterprisesResponse>(
          "EnterpriseService/ListEnterprises", request, [](const auto& answer) { return answer.enterprises(); });
      ASSERT_EQ(listed, expected) << filter.ShortDebugString();
    }
  }
}

bool Within(const std::string& type, int wanted) {
  int i = std::stoi(type.substr(type.rfind('t') + 1));
  while (i > wanted) i = (i - 1) / 2;
  return i == wanted;
}

TEST_P(ListFiltersTest, CapabilitiesAndLinksEqualAScan) {
  for (int round = 0; round < 8; ++round) {
    Import(RandomRecords(round == 0 ? 200 : 12));
    DeleteSome();
    for (int i = 0; i < 15; ++i) {
      const World world = Everything();
      const int type = Pick(kTypes), level = Pick(4), of = Pick(kEnterprises);
      v1::ListCapabilitiesRequest offers;
      const bool one = Pick(4) == 0 && std::any_of(world.enterprises.begin(), world.enterprises.end(),
                                                   [&](const auto& e) { return e.name() == Enterprise(of); });
      offers.set_parent(one ? Enterprise(of) : std::string(kCluster) + "/enterprises/-");
      const bool typed = Pick(4) != 0;
      if (typed) offers.mutable_filter()->add_capability_types(Type(type));
      offers.mutable_filter()->set_min_level(static_cast<v1::Level>(level));
      std::vector<std::string> expected;
      for (const v1::Capability& capability : world.capabilities) {
        if (capability.level() < level || (typed && !Within(capability.capability_type(), type))) continue;
        if (!one || capability.name().starts_with(Enterprise(of) + "/")) expected.push_back(capability.name());
      }
      std::sort(expected.begin(), expected.end());
      const auto listed = Listed<v1::ListCapabilitiesRequest, v1::ListCapabilitiesResponse>(
          "CapabilityService/ListCapabilities", offers, [](const auto& answer) { return answer.capabilities(); });
      ASSERT_EQ(listed, expected) << offers.ShortDebugString();

      v1::ListSupplyLinksRequest links;
      links.set_parent(kCluster);
      if (typed) links.mutable_filter()->add_product_types(Type(type));
      for (int n = Pick(6) * Pick(2); n > 0; --n) links.mutable_filter()->add_suppliers(Enterprise(Pick(kEnterprises)));
      for (int n = Pick(6) * Pick(2); n > 0; --n) links.mutable_filter()->add_buyers(Enterprise(Pick(kEnterprises)));
      const auto any = [](const auto& names, const std::string& name) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
      };
      expected.clear();
      for (const v1::SupplyLink& link : Everything().links) {
        if (any(links.filter().suppliers(), link.supplier()) && any(links.filter().buyers(), link.buyer()) &&
            (!typed || Within(link.product_type(), type)))
          expected.push_back(link.name());
      }
      std::sort(expected.begin(), expected.end());
      const auto listed_links = Listed<v1::ListSupplyLinksRequest, v1::ListSupplyLinksResponse>(
          "ChainService/ListSupplyLinks", links, [](const auto& answer) { return answer.supply_links(); });
      ASSERT_EQ(listed_links, expected) << links.ShortDebugString();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ListFiltersTest, testing::Range(1u, 5u));

}  // namespace
}  // namespace bulian::exchange
