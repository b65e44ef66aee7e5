#include "services/rpc/status_encoding.h"

#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

google::rpc::ErrorInfo InfoOf(const google::rpc::Status& status) {
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(status.details_size() > 0 && status.details(0).UnpackTo(&info));
  return info;
}

TEST(StatusEncodingTest, KeepsCodeMessageAndDetails) {
  const auto proto =
      ToProto(WithRetryAfter(model::Error(absl::StatusCode::kResourceExhausted, v1::SERVER_BUSY, "busy", {{"k", "v"}}),
                             absl::Milliseconds(1500)));
  EXPECT_EQ(proto.code(), 8);
  EXPECT_EQ(proto.message(), "busy");
  EXPECT_EQ(InfoOf(proto).reason(), "SERVER_BUSY");
  EXPECT_EQ(InfoOf(proto).metadata().at("k"), "v");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(proto.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(StatusEncodingTest, RetryAfterRoundTrip) {
  const absl::Status status = model::Error(absl::StatusCode::kUnavailable, v1::STARTING, "loading");
  EXPECT_EQ(RetryAfter(status), std::nullopt);
  EXPECT_EQ(RetryAfter(WithRetryAfter(status, absl::Milliseconds(250))), absl::Milliseconds(250));
}

TEST(StatusEncodingTest, DropsTheTailOfViolations) {
  model::Violations violations;
  for (int i = 0; i < 90; ++i)
    violations.Add("enterprise.sites[" + std::to_string(i) + "].region", std::string(120, 'x'));
  const auto proto = ToProto(violations.ToStatus());
  EXPECT_LE(proto.ByteSizeLong(), kMaxDetailsBytes);
  EXPECT_EQ(InfoOf(proto).reason(), "INVALID_FIELDS");
  google::rpc::BadRequest bad;
  ASSERT_EQ(proto.details_size(), 2);
  ASSERT_TRUE(proto.details(1).UnpackTo(&bad));
  EXPECT_GT(bad.field_violations_size(), 20);
  EXPECT_LT(bad.field_violations_size(), 90);
  EXPECT_EQ(bad.field_violations(0).field(), "enterprise.sites[0].region");
}

TEST(StatusEncodingTest, HugeMetadataLeavesTheReason) {
  const auto proto = ToProto(
      model::Error(absl::StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND, "none", {{"name", std::string(20'000, 'n')}}));
  EXPECT_LE(proto.ByteSizeLong(), kMaxDetailsBytes);
  EXPECT_EQ(InfoOf(proto).reason(), "RESOURCE_NOT_FOUND");
}

TEST(StatusEncodingTest, CutsMessagesAtACharacter) {
  EXPECT_EQ(SentMessage("plain"), "plain");
  EXPECT_EQ(SentMessage(std::string(1000, 'a')).size(), kMaxMessageBytes);
  std::string chinese;
  for (int i = 0; i < 200; ++i) chinese += "链";
  const std::string sent = SentMessage(chinese);
  EXPECT_EQ(sent.size() % 3, 0u);
  EXPECT_EQ(sent.size(), kMaxMessageBytes / 3 / 3 * 3);
}

TEST(StatusEncodingTest, EveryStatusGetsAReasonAndFaultsSayNothing) {
  const absl::Status fault = Presentable(absl::InternalError("secret path"), "r-1");
  EXPECT_EQ(fault.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(model::ReasonOf(fault), v1::SERVER_FAULT);
  EXPECT_EQ(fault.message().find("secret"), absl::string_view::npos);
  EXPECT_EQ(InfoOf(ToProto(fault)).metadata().at("request_id"), "r-1");
  EXPECT_EQ(model::ReasonOf(Presentable(absl::CancelledError("x"), "r")), v1::CALL_CANCELLED);
  EXPECT_EQ(model::ReasonOf(Presentable(absl::UnknownError("x"), "r")), v1::SERVER_FAULT);
  const absl::Status own = model::NotFound("clusters/x");
  EXPECT_EQ(Presentable(own, "r"), own);
}

}  // namespace
}  // namespace bulian::rpc
