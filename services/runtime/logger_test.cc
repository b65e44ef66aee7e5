#include "services/runtime/logger.h"

#include <unistd.h>

#include <limits>
#include <string>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace bulian::runtime {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'123'456);

google::protobuf::Struct Parsed(const std::string& line) {
  google::protobuf::Struct object;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &object).ok()) << line;
  return object;
}

TEST(LoggerTest, OneJsonObjectALine) {
  const std::string line =
      FormatLogLine(kTime, rpc::LogLevel::kWarning, "hello", {{"method", "a/B"}, {"count", 7}, {"share", 0.5}});
  EXPECT_EQ(line,
            "{\"time\":\"2023-11-14T22:13:20.123456Z\",\"level\":\"warning\",\"message\":\"hello\",\"method\":\"a/"
            "B\",\"count\":7,"
            "\"share\":0.5}\n");
}

TEST(LoggerTest, WhateverTheTextTheLineStaysJson) {
  std::string every;
  for (int c = 0; c < 256; ++c) every.push_back(static_cast<char>(c));
  for (const std::string& text : {every, std::string("\"\\\n\r\t"), std::string("\xED\xA0\x80 surrogate"),
                                  std::string("\xC0\x80"), std::string("补链"), std::string("cut \xE8\xA1")}) {
    const std::string line = FormatLogLine(kTime, rpc::LogLevel::kInfo, text, {{"k\"ey", text}});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    Parsed(line);
  }
  EXPECT_EQ(
      Parsed(FormatLogLine(kTime, rpc::LogLevel::kInfo, "补链 \"a\"\n", {})).fields().at("message").string_value(),
      "补链 \"a\"\n");
}

TEST(LoggerTest, MasksSecretsByKeyAndKeepsOddNumbersText) {
  const auto object = Parsed(FormatLogLine(kTime, rpc::LogLevel::kInfo, "m",
                                           {{"page_token", "t"},
                                            {"password", "p"},
                                            {"authorization", "a"},
                                            {"peer", "x"},
                                            {"nan", std::numeric_limits<double>::quiet_NaN()}}));
  for (const char* key : {"page_token", "password", "authorization"})
    EXPECT_EQ(object.fields().at(key).string_value(), "***");
  EXPECT_EQ(object.fields().at("peer").string_value(), "x");
  EXPECT_EQ(object.fields().at("nan").string_value(), "nan");
}

TEST(LoggerTest, WritesOnlyTheLevelAndAbove) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  JsonLogger log(ends[1], LogLevelOf("warning"), [] { return kTime; });
  log.Write(rpc::LogLevel::kInfo, "no", {});
  log.Write(rpc::LogLevel::kError, "yes", {});
  close(ends[1]);
  char text[256] = {};
  const ssize_t size = read(ends[0], text, sizeof(text) - 1);
  close(ends[0]);
  ASSERT_GT(size, 0);
  EXPECT_EQ(Parsed(text).fields().at("message").string_value(), "yes");
  EXPECT_EQ(LogLevelOf("nothing"), rpc::LogLevel::kInfo);
}

}  // namespace
}  // namespace bulian::runtime
