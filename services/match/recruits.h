// Candidates of other clusters' records.
#ifndef SERVICES_MATCH_RECRUITS_H_
#define SERVICES_MATCH_RECRUITS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/match/enterprise_marks.h"
#include "services/match/find.h"
#include "services/match/place.h"
#include "services/match/ranking.h"

namespace bulian::match {

struct Recruit {
  Entry entry;                      // its score is without embedding
  model::Row here = model::kNoRow;  // its record in the asked cluster by USCC or LEI; kNoRow if there is none
};

// The enterprises of `query.others` that hold an offer of a same type (FindSameTypes), each once with its best offer:
// HELD, and BELOW_REQUIREMENT if potential ones are asked for. Left out: alliances; who has a record here and is local
// or, by `candidates`, already a candidate or excluded; of several records with one USCC or LEI all but the best. False
// if stopped.
bool FindRecruits(const FindQuery& query, const EnterpriseMarks& candidates, const EntryNames& names,
                  PlaceTable* places, std::vector<Recruit>* recruits, std::int64_t* examined);

// USCC and LEI of a stored enterprise record, read without decoding the rest; views into `bytes`.
struct EnterpriseIds {
  std::string_view uscc, lei;
};
EnterpriseIds ReadEnterpriseIds(std::string_view bytes);

// The record in `snapshot` of the enterprise with these ids; kNoRow if there is none.
model::Row FindByIds(const model::Snapshot& snapshot, const EnterpriseIds& ids);

// Whether an enterprise has its seat or a capability in the regions of its cluster.
bool IsLocalEnterprise(const model::Snapshot& snapshot, model::Row enterprise);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_RECRUITS_H_
