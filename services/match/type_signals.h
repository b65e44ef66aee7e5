// The signals of one type, for any companies: who bears on the type is found once, then each company costs what is said
// of it, however many companies there are.
#ifndef SERVICES_MATCH_TYPE_SIGNALS_H_
#define SERVICES_MATCH_TYPE_SIGNALS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/match/potential_evidence.h"
#include "services/match/potential_signals.h"
#include "services/match/potential_space.h"

namespace bulian::match {

// Immutable, thread-safe; keeps a reference to the space.
class TypeSignals {
 public:
  TypeSignals(const PotentialSpace& space, std::uint32_t type);

  const Evidence& evidence() const { return evidence_; }
  // kSignalCount rows of one number a company, not standardised. A company's numbers do not depend on the others.
  RowMatrix Of(std::span<const std::uint32_t> companies) const;

 private:
  // What a type that a company makes or sells says of the asked one.
  enum OfType : std::uint8_t {
    kLikeness,
    kSquared,
    kSquaredRare,
    kEndSquared,
    kRunSquared,
    kRunRarity,
    kContainsIt,
    kWithinIt,
    kIsKin,
    kIsCousin,
    kIsInput,
    kMadeWith,
    kReached,
    kPseudoReached,
    kSold,
    kOfTypeCount
  };
  using TypeWeights = std::array<float, kOfTypeCount>;
  struct LabelWeights {
    float pseudo_share = 0, maker_share = 0, pseudo_gain = 0, maker_gain = 0;
  };
  // Vectors to liken companies with along latent directions, and where the answers go: `best_of` 0 is summed into the
  // signal, else the greatest of the products with it counts.
  struct Latent {
    std::vector<LatentRows::Column> columns;
    std::vector<std::pair<int, float>> signals;
    void Add(LatentRows::Column column, int signal, float best_of = 0) {
      columns.push_back(std::move(column));
      signals.emplace_back(signal, best_of);
    }
  };

  float& WeightOf(std::uint32_t type, OfType what);
  float* GramRow(std::uint32_t gram);
  void AddSquares(const Weighted& types, OfType what);
  void OfNames();
  void OfContainment();
  void OfKin();
  void OfTogether();
  void Walk(const Weighted& from, OfType what);
  void OfLabels();
  void AddProfile(Weighted words, std::size_t column);
  void OfWords();
  void OfLatent();
  void OfTrades();

  void Made(std::uint32_t company, float* out, Eigen::Index stride) const;
  void Labelled(std::uint32_t company, float* out, Eigen::Index stride) const;
  void Said(std::uint32_t company, float* out, Eigen::Index stride) const;
  void Traded(std::uint32_t company, float* out, Eigen::Index stride) const;
  void Along(const LatentRows& rows, const Latent& latent, std::span<const std::uint32_t> companies,
             RowMatrix* values) const;

  const PotentialSpace& space_;
  const PotentialData& data_;
  const std::uint32_t type_;
  Eigen::VectorXf senses_;  // per type; empty without directions
  Evidence evidence_;
  std::vector<std::uint32_t> type_at_;  // per type, where its weights are; 0: none
  std::vector<TypeWeights> type_weights_ = std::vector<TypeWeights>(1);
  std::vector<std::uint32_t> gram_at_;  // per gram; 0: none
  std::vector<float> gram_weights_;     // rows of width_: how often asked, then the profiles to liken with
  std::size_t width_ = 0, closest_makers_ = 0, closest_pseudo_ = 0;
  absl::flat_hash_map<std::uint32_t, LabelWeights> labels_;
  Latent text_, pairs_;
  absl::flat_hash_map<std::uint32_t, float> partners_;  // makers and pseudo-makers
  absl::flat_hash_map<std::uint32_t, float> between_;   // companies that trade with them
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TYPE_SIGNALS_H_
