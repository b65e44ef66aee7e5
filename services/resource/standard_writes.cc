#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/model/error.h"
#include "services/resource/removal.h"
#include "services/resource/resource_message.h"
#include "services/resource/standard_methods.h"
#include "services/resource/update_mask.h"

namespace bulian::resource {

using google::protobuf::Message;
using model::ResourceType;

namespace {

std::unique_ptr<Message> CopyOf(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

WriteCall WriteCallOf(rpc::CallContext& call, const Message& request, const RequestShape& shape,
                      std::string_view name) {
  WriteCall write;
  write.call = &call;
  write.cluster = std::string(model::ClusterIdOf(name));
  write.request_id = shape.Text(request, "request_id");
  write.payload_digest = PayloadDigest(request);
  write.validate_only = shape.Flag(request, "validate_only");
  return write;
}

}  // namespace

absl::Status StandardMethods::StageCreate(const std::string& name, const Message& wanted, const FieldPath& field,
                                          Overlay& overlay, const Stamper& stamper, Message* staged) const {
  const auto parsed = model::ParseResourceName(name);
  if (parsed->type == ResourceType::kCapability && !overlay.Exists(ResourceType::kEnterprise, parsed->parent)) {
    return model::NotFound(parsed->parent);
  }
  staged->CopyFrom(wanted);
  ClearServerFields(type_, staged);
  SetName(type_, name, staged);
  if (family().normalise) family().normalise(staged);
  if (family().carry) family().carry(nullptr, stamper, staged);
  StampCreate(type_, (*stamper.new_uid)(), stamper.now, staged);
  const bool exists = overlay.Exists(type_, name);
  overlay.Put(type_, staged);
  Findings findings;
  Validate(family(), *staged, field, overlay, &findings);
  if (findings.clean()) {
    StageFollowUps(family(), context_->families, nullptr, *staged, field, stamper, overlay, &findings);
  }
  if (!findings.violations.empty() || !findings.missing.empty()) return findings.ToStatus();
  if (exists) return model::AlreadyExists(name);
  return findings.ToStatus();
}

absl::Status StandardMethods::Create(rpc::CallContext& call, const Message& request, Message* resource) const {
  const RequestShape shape = ShapeOf(request);
  const std::string parent = shape.Text(request, "parent");
  const std::string id = shape.Text(request, shape.id_field());
  model::Violations violations;
  const bool cluster = type_ == ResourceType::kCluster;
  if (!cluster && !IsParent(parent, false)) {
    violations.Add("parent", parent.empty() ? "is required" : "is not the name of a parent");
  }
  if (!model::IsValidId(id)) {
    violations.Add(shape.id_field(), id.empty() ? "is required" : "must match [a-z]([a-z0-9-]{0,61}[a-z0-9])?");
  }
  if (!shape.HasResource(request)) violations.Add(shape.resource_field(), "is required");
  CheckRequestId(shape.Text(request, "request_id"), &violations);
  const std::string field = shape.resource_field();
  if (!violations.empty()) {
    // The resource's own rules speak too, so that all violations come at once.
    std::unique_ptr<Message> copy = CopyOf(shape.Resource(request));
    if (family().normalise) family().normalise(copy.get());
    if (shape.HasResource(request) && family().check) family().check(*copy, field, &violations);
    return violations.ToStatus();
  }
  const std::string name = model::MakeName(parent, type_, id);
  WriteCall write = WriteCallOf(call, request, shape, name);
  write.create_cluster = cluster;
  std::unique_ptr<Message> staged(family().prototype->New());
  const auto result = Writer(context_.get()).Run(write, [&](Overlay& overlay, const Stamper& stamper) {
    return StageCreate(name, shape.Resource(request), field, overlay, stamper, staged.get());
  });
  if (!result.ok()) return result.status();
  return Answer(call, *result, name, write.validate_only, std::move(staged), resource);
}

absl::Status StandardMethods::Answer(rpc::CallContext& call, const WriteResult& result, const std::string& name,
                                     bool validate_only, std::unique_ptr<Message> preview, Message* resource) const {
  if (validate_only && !result.committed) {
    resource->CopyFrom(*preview);
    // What does not exist has no uid and no times yet.
    if (result.snapshot->Find(type_, name) == model::kNoRow) ClearServerFields(type_, resource);
    if (result.snapshot->position().revision > 0) AddRevisionTrailer(call, *result.snapshot);
    return absl::OkStatus();
  }
  AddRevisionTrailer(call, *result.snapshot);
  const model::Row row = result.snapshot->Find(type_, name);
  if (row == model::kNoRow) return model::NotFound(name);
  ReadResource(*result.snapshot, type_, row, resource);
  return absl::OkStatus();
}

absl::Status StandardMethods::StageUpdate(const Message& request, const RequestShape& shape, Overlay& overlay,
                                          const Stamper& stamper, Message* staged) const {
  const Message& wanted = shape.Resource(request);
  const std::string& name = NameOf(type_, wanted);
  const std::string& etag = EtagOf(type_, wanted);
  const Message* before = overlay.Get(type_, name);
  if (before == nullptr) {
    if (!shape.Flag(request, "allow_missing")) return model::NotFound(name);
    if (!etag.empty()) return EtagMismatch(name, etag);
    return StageCreate(name, wanted, shape.resource_field(), overlay, stamper, staged);
  }
  if (!etag.empty() && etag != EtagOf(type_, *before)) return EtagMismatch(name, etag);
  model::Violations mask_violations;
  const std::vector<std::string> paths = PathsToUpdate(shape.UpdateMask(request), wanted, &mask_violations);
  staged->CopyFrom(*before);
  CopyPaths(paths, wanted, staged);
  if (family().normalise) family().normalise(staged);
  if (family().carry) family().carry(before, stamper, staged);
  StampUpdate(type_, *before, stamper.now, staged);
  overlay.Put(type_, staged);
  Findings findings;
  findings.violations = mask_violations;
  Validate(family(), *staged, shape.resource_field(), overlay, &findings);
  if (findings.clean()) {
    StageFollowUps(family(), context_->families, before, *staged, shape.resource_field(), stamper, overlay, &findings);
  }
  return findings.ToStatus();
}

absl::Status StandardMethods::RefuseUpdate(const Message& request, const RequestShape& shape,
                                           model::Violations violations) const {
  if (!shape.HasResource(request)) return violations.ToStatus();
  const Message& wanted = shape.Resource(request);
  const std::string& name = NameOf(type_, wanted);
  const bool allow_missing = shape.Flag(request, "allow_missing");
  const auto current = context_->views->Current(std::string(model::ClusterIdOf(name)));
  Overlay overlay(current.ok() ? *current : EmptySnapshot(model::ClusterIdOf(name)), &context_->families);
  const Message* before = overlay.Get(type_, name);
  // Without the stored rest of it, only what would be created is whole enough to be judged.
  if (before == nullptr && !allow_missing) return violations.ToStatus();
  std::unique_ptr<Message> staged = CopyOf(before == nullptr ? wanted : *before);
  model::Violations told_already;
  if (before != nullptr)
    CopyPaths(PathsToUpdate(shape.UpdateMask(request), wanted, &told_already), wanted, staged.get());
  if (family().normalise) family().normalise(staged.get());
  if (family().check) family().check(*staged, shape.resource_field(), &violations);
  return violations.ToStatus();
}

absl::Status StandardMethods::Update(rpc::CallContext& call, const Message& request, Message* resource) const {
  const RequestShape shape = ShapeOf(request);
  model::Violations violations;
  CheckRequestId(shape.Text(request, "request_id"), &violations);
  std::string name;
  if (!shape.HasResource(request)) {
    violations.Add(shape.resource_field(), "is required");
  } else {
    name = NameOf(type_, shape.Resource(request));
    CheckName(name, absl::StrCat(shape.resource_field(), ".name"), &violations);
  }
  PathsToUpdate(shape.UpdateMask(request), shape.Resource(request), &violations);
  if (!violations.empty()) return RefuseUpdate(request, shape, std::move(violations));
  WriteCall write = WriteCallOf(call, request, shape, name);
  if (type_ == ResourceType::kCluster && shape.Flag(request, "allow_missing")) {
    const auto current = context_->views->Current(write.cluster);
    write.create_cluster = !current.ok() && absl::IsNotFound(current.status());
  }
  std::unique_ptr<Message> staged(family().prototype->New());
  const auto result = Writer(context_.get()).Run(write, [&](Overlay& overlay, const Stamper& stamper) {
    return StageUpdate(request, shape, overlay, stamper, staged.get());
  });
  if (!result.ok()) return result.status();
  return Answer(call, *result, name, write.validate_only, std::move(staged), resource);
}

absl::Status StandardMethods::StageDelete(const Message& request, const RequestShape& shape, Overlay& overlay) const {
  const std::string name = shape.Text(request, "name");
  const std::string etag = shape.Text(request, "etag");
  const Message* before = overlay.Get(type_, name);
  if (before == nullptr) {
    if (!etag.empty() && shape.Flag(request, "allow_missing")) return EtagMismatch(name, etag);
    return shape.Flag(request, "allow_missing") ? absl::OkStatus() : model::NotFound(name);
  }
  if (!etag.empty() && etag != EtagOf(type_, *before)) return EtagMismatch(name, etag);
  return StageRemoval(context_->families, name, shape.Flag(request, "force"), overlay);
}

absl::Status StandardMethods::Delete(rpc::CallContext& call, const Message& request) const {
  const RequestShape shape = ShapeOf(request);
  const std::string name = shape.Text(request, "name");
  model::Violations violations;
  CheckName(name, "name", &violations);
  CheckRequestId(shape.Text(request, "request_id"), &violations);
  if (!violations.empty()) return violations.ToStatus();
  const auto result =
      Writer(context_.get()).Run(WriteCallOf(call, request, shape, name), [&](Overlay& overlay, const Stamper&) {
        return StageDelete(request, shape, overlay);
      });
  if (!result.ok()) return result.status();
  AddRevisionTrailer(call, *result->snapshot);
  return absl::OkStatus();
}

}  // namespace bulian::resource
