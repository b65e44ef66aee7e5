#include "services/model/error.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace bulian::model {
namespace {

template <class Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload = status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  EXPECT_TRUE(payload.has_value() && detail.ParseFromString(std::string(*payload))) << status;
  return detail;
}

TEST(ErrorTest, CarriesReasonDomainAndMetadata) {
  const absl::Status status =
      Error(absl::StatusCode::kAborted, v1::ETAG_MISMATCH, "it changed", {{"name", "clusters/c"}, {"etag", "x"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "it changed");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.reason(), "ETAG_MISMATCH");
  EXPECT_EQ(info.domain(), "bulian");
  EXPECT_EQ(info.metadata().at("name"), "clusters/c");
  EXPECT_EQ(info.metadata().at("etag"), "x");
  EXPECT_EQ(ReasonOf(status), v1::ETAG_MISMATCH);
}

TEST(ErrorTest, AForeignStatusHasNoReason) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(absl::InternalError("other")), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(ErrorTest, ResourceErrorsNameTheResource) {
  const absl::Status missing = NotFound("clusters/c"), taken = AlreadyExists("clusters/d");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(missing), v1::RESOURCE_NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(missing).resource_name(), "clusters/c");
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(taken), v1::RESOURCE_EXISTS);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(taken).resource_name(), "clusters/d");
}

TEST(ViolationsTest, NoneIsOk) { EXPECT_TRUE(Violations().ToStatus().ok()); }

TEST(ViolationsTest, AllAreSentInOrderUpToTheLimit) {
  Violations violations;
  for (int i = 0; i < 150; ++i) violations.Add("field[" + std::to_string(i) + "]", "is wrong");
  EXPECT_EQ(violations.size(), 150u);
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_EQ(status.message(), "field[0]: is wrong (and 149 more)");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 100);
  EXPECT_EQ(bad.field_violations(99).field(), "field[99]");
  EXPECT_EQ(bad.field_violations(0).description(), "is wrong");
}

}  // namespace
}  // namespace bulian::model
