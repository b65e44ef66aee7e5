// Any update mask over any resource. Input: the length of the mask in one byte, the serialised FieldMask, the
// serialised Enterprise, which is copied onto an empty and onto a full one.
#include <cstdint>
#include <string>

#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/resource/update_mask.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/two_messages.h"

namespace bulian::resource {
namespace {

using google::protobuf::util::MessageDifferencer;

v1::Enterprise Full() {
  v1::Enterprise full;
  full.set_name("clusters/c/enterprises/e");
  full.set_etag("etag");
  full.set_uscc("uscc");
  full.mutable_display_name()->set_zh("zh");
  full.mutable_display_name()->set_en("en");
  full.add_sites()->set_site_id("s");
  (*full.mutable_annotations())["key"] = "value";
  return full;
}

void Check(const google::protobuf::FieldMask& mask, const v1::Enterprise& source, const v1::Enterprise& before) {
  model::Violations violations;
  const std::vector<std::string> paths = PathsToUpdate(mask, source, &violations);
  v1::Enterprise target = before;
  CopyPaths(paths, source, &target);
  FUZZ_CHECK(target.name() == before.name() && target.etag() == before.etag() && target.uid() == before.uid());
  v1::Enterprise twice = target;
  CopyPaths(paths, source, &twice);
  FUZZ_CHECK(MessageDifferencer::Equals(target, twice));
  if (mask.paths_size() == 1 && mask.paths(0) == "*") {
    v1::Enterprise whole = source;
    whole.set_name(before.name());
    whole.set_etag(before.etag());
    whole.set_uid(before.uid());
    whole.clear_create_time();
    whole.clear_update_time();
    target.clear_create_time();
    target.clear_update_time();
    FUZZ_CHECK(whole.SerializeAsString().size() == target.SerializeAsString().size());
  }
}

}  // namespace
}  // namespace bulian::resource

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian;
  google::protobuf::FieldMask mask;
  v1::Enterprise source;
  if (!ParseTwo(data, size, &mask, &source)) return 0;
  source.DiscardUnknownFields();
  resource::Check(mask, source, v1::Enterprise());
  resource::Check(mask, source, resource::Full());
  return 0;
}
