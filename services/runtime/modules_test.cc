#include "services/runtime/modules.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"

namespace bulian::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NoLog final : public rpc::EventLog {
 public:
  bool Enabled(rpc::LogLevel) const override { return false; }
  void Write(rpc::LogLevel, std::string_view, const rpc::LogFields&) override {}
};

class ModulesTest : public testing::Test {
 protected:
  void Add(const std::string& name, std::vector<std::string> needs, absl::Status result = absl::OkStatus()) {
    modules_.Add({name, std::move(needs),
                  [this, name, result] {
                    events_.push_back("+" + name);
                    return result;
                  },
                  [this, name] { events_.push_back("-" + name); }});
  }
  NoLog log_;
  std::vector<std::string> events_;
  ModuleManager modules_{&log_};
};

TEST_F(ModulesTest, StartsByNeedAndStopsInReverse) {
  Add("server", {"views", "log"});
  Add("views", {"store"});
  Add("log", {});
  Add("store", {});
  ASSERT_TRUE(modules_.Start().ok());
  EXPECT_THAT(events_, ElementsAre("+log", "+store", "+views", "+server"));
  modules_.Stop();
  modules_.Stop();
  EXPECT_THAT(events_, ElementsAre("+log", "+store", "+views", "+server", "-server", "-views", "-store", "-log"));
}

TEST_F(ModulesTest, AFailureNamesTheModuleAndStopsWhatRuns) {
  Add("store", {});
  Add("views", {"store"}, model::Error(absl::StatusCode::kUnavailable, v1::STORE_FAILED, "no disk"));
  Add("server", {"views"});
  const absl::Status status = modules_.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "module views: no disk");
  EXPECT_THAT(events_, ElementsAre("+store", "+views", "-store"));
}

TEST_F(ModulesTest, RefusesUnknownNeedsAndCircles) {
  Add("a", {"nothing"});
  EXPECT_THAT(std::string(modules_.Start().message()), HasSubstr("nothing"));
  ModuleManager circle(&log_);
  circle.Add({"a", {"b"}, nullptr, nullptr});
  circle.Add({"b", {"a"}, nullptr, nullptr});
  EXPECT_THAT(std::string(circle.Start().message()), HasSubstr("circle"));
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace bulian::runtime
