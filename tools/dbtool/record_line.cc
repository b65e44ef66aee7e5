#include "tools/dbtool/record_line.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "bulian/v1/exchange.pb.h"
#include "services/model/record_resource.h"

namespace bulian::dbtool {
namespace {

// Names are stored as bytes; what is not printable ASCII goes out escaped, so that a line is valid JSON whatever it
// holds.
std::string Quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      out.append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0x0F]);
    }
  }
  return out += '"';
}

}  // namespace

std::optional<std::string> ImportLine(const StoredRecord& record) {
  const auto parsed = model::ParseResourceName(record.name);
  if (!parsed) return std::nullopt;
  v1::ImportRecord line;
  google::protobuf::Message* resource = model::MutableResource(parsed->type, &line);
  if (!resource->ParseFromArray(record.value.data(), static_cast<int>(record.value.size()))) return std::nullopt;
  // The stored bytes leave the name out.
  const auto* name = resource->GetDescriptor()->FindFieldByName("name");
  if (name == nullptr) return std::nullopt;
  resource->GetReflection()->SetString(resource, name, std::string(record.name));
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(line, &json).ok()) return std::nullopt;
  return json;
}

std::string RawLine(const StoredRecord& record) {
  const std::string value = absl::Base64Escape(absl::string_view(record.value.data(), record.value.size()));
  return "{\"log\":" + Quoted(record.log) + ",\"name\":" + Quoted(record.name) +
         ",\"revision\":" + std::to_string(record.revision) + ",\"value\":\"" + value + "\"}";
}

}  // namespace bulian::dbtool
