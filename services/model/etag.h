// Etags of resources: they say which change of which life of a cluster a resource was read at.
#ifndef SERVICES_MODEL_ETAG_H_
#define SERVICES_MODEL_ETAG_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace bulian::model {

// `"` cluster_uid[0..8) `.` epoch `.` record_revision `"`, quotes included.
std::string MakeEtag(std::string_view cluster_uid, std::int64_t epoch, std::int64_t record_revision);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ETAG_H_
