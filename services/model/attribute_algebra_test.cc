#include "services/model/attribute_algebra.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/model/text_folding.h"

namespace bulian::model {
namespace {

using Relation = v1::AttributeRequirement::Relation;
constexpr Relation kCovers = v1::AttributeRequirement::COVERS;
constexpr Relation kOverlaps = v1::AttributeRequirement::OVERLAPS;
constexpr Relation kWithin = v1::AttributeRequirement::WITHIN;
constexpr int kRounds = 4000;

template <class Message>
Message Numbers(std::optional<double> min, std::optional<double> max, std::string_view unit,
                std::string_view key = "line_width") {
  Message message;
  message.set_key(std::string(key));
  if (min) message.mutable_interval()->set_min(*min);
  if (max) message.mutable_interval()->set_max(*max);
  message.mutable_interval()->set_unit(std::string(unit));
  return message;
}

template <class Message>
Message Words(const std::vector<std::string>& words) {
  Message message;
  message.set_key("material");
  message.mutable_words();
  for (const std::string& word : words) message.mutable_words()->add_words(word);
  return message;
}

template <class Message>
Message Flag(bool flag) {
  Message message;
  message.set_key("lead_free");
  message.set_flag(flag);
  return message;
}

// An offer and its words, as a snapshot holds them.
struct Offered {
  std::vector<OfferAttribute> attributes;
  std::vector<Symbol> words;
};

Offered Compile(const v1::Attribute& attribute) {
  Offered offered;
  OfferAttribute compiled;
  if (CompileAttribute(attribute, &compiled, &offered.words)) offered.attributes.push_back(compiled);
  return offered;
}

v1::Requirement Requiring(v1::AttributeRequirement attribute, Relation relation) {
  attribute.set_relation(relation);
  v1::Requirement requirement;
  *requirement.add_attributes() = attribute;
  return requirement;
}

v1::Fit Fit(const v1::Attribute& attribute, const v1::AttributeRequirement& required, Relation relation,
            UnknownWords policy = UnknownWords::kIntern) {
  const Offered offered = Compile(attribute);
  const CompiledRequirement compiled = CompileRequirement(Requiring(required, relation), policy);
  return FitOfAll(compiled, offered.attributes, {}, 0, [&](const OfferAttribute& a) {
    return std::span<const Symbol>(offered.words).subspan(a.words_begin, a.words_count);
  });
}

v1::AttributeRequirement Required(const v1::Attribute& attribute) {
  v1::AttributeRequirement required;
  required.set_key(attribute.key());
  if (attribute.has_interval()) *required.mutable_interval() = attribute.interval();
  if (attribute.has_words()) *required.mutable_words() = attribute.words();
  if (attribute.has_flag()) required.set_flag(attribute.flag());
  return required;
}

v1::Attribute Attribute(const v1::AttributeRequirement& required) {
  v1::Attribute attribute;
  attribute.set_key(required.key());
  if (required.has_interval()) *attribute.mutable_interval() = required.interval();
  if (required.has_words()) *attribute.mutable_words() = required.words();
  if (required.has_flag()) attribute.set_flag(required.flag());
  return attribute;
}

// Random attributes of one key: intervals on a coarse grid (so that ends often meet), words of a small alphabet, flags.
class Sampler {
 public:
  v1::Attribute Interval() {
    const int a = Int(-6, 6), b = Int(-6, 6);
    v1::Attribute attribute = Numbers<v1::Attribute>(0.1 * std::min(a, b), 0.1 * std::max(a, b), "4H", "value");
    if (Int(0, 5) == 0) attribute.mutable_interval()->clear_min();
    if (Int(0, 5) == 0) attribute.mutable_interval()->clear_max();
    return attribute;
  }
  v1::Attribute WordSet() {
    std::vector<std::string> words;
    for (const char* word : {"gold", "copper", "silver", "tin"}) {
      if (Int(0, 1) == 1) words.emplace_back(word);
    }
    if (words.empty()) words.emplace_back("gold");
    v1::Attribute attribute = Words<v1::Attribute>(words);
    attribute.set_key("value");
    return attribute;
  }
  v1::Attribute Any() {
    const int kind = Int(0, 4);
    if (kind == 0) {
      v1::Attribute flag = Flag<v1::Attribute>(Int(0, 1) == 1);
      flag.set_key("value");
      return flag;
    }
    return kind < 3 ? Interval() : WordSet();
  }
  Relation AnyRelation() { return static_cast<Relation>(Int(1, 3)); }
  int Int(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

 private:
  std::mt19937 random_{20261123};
};

v1::Attribute Widened(const v1::Attribute& attribute, Sampler& sampler) {
  v1::Attribute wide = attribute;
  if (wide.has_interval()) {
    v1::Interval& interval = *wide.mutable_interval();
    if (interval.has_min()) interval.set_min(interval.min() - 0.05 * sampler.Int(0, 8));
    if (interval.has_max()) interval.set_max(interval.max() + 0.05 * sampler.Int(0, 8));
    if (sampler.Int(0, 4) == 0) interval.clear_min();
    if (sampler.Int(0, 4) == 0) interval.clear_max();
  }
  if (wide.has_words()) wide.mutable_words()->add_words("tin");
  return wide;
}

TEST(AttributeAlgebraTest, TheContractsExamples) {
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0.18, 0.5, "4H"), Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H"), kCovers),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0.3, 0.5, "4H"), Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H"), kCovers),
            v1::VIOLATED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0.3, 0.5, "4H"), Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H"), kOverlaps),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 50, "59"), Numbers<v1::AttributeRequirement>(0, 100, "59"), kWithin),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 150, "59"), Numbers<v1::AttributeRequirement>(0, 100, "59"), kWithin),
            v1::VIOLATED);
  EXPECT_EQ(Fit(Words<v1::Attribute>({"Ｇｏｌｄ", "copper"}), Words<v1::AttributeRequirement>({"GOLD"}), kCovers),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Words<v1::Attribute>({"copper"}), Words<v1::AttributeRequirement>({"gold"}), kCovers), v1::VIOLATED);
  EXPECT_EQ(Fit(Flag<v1::Attribute>(true), Flag<v1::AttributeRequirement>(true), kCovers), v1::SATISFIED);
  EXPECT_EQ(Fit(Flag<v1::Attribute>(false), Flag<v1::AttributeRequirement>(true), kWithin), v1::VIOLATED);
}

TEST(AttributeAlgebraTest, AnUnstatedRelationIsCovers) {
  const auto wide = Numbers<v1::Attribute>(0, 10, "MMT");
  EXPECT_EQ(Fit(wide, Numbers<v1::AttributeRequirement>(2, 3, "MMT"), v1::AttributeRequirement::RELATION_UNSPECIFIED),
            v1::SATISFIED);
  EXPECT_EQ(Fit(wide, Numbers<v1::AttributeRequirement>(2, 13, "MMT"), v1::AttributeRequirement::RELATION_UNSPECIFIED),
            v1::VIOLATED);
}

TEST(AttributeAlgebraTest, UnitsOfOneDimensionCompareRobustly) {
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(250, 350, "C45"), Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H"), kCovers),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0.25, 0.35, "4H"), Numbers<v1::AttributeRequirement>(250, 350, "C45"), kWithin),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(251, 350, "C45"), Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H"), kCovers),
            v1::VIOLATED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(-40, 85, "CEL"), Numbers<v1::AttributeRequirement>(-40, 185, "FAH"), kCovers),
            v1::SATISFIED);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(1, std::nullopt, "H87"), Numbers<v1::AttributeRequirement>(1, 5, ""), kCovers),
            v1::SATISFIED);
}

TEST(AttributeAlgebraTest, WhatCannotBeComparedIsUnknown) {
  const auto microns = Numbers<v1::AttributeRequirement>(0.25, 0.35, "4H");
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 1, "KGM"), microns, kCovers), v1::UNKNOWN);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 1, "4H", "other_key"), microns, kCovers), v1::UNKNOWN);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 1, "QQQ"), microns, kCovers), v1::UNKNOWN);
  EXPECT_EQ(Fit(Numbers<v1::Attribute>(0, 1, "4H"), Numbers<v1::AttributeRequirement>(0, 1, "QQQ"), kCovers),
            v1::UNKNOWN);
  v1::Attribute flag = Flag<v1::Attribute>(true);
  flag.set_key("line_width");
  EXPECT_EQ(Fit(flag, microns, kCovers), v1::UNKNOWN);
}

TEST(AttributeAlgebraTest, BrokenAttributesAreNotStated) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  for (const auto& broken : {Numbers<v1::Attribute>(nan, 1, "4H"), Numbers<v1::Attribute>(0, nan, "4H"),
                             Numbers<v1::Attribute>(-inf, 1, "4H"), Numbers<v1::Attribute>(2, 1, "4H"),
                             Numbers<v1::Attribute>(1e308, 1e308, "E36"), Numbers<v1::Attribute>(-1e308, 0, "E36"),
                             Words<v1::Attribute>({}), Words<v1::Attribute>({" ", ""}), v1::Attribute()}) {
    const Offered offered = Compile(broken);
    EXPECT_TRUE(offered.attributes.empty()) << broken.ShortDebugString();
    EXPECT_TRUE(offered.words.empty());
  }
}

TEST(AttributeAlgebraTest, FindingOnlyAddsNoWordsAndStillCompares) {
  Intern("steel grade one");
  const std::size_t before = SymbolCount();
  const auto fresh = Words<v1::AttributeRequirement>({"never seen word a", "never seen word b"});
  const CompiledRequirement compiled = CompileRequirement(Requiring(fresh, kCovers), UnknownWords::kFindOnly);
  EXPECT_EQ(SymbolCount(), before);
  ASSERT_EQ(compiled.attributes.size(), 1u);
  EXPECT_EQ(Fit(Words<v1::Attribute>({"steel grade one"}), fresh, kCovers, UnknownWords::kFindOnly), v1::VIOLATED);
  EXPECT_EQ(
      Fit(Words<v1::Attribute>({"steel grade one"}),
          Words<v1::AttributeRequirement>({"Steel  grade ONE", "never seen word c"}), kWithin, UnknownWords::kFindOnly),
      v1::SATISFIED);
}

TEST(AttributeAlgebraTest, CertificatesAreHeldExpiredOrNotStated) {
  v1::Requirement requirement;
  requirement.add_certificates("ISO_9001");
  const CompiledRequirement compiled = CompileRequirement(requirement, UnknownWords::kIntern);
  const Symbol iso = Intern("ISO_9001");
  const Day day = *ParseDay("2026-11-23");
  const auto fit = [&](const std::vector<OfferCertificate>& held) {
    return FitOfAll(compiled, {}, held, day, [](const OfferAttribute&) { return std::span<const Symbol>(); });
  };
  EXPECT_EQ(fit({}), v1::UNKNOWN);
  EXPECT_EQ(fit({{Intern("IATF_16949"), kDistantFuture}}), v1::UNKNOWN);
  EXPECT_EQ(fit({{iso, day}}), v1::SATISFIED);
  EXPECT_EQ(fit({{iso, day - 1}}), v1::VIOLATED);
  EXPECT_EQ(fit({{iso, day - 1}, {iso, day + 1}}), v1::SATISFIED);
  v1::Certificate certificate;
  certificate.set_scheme("ISO_9001");
  EXPECT_EQ(CompileCertificate(certificate).valid_until, kDistantFuture);
  *certificate.mutable_valid_until() = ToDate(day);
  EXPECT_EQ(CompileCertificate(certificate).valid_until, day);
}

TEST(AttributeAlgebraTest, AndIsTheWorse) {
  const v1::Fit order[] = {v1::SATISFIED, v1::UNKNOWN, v1::VIOLATED};
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) EXPECT_EQ(And(order[a], order[b]), order[std::max(a, b)]);
  }
  EXPECT_EQ(And(v1::SATISFIED, v1::FIT_UNSPECIFIED), v1::UNKNOWN);
}

TEST(AttributeLawsTest, EveryRelationIsReflexive) {
  Sampler sampler;
  for (int i = 0; i < kRounds; ++i) {
    const v1::Attribute offer = sampler.Any();
    for (const Relation relation : {kCovers, kOverlaps, kWithin}) {
      ASSERT_EQ(Fit(offer, Required(offer), relation), v1::SATISFIED) << offer.ShortDebugString();
    }
  }
}

TEST(AttributeLawsTest, WideningAnOfferNeverLosesCoversOrOverlaps) {
  Sampler sampler;
  int kept = 0;
  for (int i = 0; i < kRounds; ++i) {
    const v1::Attribute offer = sampler.Any();
    const v1::AttributeRequirement required = Required(sampler.Any());
    const v1::Attribute wide = Widened(offer, sampler);
    for (const Relation relation : {kCovers, kOverlaps}) {
      if (Fit(offer, required, relation) != v1::SATISFIED) continue;
      ++kept;
      ASSERT_EQ(Fit(wide, required, relation), v1::SATISFIED)
          << offer.ShortDebugString() << " / " << required.ShortDebugString();
    }
  }
  EXPECT_GT(kept, kRounds / 10);
}

TEST(AttributeLawsTest, CoversImpliesOverlapsAndWithinIsCoversSwapped) {
  Sampler sampler;
  for (int i = 0; i < kRounds; ++i) {
    const v1::Attribute offer = sampler.Any();
    const v1::AttributeRequirement required = Required(sampler.Any());
    if (Fit(offer, required, kCovers) == v1::SATISFIED) {
      ASSERT_EQ(Fit(offer, required, kOverlaps), v1::SATISFIED);
    }
    ASSERT_EQ(Fit(offer, required, kWithin), Fit(Attribute(required), Required(offer), kCovers));
    ASSERT_EQ(Fit(offer, required, kOverlaps), Fit(Attribute(required), Required(offer), kOverlaps));
  }
}

TEST(AttributeLawsTest, NoUnitChangesAnAnswer) {
  struct Scale {
    const char* unit;
    double per_micrometre;
  };
  constexpr Scale kScales[] = {{"C45", 1e3}, {"MMT", 1e-3}, {"MTR", 1e-6}, {"A11", 1e4}, {"INH", 1 / 25400.0}};
  Sampler sampler;
  for (int i = 0; i < kRounds; ++i) {
    const v1::Attribute offer = sampler.Interval();
    const v1::AttributeRequirement required = Required(sampler.Interval());
    const Relation relation = sampler.AnyRelation();
    const Scale& scale = kScales[static_cast<std::size_t>(sampler.Int(0, 4))];
    v1::Attribute other = offer;
    other.mutable_interval()->set_unit(scale.unit);
    if (offer.interval().has_min()) other.mutable_interval()->set_min(offer.interval().min() * scale.per_micrometre);
    if (offer.interval().has_max()) other.mutable_interval()->set_max(offer.interval().max() * scale.per_micrometre);
    ASSERT_EQ(Fit(other, required, relation), Fit(offer, required, relation))
        << other.ShortDebugString() << required.ShortDebugString();
  }
}

// The grid of the sampler in whole tenths: containment by definition, point by point, ends at infinity as +-100.
TEST(AttributeLawsTest, IntervalsAgreeWithPointSets) {
  Sampler sampler;
  const auto contains = [](const v1::Interval& interval, int tenths) {
    return (!interval.has_min() || tenths >= std::lround(interval.min() * 10)) &&
           (!interval.has_max() || tenths <= std::lround(interval.max() * 10));
  };
  for (int i = 0; i < kRounds; ++i) {
    const v1::Attribute offer = sampler.Interval(), need = sampler.Interval();
    bool covers = true, overlaps = false, within = true;
    for (int tenths = -100; tenths <= 100; ++tenths) {
      const bool offered = contains(offer.interval(), tenths), needed = contains(need.interval(), tenths);
      covers &= offered || !needed;
      within &= needed || !offered;
      overlaps |= offered && needed;
    }
    const auto fit = [](bool met) { return met ? v1::SATISFIED : v1::VIOLATED; };
    ASSERT_EQ(Fit(offer, Required(need), kCovers), fit(covers));
    ASSERT_EQ(Fit(offer, Required(need), kOverlaps), fit(overlaps));
    ASSERT_EQ(Fit(offer, Required(need), kWithin), fit(within));
  }
}

TEST(AttributeLawsTest, TheNearestValueSatisfiesAndLeavesWhatFits) {
  Sampler sampler;
  int moved = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Offered offered = Compile(sampler.Any());
    const CompiledRequirement compiled =
        CompileRequirement(Requiring(Required(sampler.Any()), sampler.AnyRelation()), UnknownWords::kIntern);
    const RequiredAttribute& required = compiled.attributes[0];
    const OfferAttribute* const offer = sampler.Int(0, 9) == 0 ? nullptr : &offered.attributes[0];
    const AttributeValue nearest = NearestSatisfying(required, compiled.WordsOf(required), offer, offered.words);
    ASSERT_EQ(FitOf(required, compiled.WordsOf(required), &nearest.value, nearest.words), v1::SATISFIED);
    const v1::Fit before = FitOf(required, compiled.WordsOf(required), offer, offered.words);
    if (before == v1::VIOLATED) ++moved;
    if (before != v1::SATISFIED) continue;
    ASSERT_EQ(nearest.value.min, offer->min);
    ASSERT_EQ(nearest.value.max, offer->max);
    ASSERT_EQ(nearest.value.flag, offer->flag);
    ASSERT_EQ(nearest.words, offered.words);
  }
  EXPECT_GT(moved, kRounds / 20);
}

TEST(NearestSatisfyingTest, MovesNoFurtherThanNeeded) {
  const auto nearest = [](double min, double max, double need_min, double need_max, Relation relation) {
    const Offered offered = Compile(Numbers<v1::Attribute>(min, max, "MTR"));
    const CompiledRequirement compiled = CompileRequirement(
        Requiring(Numbers<v1::AttributeRequirement>(need_min, need_max, "MTR"), relation), UnknownWords::kIntern);
    const AttributeValue value = NearestSatisfying(compiled.attributes[0], {}, &offered.attributes[0], {});
    return std::pair(value.value.min, value.value.max);
  };
  EXPECT_EQ(nearest(3, 5, 2, 4, kCovers), std::pair(2.0, 5.0));
  EXPECT_EQ(nearest(3, 5, 7, 9, kOverlaps), std::pair(3.0, 7.0));
  EXPECT_EQ(nearest(3, 5, 1, 2, kOverlaps), std::pair(2.0, 5.0));
  EXPECT_EQ(nearest(0, 150, 0, 100, kWithin), std::pair(0.0, 100.0));
  EXPECT_EQ(nearest(120, 150, 0, 100, kWithin), std::pair(100.0, 100.0));
}

}  // namespace
}  // namespace bulian::model
