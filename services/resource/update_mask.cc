#include "services/resource/update_mask.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/api/field_behavior.pb.h"

namespace bulian::resource {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool SetByServer(const FieldDescriptor& field) {
  if (field.name() == "etag") return true;
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    const auto behavior = options.GetExtension(google::api::field_behavior, i);
    if (behavior == google::api::OUTPUT_ONLY || behavior == google::api::IDENTIFIER) return true;
  }
  return false;
}

// The fields along a path; empty if it names none.
std::vector<const FieldDescriptor*> Resolve(const Descriptor& type, const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* current = &type;
  for (const std::string& step : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    const FieldDescriptor* field = current == nullptr ? nullptr : current->FindFieldByName(step);
    if (field == nullptr) return {};
    fields.push_back(field);
    current = field->is_repeated() ? nullptr : field->message_type();
  }
  return fields;
}

void CopyField(const std::vector<const FieldDescriptor*>& fields, std::size_t depth, Message* source, Message* target) {
  const Reflection& reflection = *target->GetReflection();
  if (depth + 1 == fields.size()) {
    reflection.ClearField(target, fields[depth]);
    reflection.SwapFields(target, source, {fields[depth]});
    return;
  }
  if (!reflection.HasField(*target, fields[depth]) && !reflection.HasField(*source, fields[depth])) return;
  CopyField(fields, depth + 1, reflection.MutableMessage(source, fields[depth]),
            reflection.MutableMessage(target, fields[depth]));
}

}  // namespace

std::vector<std::string> PathsToUpdate(const google::protobuf::FieldMask& mask, const Message& source,
                                       model::Violations* violations) {
  std::vector<std::string> paths;
  const bool all = std::find(mask.paths().begin(), mask.paths().end(), "*") != mask.paths().end();
  if (all && mask.paths_size() > 1) violations->Add("update_mask", "`*` must stand alone");
  if (all || mask.paths().empty()) {
    const Descriptor& type = *source.GetDescriptor();
    std::vector<const FieldDescriptor*> set;
    source.GetReflection()->ListFields(source, &set);
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (SetByServer(*field)) continue;
      if (all || std::find(set.begin(), set.end(), field) != set.end()) paths.push_back(field->name());
    }
    return paths;
  }
  for (const std::string& path : mask.paths()) {
    const std::vector<const FieldDescriptor*> fields = Resolve(*source.GetDescriptor(), path);
    if (fields.empty()) {
      violations->Add("update_mask", absl::StrCat("there is no field `", path, "`"));
    } else if (!SetByServer(*fields.front())) {
      paths.push_back(path);
    }
  }
  // A field comes before what lies within it, and each once: copying moves values.
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> least;
  for (const std::string& path : paths) {
    const bool covered = std::any_of(least.begin(), least.end(), [&](const std::string& wider) {
      return path == wider || path.compare(0, wider.size() + 1, wider + ".") == 0;
    });
    if (!covered) least.push_back(path);
  }
  return least;
}

void CopyPaths(const std::vector<std::string>& paths, const Message& source, Message* target) {
  std::unique_ptr<Message> values(source.New());
  values->CopyFrom(source);
  for (const std::string& path : paths) CopyField(Resolve(*source.GetDescriptor(), path), 0, values.get(), target);
}

}  // namespace bulian::resource
