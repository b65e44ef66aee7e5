#include "services/resource/resource_message.h"

#include <gtest/gtest.h>

#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/arena.h"

namespace bulian::resource {
namespace {

TEST(ResourceMessageTest, StoredBytesAreTheMessageWithoutNameAndEtag) {
  for (const std::size_t id_bytes : {0, 1, 60, 300}) {
    for (const char* etag : {"", "an etag"}) {
      google::protobuf::Arena arena;
      v1::Enterprise alone;
      auto* on_arena = google::protobuf::Arena::CreateMessage<v1::Enterprise>(&arena);
      for (v1::Enterprise* enterprise : {&alone, on_arena}) {
        if (id_bytes > 0) enterprise->set_name("clusters/c/enterprises/" + std::string(id_bytes, 'x'));
        enterprise->mutable_display_name()->set_en("E");
        enterprise->set_uid("uid");
        enterprise->set_etag(etag);
        const v1::Enterprise before = *enterprise;
        v1::Enterprise bare = before;
        bare.clear_name();
        bare.clear_etag();
        EXPECT_EQ(StoredBytes(model::ResourceType::kEnterprise, enterprise), bare.SerializeAsString());
        EXPECT_EQ(enterprise->SerializeAsString(), before.SerializeAsString());
      }
    }
  }
}

}  // namespace
}  // namespace bulian::resource
