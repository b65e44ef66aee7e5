#include "services/runtime/config.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "gtest/gtest.h"

namespace bulian::runtime {
namespace {

using Texts = std::map<std::string, std::string>;

absl::StatusOr<CommandLine> Parse(std::vector<std::string> arguments, const Texts& environment = {},
                                  const Texts& files = {}) {
  const auto look_up = [](const Texts& texts) {
    return [texts](const std::string& key) -> std::optional<std::string> {
      const auto found = texts.find(key);
      return found == texts.end() ? std::nullopt : std::optional(found->second);
    };
  };
  return ParseCommandLine({std::move(arguments), look_up(environment), look_up(files)});
}

TEST(ConfigTest, DefaultsAreGood) {
  const auto line = Parse({});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->action, Action::kRun);
  EXPECT_EQ(line->config.listen, "127.0.0.1:7443");
  EXPECT_EQ(line->config.max_data_size, std::int64_t{64} << 30);
  EXPECT_EQ(line->config.max_receive_bytes, 4 << 20);
  EXPECT_EQ(line->config.drain_delay, absl::Seconds(2));
  EXPECT_FALSE(line->config.insecure_allow_remote);
}

TEST(ConfigTest, FlagsOverEnvironmentOverFile) {
  const Texts files = {{"f", "# comment\n\nworkers: 1\nstreams: 2\nkept-versions: 3\ndata-dir: \"a b\"\n"}};
  const Texts environment = {{"BULIAN_WORKERS", "10"}, {"BULIAN_STREAMS", "20"}, {"BULIAN_CONFIG", "f"}};
  const auto line = Parse({"--workers=100"}, environment, files);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->config.workers, 100);
  EXPECT_EQ(line->config.streams, 20);
  EXPECT_EQ(line->config.kept_versions, 3);
  EXPECT_EQ(line->config.data_dir, "a b");
}

TEST(ConfigTest, FlagsInBothForms) {
  const auto line = Parse(
      {"--workers", "7", "--insecure-allow-remote", "--drain-delay=1m30s", "--max-data-size=2GiB", "--check-config"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->config.workers, 7);
  EXPECT_TRUE(line->config.insecure_allow_remote);
  EXPECT_EQ(line->config.drain_delay, absl::Seconds(90));
  EXPECT_EQ(line->config.max_data_size, std::int64_t{2} << 30);
  EXPECT_EQ(line->action, Action::kCheckConfig);
}

TEST(ConfigTest, EveryMistakeAtOnceWithItsPlace) {
  const auto line =
      Parse({"--workers=many", "--nothing=1", "stray", "--listen=nowhere", "--config=f", "--kept-versions"},
            {{"BULIAN_DRAIN_DELAY", "-1s"}}, {{"f", "workers: 2\nno colon\nunknown: 1\ntarget: half\n"}});
  ASSERT_FALSE(line.ok());
  const std::string text = DescribeMistakes(line.status());
  for (const char* part : {"--workers: ", "--nothing: there is no such option",
                           "stray: ", "--listen: ", "--kept-versions: needs a value", "BULIAN_DRAIN_DELAY: ", "f:2: ",
                           "f:3: there is no such option", "f:4: `target` is one of all|registry|analysis"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(ConfigTest, WhatIsGoodBesideMistakes) {
  const auto none = [](const std::string&) { return std::optional<std::string>(); };
  const CommandLine line =
      WithoutMistakes({{"--workers=many", "--streams=7", "--gone=1", "--http-listen=127.0.0.1:1"}, none, none});
  EXPECT_EQ(line.config.workers, 32);
  EXPECT_EQ(line.config.streams, 7);
  EXPECT_EQ(line.config.http_listen, "127.0.0.1:1");
}

TEST(ConfigTest, RefusesValuesOutOfRange) {
  for (const char* flag : {"--workers=0", "--max-receive-bytes=12", "--max-data-size=9999999TiB",
                           "--listen=[::1]:70000", "--listen=::1:5", "--listen=:5", "--page-token-secret=short",
                           "--log-level=loud", "--insecure-allow-remote=perhaps", "--config=none"}) {
    EXPECT_FALSE(Parse({flag}).ok()) << flag;
  }
  EXPECT_TRUE(Parse({"--listen=[::1]:0"}).ok());
}

TEST(ConfigTest, PrintedConfigurationReadsBackAndMasksSecrets) {
  const auto line = Parse(
      {"--workers=9", "--drain-delay=1500ms", "--max-receive-bytes=1000000", "--page-token-secret=0123456789abcdef"});
  ASSERT_TRUE(line.ok()) << line.status();
  const std::string text = PrintConfig(line->config);
  EXPECT_EQ(text.find("0123456789abcdef"), std::string::npos);
  const auto again = Parse({"--config=f", "--page-token-secret=0123456789abcdef"}, {}, {{"f", text}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(PrintConfig(again->config), text);
  EXPECT_EQ(again->config.workers, 9);
  EXPECT_EQ(again->config.drain_delay, absl::Milliseconds(1500));
}

TEST(ConfigTest, OptionsHaveNamesOfTheirOwnAndDescriptions) {
  std::set<std::string_view> names;
  for (const Option& option : Options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(option.description.ends_with('.')) << option.name;
    EXPECT_NE(PrintHelp().find("--" + std::string(option.name) + "="), std::string::npos);
  }
  EXPECT_EQ(EnvironmentName("data-dir"), "BULIAN_DATA_DIR");
}

TEST(ConfigTest, DocumentationIsUpToDate) {
  std::ifstream file(std::string(std::getenv("BULIAN_SOURCE_DIR")) + "/docs/configuration.md");
  ASSERT_TRUE(file.is_open());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), PrintConfigDocs())
      << "write it anew: buliand --print-config-docs > docs/configuration.md";
}

}  // namespace
}  // namespace bulian::runtime
