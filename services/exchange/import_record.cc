#include "services/exchange/import_record.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/model/error.h"
#include "services/model/text_folding.h"
#include "services/resource/resource_message.h"

namespace bulian::exchange {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using resource::FieldPath;

ResourcePtr Release(v1::ImportRecord* record, ResourceType* type) {
  switch (record->resource_case()) {
    case v1::ImportRecord::kCluster:
      *type = ResourceType::kCluster;
      return ResourcePtr(record->unsafe_arena_release_cluster());
    case v1::ImportRecord::kEnterprise:
      *type = ResourceType::kEnterprise;
      return ResourcePtr(record->unsafe_arena_release_enterprise());
    case v1::ImportRecord::kCapabilityType:
      *type = ResourceType::kCapabilityType;
      return ResourcePtr(record->unsafe_arena_release_capability_type());
    case v1::ImportRecord::kCapability:
      *type = ResourceType::kCapability;
      return ResourcePtr(record->unsafe_arena_release_capability());
    case v1::ImportRecord::kChain:
      *type = ResourceType::kChain;
      return ResourcePtr(record->unsafe_arena_release_chain());
    case v1::ImportRecord::kSupplyLink:
      *type = ResourceType::kSupplyLink;
      return ResourcePtr(record->unsafe_arena_release_supply_link());
    case v1::ImportRecord::kProject:
      *type = ResourceType::kProject;
      return ResourcePtr(record->unsafe_arena_release_project());
    case v1::ImportRecord::kMatch:
      *type = ResourceType::kMatch;
      return ResourcePtr(record->unsafe_arena_release_match());
    case v1::ImportRecord::RESOURCE_NOT_SET:
      break;
  }
  return nullptr;
}

void LeaveArena(ResourcePtr* resource) {
  if (*resource == nullptr || (*resource)->GetArena() == nullptr) return;
  ResourcePtr copy((*resource)->New());
  copy->CopyFrom(**resource);
  *resource = std::move(copy);
}

const char* FieldOf(ResourceType type) {
  switch (type) {
    case ResourceType::kCluster:
      return "cluster";
    case ResourceType::kCapabilityType:
      return "capability_type";
    case ResourceType::kEnterprise:
      return "enterprise";
    case ResourceType::kCapability:
      return "capability";
    case ResourceType::kChain:
      return "chain";
    case ResourceType::kSupplyLink:
      return "supply_link";
    case ResourceType::kProject:
      return "project";
    case ResourceType::kMatch:
      return "match";
  }
  return "";
}

void Reject(Record* record, const FieldPath& field, std::string_view description) {
  model::Violations violations;
  violations.Add(field.str(), description);
  record->state = Record::State::kRejected;
  record->status = violations.ToStatus();
}

// The rules of the record by itself; for records whose names are final.
void CheckAlone(const resource::Family& family, const std::string& parent, Record* record) {
  const std::string& name = resource::NameOf(record->type, *record->resource);
  const auto parsed = model::ParseResourceName(name);
  const bool in_cluster = parsed && parsed->type == record->type && parsed->cluster == model::ClusterIdOf(parent);
  const RecordPath path(*record);
  model::Violations violations;
  if (!in_cluster) {
    violations.Add((path.field() / "name").str(),
                   "must be the name of a resource of its kind in the cluster imported into");
  }
  if (family.normalise) family.normalise(record->resource.get());
  if (family.check) family.check(*record->resource, path.field(), &violations);
  if (violations.empty()) return;
  record->state = Record::State::kRejected;
  record->status = violations.ToStatus();
}

bool NeedsResolving(const resource::Family& family, Record* record) {
  const std::string& name = resource::NameOf(record->type, *record->resource);
  bool needs = (name.empty() && record->type == ResourceType::kEnterprise) || HasIdentifierName(name);
  if (family.enterprise_names) {
    family.enterprise_names(record->resource.get(),
                            [&](std::string* field) { needs = needs || HasIdentifierName(*field); });
  }
  return needs;
}

// The name `text` stands for when it begins with an enterprise by identifier; what follows the enterprise stays.
bool ResolveOne(resource::Overlay& overlay, std::string* text, std::vector<std::string>* missing) {
  const std::size_t start = text->find("/enterprises/") + std::string_view("/enterprises/").size();
  const std::size_t end = std::min(text->find('/', start), text->size());
  const std::string identifier = text->substr(start, end - start);
  const std::size_t colon = identifier.find(':');
  const std::string value = model::NormalizeIdentifier(identifier.substr(colon + 1));
  const std::string holder = overlay.IdentifierHolder(identifier.substr(0, colon), value);
  if (holder.empty()) {
    missing->push_back(absl::StrCat(text->substr(0, start), identifier.substr(0, colon + 1), value));
    return false;
  }
  *text = holder + text->substr(end);
  return true;
}

std::string NameByIdentifier(const std::string& parent, const v1::Enterprise& enterprise, resource::Overlay& overlay) {
  for (const auto& [system, value] : {std::pair<const char*, const std::string&>("uscc", enterprise.uscc()),
                                      std::pair<const char*, const std::string&>("lei", enterprise.lei())}) {
    if (value.empty()) continue;
    if (std::string holder = overlay.IdentifierHolder(system, value); !holder.empty()) return holder;
  }
  const bool by_uscc = !enterprise.uscc().empty();
  const std::string id =
      absl::StrCat(by_uscc ? "uscc-" : "lei-", absl::AsciiStrToLower(by_uscc ? enterprise.uscc() : enterprise.lei()));
  return model::MakeName(parent, ResourceType::kEnterprise, id);
}

}  // namespace

bool HasIdentifierName(const std::string& name) {
  static constexpr std::string_view kEnterprises = "/enterprises/";
  const std::size_t at = name.find(kEnterprises);
  if (at == std::string::npos) return false;
  const std::string_view id = std::string_view(name).substr(at + kEnterprises.size());
  return id.starts_with("uscc:") || id.starts_with("lei:");
}

RecordPath::RecordPath(const Record& record)
    : message_(""),
      element_(message_.At(record.list.list, record.index)),
      record_(element_ / record.list.member),
      field_(record_ / (record.resource == nullptr ? "" : FieldOf(record.type))) {}

void StandAlone(Record* record) {
  LeaveArena(&record->resource);
  LeaveArena(&record->pristine);
}

std::unique_ptr<Record> TakeRecord(std::int64_t sequence, std::int32_t index, const std::string& parent,
                                   const resource::Families& families, v1::ImportRecord* message,
                                   const RecordList& list) {
  auto record = std::make_unique<Record>();
  record->list = list;
  record->sequence = sequence;
  record->index = index;
  record->resource = Release(message, &record->type);
  if (record->resource == nullptr) {
    Reject(record.get(), RecordPath(*record).field(), "a resource is required");
    return record;
  }
  resource::ClearServerFields(record->type, record->resource.get());
  const resource::Family& family = families.Of(record->type);
  if (family.content_used) StandAlone(record.get());
  if (!NeedsResolving(family, record.get())) {
    CheckAlone(family, parent, record.get());
    return record;
  }
  if (family.normalise) family.normalise(record->resource.get());
  if (record->type == ResourceType::kEnterprise) {
    const auto& enterprise = static_cast<const v1::Enterprise&>(*record->resource);
    if (enterprise.name().empty() && enterprise.uscc().empty() && enterprise.lei().empty()) {
      Reject(record.get(), RecordPath(*record).field() / "name", "a name, a USCC or an LEI is required");
      return record;
    }
  }
  record->pristine = std::move(record->resource);
  record->resource.reset(record->pristine->New());
  record->resource->CopyFrom(*record->pristine);
  return record;
}

std::vector<std::string> KeysOf(const Record& record, const std::string& parent) {
  std::vector<std::string> keys;
  const std::string& name = resource::NameOf(record.type, *record.resource);
  if (!name.empty()) keys.push_back(name);
  if (record.type != ResourceType::kEnterprise) return keys;
  const auto& enterprise = static_cast<const v1::Enterprise&>(*record.resource);
  const auto add = [&](const char* system, const std::string& value) {
    if (value.empty()) return;
    keys.push_back(absl::StrCat(parent, "/enterprises/", system, ":", value));
    if (name.empty()) keys.push_back(absl::StrCat(parent, "/enterprises/", system, "-", absl::AsciiStrToLower(value)));
  };
  add("uscc", enterprise.uscc());
  add("lei", enterprise.lei());
  return keys;
}

void ResolveNames(const std::string& parent, const resource::Families& families, resource::Overlay& overlay,
                  Record* record) {
  record->resource->CopyFrom(*record->pristine);
  const resource::Family& family = families.Of(record->type);
  std::string name = resource::NameOf(record->type, *record->resource);
  if (name.empty()) name = NameByIdentifier(parent, static_cast<const v1::Enterprise&>(*record->resource), overlay);
  if (HasIdentifierName(name)) ResolveOne(overlay, &name, &record->missing);
  resource::SetName(record->type, name, record->resource.get());
  if (family.enterprise_names) {
    family.enterprise_names(record->resource.get(), [&](std::string* field) {
      // A record may name itself by its own identifier, or another of the same message.
      if (HasIdentifierName(*field)) ResolveOne(overlay, field, &record->missing);
    });
  }
  if (record->missing.empty()) CheckAlone(family, parent, record);
}

}  // namespace bulian::exchange
