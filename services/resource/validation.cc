#include "services/resource/validation.h"

#include <memory>
#include <utility>
#include <vector>

#include "services/resource/resource_message.h"

namespace bulian::resource {

using google::protobuf::Message;

void Validate(const Family& family, const Message& resource, const FieldPath& field, Overlay& overlay,
              Findings* findings) {
  if (family.check) family.check(resource, field, &findings->violations);
  if (family.check_references) family.check_references(resource, field, overlay, findings);
}

void StageFollowUps(const Family& family, const Families& families, const Message* before, const Message& resource,
                    const FieldPath& field, const Stamper& stamper, Overlay& overlay, Findings* findings) {
  if (!family.follow_up) return;
  std::vector<std::unique_ptr<Message>> more;
  family.follow_up(before, resource, overlay, &more);
  for (std::unique_ptr<Message>& brought : more) {
    for (int i = 0; i < model::kResourceTypeCount; ++i) {
      const auto type = static_cast<model::ResourceType>(i);
      if (!families.Has(type) || families.Of(type).prototype->GetDescriptor() != brought->GetDescriptor()) continue;
      Message* staged = brought.get();
      const Family& brought_family = families.Of(type);
      if (brought_family.normalise) brought_family.normalise(staged);
      if (brought_family.carry) brought_family.carry(nullptr, stamper, staged);
      StampCreate(type, (*stamper.new_uid)(), stamper.now, staged);
      overlay.PutOwned(type, std::move(brought));
      Validate(brought_family, *staged, field, overlay, findings);
      break;
    }
  }
}

}  // namespace bulian::resource
