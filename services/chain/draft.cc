#include "services/chain/draft.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <utility>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "services/chain/draft_inputs.h"
#include "services/model/resource_name.h"

namespace bulian::chain {
namespace {

using model::ResourceType;
using model::Row;
using Pruned = v1::PrunedInput;

constexpr std::size_t kMostSegments = 500, kMostInputs = 200;

class Drafter {
 public:
  Drafter(const model::Snapshot& snapshot, const DraftQuery& query, v1::DraftChainResponse* response)
      : snapshot_(snapshot), query_(query), response_(*response), likely_(&snapshot) {}

  bool Run() {
    AddSegment(query_.product, 1);
    std::size_t begin = 0;
    for (int depth = 0; begin < segments_.size(); ++depth) {
      const std::size_t end = segments_.size();
      for (std::size_t s = begin; s < end; ++s) {
        if (query_.stop()) return false;
        segments_[s].likely = likely_.Of(segments_[s].type);
      }
      if (depth < query_.depth) AddNewSegments(begin, end);
      for (std::size_t s = begin; s < end; ++s) AddInputs(s, depth);
      begin = end;
    }
    Write();
    return true;
  }

 private:
  struct Segment {
    Row type = model::kNoRow;
    double path = 1;  // its confidence
    std::vector<LikelyInput> likely;
    std::vector<std::pair<std::size_t, std::size_t>> inputs;  // feeding segment, place in `likely`
    std::bitset<kMostSegments> upstream;                      // segments that feed it, also over others
  };

  bool NameBefore(Row a, Row b) const { return snapshot_.CompareNames(ResourceType::kCapabilityType, a, b) < 0; }
  std::string IdOf(Row type) const {
    const std::string_view name = snapshot_.RelativeName(ResourceType::kCapabilityType, type);
    return std::string(name.substr(name.rfind('/') + 1));
  }

  void AddSegment(Row type, double path) {
    places_.emplace(type, segments_.size());
    Segment& segment = segments_.emplace_back();
    segment.type = type;
    segment.path = path;
  }

  // The types that feed a level's segments and are none yet, the most confident first, as far as there is room.
  void AddNewSegments(std::size_t begin, std::size_t end) {
    std::map<Row, double> found;  // greatest confidence of a path
    for (std::size_t s = begin; s < end; ++s) {
      for (const LikelyInput& input : segments_[s].likely) {
        const double path = segments_[s].path * input.confidence;
        if (path < query_.min_confidence || places_.contains(input.type)) continue;
        double& best = found[input.type];
        best = std::max(best, path);
      }
    }
    std::vector<std::pair<Row, double>> in_order(found.begin(), found.end());
    std::sort(in_order.begin(), in_order.end(), [this](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : NameBefore(a.first, b.first);
    });
    for (const auto& [type, path] : in_order)
      if (segments_.size() < std::min(query_.max_segments, kMostSegments)) AddSegment(type, path);
  }

  void AddInputs(std::size_t s, int depth) {
    for (std::size_t i = 0; i < segments_[s].likely.size(); ++i) {
      const LikelyInput& input = segments_[s].likely[i];
      const auto place = places_.find(input.type);
      if (segments_[s].path * input.confidence < query_.min_confidence) {
        Prune(s, i, Pruned::LOW_CONFIDENCE);
      } else if (place == places_.end()) {
        Prune(s, i, depth < query_.depth ? Pruned::TOO_MANY : Pruned::TOO_DEEP);
      } else if (segments_[place->second].upstream[s]) {
        Prune(s, i, Pruned::CLOSES_CYCLE);
      } else if (segments_[s].inputs.size() == kMostInputs) {
        Prune(s, i, Pruned::TOO_MANY);
      } else {
        Feed(s, place->second, i);
      }
    }
  }

  void Feed(std::size_t s, std::size_t feeder, std::size_t i) {
    segments_[s].inputs.emplace_back(feeder, i);
    std::bitset<kMostSegments> more = segments_[feeder].upstream;
    more.set(feeder);
    for (std::size_t other = 0; other < segments_.size(); ++other)
      if (other == s || segments_[other].upstream[s]) segments_[other].upstream |= more;
  }

  void Prune(std::size_t s, std::size_t i, Pruned::Reason reason) {
    const LikelyInput& input = segments_[s].likely[i];
    Pruned& one = pruned_.emplace_back();
    one.set_segment(IdOf(segments_[s].type));
    one.set_capability_type(snapshot_.Name(ResourceType::kCapabilityType, input.type));
    one.set_confidence(input.confidence);
    one.set_path_confidence(segments_[s].path * input.confidence);
    one.set_reason(reason);
    if (reason == Pruned::TOO_MANY) cut_ = true;
  }

  // Of each input of a segment its group of alternatives: the broadest of the inputs that subsume it, the first by name
  // of several; its own if it only subsumes others; else none.
  std::vector<std::string> GroupsOf(const Segment& segment) const {
    std::vector<Row> types;
    for (const auto& input : segment.inputs) types.push_back(segments_[input.first].type);
    std::vector<std::string> groups;
    for (const Row type : types) {
      Row top = type;
      bool subsumes = false;
      for (const Row other : types) {
        if (other == type) continue;
        subsumes = subsumes || snapshot_.Subsumes(type, other);
        if (!snapshot_.Subsumes(other, type)) continue;
        const bool apart = !snapshot_.Subsumes(top, other) && !snapshot_.Subsumes(other, top);
        if (snapshot_.Subsumes(other, top) || (apart && NameBefore(other, top))) top = other;
      }
      groups.push_back(top != type || subsumes ? IdOf(top) : "");
    }
    return groups;
  }

  void WriteSegment(const Segment& segment, v1::Chain* chain) {
    v1::CapabilityType type;
    snapshot_.Read(ResourceType::kCapabilityType, segment.type, &type);
    v1::Segment& written = *chain->add_segments();
    written.set_segment_id(IdOf(segment.type));
    *written.mutable_display_name() = type.display_name();
    written.mutable_requirement()->set_capability_type(type.name());
    const std::vector<std::string> groups = GroupsOf(segment);
    for (std::size_t i = 0; i < segment.inputs.size(); ++i) {
      const auto& [feeder, place] = segment.inputs[i];
      const LikelyInput& likely = segment.likely[place];
      v1::Input& input = *written.add_inputs();
      input.set_segment(IdOf(segments_[feeder].type));
      if (likely.coefficient) input.set_coefficient(*likely.coefficient);
      input.set_alternatives_group(groups[i]);
      v1::DraftedInput& told = *response_.add_inputs();
      told.set_segment(written.segment_id());
      told.set_input_segment(input.segment());
      told.set_confidence(likely.confidence);
      told.set_path_confidence(segments_[feeder].path);
      told.mutable_grounds()->Add(likely.grounds.begin(), likely.grounds.end());
    }
  }

  void Write() {
    v1::Chain& chain = *response_.mutable_chain();
    chain.set_name("clusters/" + snapshot_.position().cluster + "/chains/" + query_.chain_id);
    for (const Segment& segment : segments_) WriteSegment(segment, &chain);
    *chain.mutable_display_name() = chain.segments(0).display_name();
    std::stable_sort(pruned_.begin(), pruned_.end(), [](const Pruned& a, const Pruned& b) {
      if (a.path_confidence() != b.path_confidence()) return a.path_confidence() > b.path_confidence();
      return std::pair(a.segment(), a.capability_type()) < std::pair(b.segment(), b.capability_type());
    });
    response_.set_pruned_count(static_cast<std::int32_t>(pruned_.size()));
    response_.set_complete(!cut_ && pruned_.size() <= kMostPrunedTold);
    if (pruned_.size() > kMostPrunedTold) pruned_.resize(kMostPrunedTold);
    response_.mutable_pruned()->Add(pruned_.begin(), pruned_.end());
    response_.set_algorithm_version(kDraftVersion);
  }

  const model::Snapshot& snapshot_;
  const DraftQuery& query_;
  v1::DraftChainResponse& response_;
  LikelyInputs likely_;
  std::vector<Segment> segments_;
  std::map<Row, std::size_t> places_;  // of types that have a segment
  std::vector<Pruned> pruned_;
  bool cut_ = false;
};

}  // namespace

bool DraftChain(const model::Snapshot& snapshot, const DraftQuery& query, v1::DraftChainResponse* response) {
  return Drafter(snapshot, query, response).Run();
}

}  // namespace bulian::chain
