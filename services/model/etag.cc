#include "services/model/etag.h"

namespace bulian::model {

std::string MakeEtag(std::string_view cluster_uid, std::int64_t epoch, std::int64_t record_revision) {
  std::string etag = "\"";
  etag += cluster_uid.substr(0, 8);
  etag += '.';
  etag += std::to_string(epoch);
  etag += '.';
  etag += std::to_string(record_revision);
  etag += '"';
  return etag;
}

}  // namespace bulian::model
