// What may be the inputs of a capability type, and how sure each is; the rules stand in draft.h. Pure, not thread-safe.
#ifndef SERVICES_CHAIN_DRAFT_INPUTS_H_
#define SERVICES_CHAIN_DRAFT_INPUTS_H_

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bulian/v1/chain_draft.pb.h"
#include "services/model/snapshot.h"

namespace bulian::chain {

struct LikelyInput {
  model::Row type = model::kNoRow;
  double confidence = 0;
  std::optional<double> coefficient;     // as the type itself states it; that of another may be in other units
  std::vector<v1::DraftGround> grounds;  // the strongest first
};

class LikelyInputs {
 public:
  // `snapshot` outlives this.
  explicit LikelyInputs(const model::Snapshot* snapshot) : snapshot_(snapshot) {}

  // The most confident first, then by name. Never the type itself.
  std::vector<LikelyInput> Of(model::Row type);

 private:
  // What a type states: each input once, with its coefficient if stated.
  using Recipe = std::map<model::Row, std::optional<double>>;
  const Recipe& RecipeOf(model::Row type);
  // Types one and two steps up, each at its fewest steps.
  std::vector<std::set<model::Row>> Broader(model::Row type) const;
  // How many of some types state an input.
  int CountOf(const std::set<model::Row>& types, model::Row input);
  model::RowMask MakersOf(model::Row type) const;
  int BuyersAmong(const model::RowMask& makers, model::Row input) const;

  const model::Snapshot* const snapshot_;
  std::map<model::Row, Recipe> recipes_;
};

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_DRAFT_INPUTS_H_
