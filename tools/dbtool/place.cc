#include "tools/dbtool/place.h"

#include <filesystem>
#include <system_error>

#include "services/model/error.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/lmdb_store.h"

namespace bulian::dbtool {

absl::StatusOr<std::unique_ptr<store::Store>> OpenPlace(const std::string& place, PlaceUse use) {
  store::LmdbOptions options;
  options.directory = place;
  const std::string data = place + "/" + store::lmdb::kDataFileName;
  std::error_code error;
  if (use == PlaceUse::kRead && !std::filesystem::exists(data, error)) {
    return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, "there is no data file " + data);
  }
  auto store = store::OpenLmdbStore(options);
  if (!store.ok() || use == PlaceUse::kRead) return store;
  const store::Retention keep_all{0, absl::ZeroDuration(), 0};
  for (bool more = true; more;) {
    const auto left = (*store)->Compact(keep_all);
    if (!left.ok()) return left.status();
    more = *left;
  }
  return store;
}

}  // namespace bulian::dbtool
