// Rules of matches. Pure, thread-safe.
#ifndef SERVICES_MATCH_RECORD_MATCH_FAMILY_H_
#define SERVICES_MATCH_RECORD_MATCH_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::match_record {

// A match that becomes CONTRACTED brings the capabilities and supply links it promises into the same commit, those that
// do not exist by name.
resource::Family MatchFamily();

}  // namespace bulian::match_record

#endif  // SERVICES_MATCH_RECORD_MATCH_FAMILY_H_
