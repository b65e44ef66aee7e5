// Drafts a chain upstream from a product along the typical inputs of the taxonomy. Pure, thread-safe.
//
// What the inputs of a type may be: what it states as typical itself, what its broader types state (two steps up at
// most), what types one step narrower state. How sure each is: 1 - the product of (1 - weight) over what speaks for it,
//   .70              it states it itself
//   .30, .15         a broader type states it, one or two steps up; the nearest
//   .50 n / (m + 1)  n of its m narrower types state it
//   .40 n / (m + 1)  n of its m siblings (types of a common broader type) state it
//   .60 n / (n + 2)  n of its makers buy it, by supply links valid at the cluster's date
// where a type is bought or made if one it subsumes is. The chain grows by levels, one segment a type. The confidence
// of a path is the product along it; that of a segment is the greatest over paths of the fewest inputs. An input that
// would close a cycle is left out. Of inputs of one segment, one that subsumes others makes them alternatives of it.
#ifndef SERVICES_CHAIN_DRAFT_H_
#define SERVICES_CHAIN_DRAFT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "bulian/v1/chain.pb.h"
#include "services/model/snapshot.h"

namespace bulian::chain {

inline constexpr char kDraftVersion[] = "draft-1";
inline constexpr std::size_t kMostPrunedTold = 1000;

struct DraftQuery {
  model::Row product = model::kNoRow;  // a capability type of the snapshot
  std::string chain_id;
  int depth = 3;
  double min_confidence = 0.2;
  std::size_t max_segments = 100;  // 1 to 500
  // Asked for each segment; once true, the draft is not finished.
  std::function<bool()> stop = [] { return false; };
};

// Fills all but the revision. False if it was stopped.
bool DraftChain(const model::Snapshot& snapshot, const DraftQuery& query, v1::DraftChainResponse* response);

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_DRAFT_H_
