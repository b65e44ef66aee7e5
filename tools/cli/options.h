// What every command knows: where the server is and how to show answers.
#ifndef TOOLS_CLI_OPTIONS_H_
#define TOOLS_CLI_OPTIONS_H_

#include <string>
#include <string_view>

#include "bulian/v1/text.pb.h"
#include "google/protobuf/message.h"

namespace bulian::cli {

enum class Output { kTable, kJson, kCsv };

struct Options {
  std::string server = "127.0.0.1:7443";
  int timeout_seconds = 60;
  Output output = Output::kTable;
  bool chinese = false;

  // The text in the language asked for, or in the other one if that is empty.
  const std::string& Text(const v1::LocalizedText& text) const;
  // One of two fixed words.
  std::string_view Word(std::string_view en, std::string_view zh) const { return chinese ? zh : en; }
};

// A message as proto3 JSON, indented (one line without `indent`).
std::string ToJson(const google::protobuf::Message& message, bool indent = true);

// Short names people may type: `beibei` for `clusters/beibei`, `beibei/smart-sensor` for the chain,
// `beibei/smart-sensor/mems-die` for the segment, with `/missing` behind it for the gap. Full names stay as they are.
std::string FullName(std::string_view typed);
// `clusters/beibei/enterprises/x` for (`x`, `clusters/beibei`).
std::string EnterpriseName(std::string_view typed, std::string_view cluster);
// Any resource, or the cluster itself, as people type it where the cluster is known: a full name, `enterprises/x`,
// `beibei/enterprises/x`, `smart-sensor` or `beibei/smart-sensor` for a chain, with `/mems-die` behind it for a
// segment.
std::string NameIn(std::string_view typed, std::string_view cluster);
// `clusters/{cluster}` of a full name.
std::string ClusterOf(std::string_view name);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_OPTIONS_H_
