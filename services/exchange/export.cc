#include "services/exchange/export.h"

#include <memory>
#include <utility>
#include <vector>

#include "services/resource/resource_message.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;
using model::Row;

// Depth first along references within a type; iterative, because chains of owners may be long.
class TypeWalk {
 public:
  TypeWalk(const model::Snapshot& snapshot, const resource::Family& family,
           const std::function<bool(ResourceType, Row)>& visit)
      : snapshot_(snapshot), family_(family), visit_(visit), seen_(snapshot.RowLimit(family.type)) {}

  bool Run() {
    bool going = true;
    snapshot_.VisitByName(family_.type, "", "", [&](Row row) {
      going = Visit(row);
      return going;
    });
    return going;
  }

 private:
  struct Frame {
    Row row;
    std::vector<Row> named;
    std::size_t next = 0;
  };

  std::vector<Row> NamedBy(Row row) const {
    std::vector<Row> rows;
    // Capabilities, links, projects and matches name other types only.
    const bool within_type = family_.type == ResourceType::kCapabilityType ||
                             family_.type == ResourceType::kEnterprise || family_.type == ResourceType::kChain;
    if (!family_.references || !within_type) return rows;
    std::unique_ptr<google::protobuf::Message> resource(family_.prototype->New());
    resource::ReadResource(snapshot_, family_.type, row, resource.get());
    std::vector<std::string_view> names;
    family_.references(*resource, &names);
    for (std::string_view name : names) {
      const Row named = snapshot_.Find(family_.type, name);
      if (named != model::kNoRow) rows.push_back(named);
    }
    return rows;
  }

  bool Visit(Row start) {
    if (seen_[start]) return true;
    std::vector<Frame> stack;
    seen_[start] = true;
    stack.push_back({start, NamedBy(start)});
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next < top.named.size()) {
        const Row next = top.named[top.next++];
        if (seen_[next]) continue;
        seen_[next] = true;
        stack.push_back({next, NamedBy(next)});
        continue;
      }
      const Row row = top.row;
      stack.pop_back();
      if (!visit_(family_.type, row)) return false;
    }
    return true;
  }

  const model::Snapshot& snapshot_;
  const resource::Family& family_;
  const std::function<bool(ResourceType, Row)>& visit_;
  std::vector<bool> seen_;
};

}  // namespace

void VisitInImportOrder(const model::Snapshot& snapshot, const resource::Families& families,
                        const std::function<bool(ResourceType, Row)>& visit) {
  for (int i = 0; i < model::kResourceTypeCount; ++i) {
    const auto type = static_cast<ResourceType>(i);
    if (families.Has(type) && !TypeWalk(snapshot, families.Of(type), visit).Run()) return;
  }
}

}  // namespace bulian::exchange
