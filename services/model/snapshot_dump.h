// A snapshot as text through its public methods, by names and never by rows: equal states give equal texts. For tests.
#ifndef SERVICES_MODEL_SNAPSHOT_DUMP_H_
#define SERVICES_MODEL_SNAPSHOT_DUMP_H_

#include <map>
#include <string>

#include "services/model/snapshot.h"

namespace bulian::model {

// The facts of each record by full name.
std::map<std::string, std::string> DumpFacts(const Snapshot& snapshot);
// Facts and indexes.
std::string DumpSnapshot(const Snapshot& snapshot);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_DUMP_H_
