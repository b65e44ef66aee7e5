#include "tools/cli/resource_calls.h"

#include <array>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "google/protobuf/util/time_util.h"

namespace bulian::cli {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr std::array<ResourceCalls, 8> kCalls = {{
    {"clusters", "ClusterService", "Cluster", "Clusters", "cluster"},
    {"enterprises", "EnterpriseService", "Enterprise", "Enterprises", "enterprise"},
    {"capabilityTypes", "CapabilityService", "CapabilityType", "CapabilityTypes", "capability_type"},
    {"capabilities", "CapabilityService", "Capability", "Capabilities", "capability"},
    {"chains", "ChainService", "Chain", "Chains", "chain"},
    {"supplyLinks", "ChainService", "SupplyLink", "SupplyLinks", "supply_link"},
    {"projects", "ProjectService", "Project", "Projects", "project"},
    {"matches", "MatchRecordService", "Match", "Matches", "match"},
}};

MessagePtr NewMessage(const std::string& name) {
  const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName("bulian.v1." + name);
  return MessagePtr(MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

const google::protobuf::FieldDescriptor* Field(const Message& message, const char* field) {
  return message.GetDescriptor()->FindFieldByName(field);
}

std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string Amount(const google::type::Money& money) {
  return money.currency_code().empty() ? "" : std::to_string(money.units()) + " " + money.currency_code();
}

std::string Join(const auto& values, int most = 4) {
  std::string text;
  for (int i = 0; i < values.size() && i < most; ++i) text += (i ? " " : "") + values[i];
  return values.size() > most ? text + " …" : text;
}

std::string CapacityText(const v1::Capacity& capacity) {
  if (!capacity.has_total()) return "";
  std::string number = std::to_string(capacity.total().value());
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  const bool stock = capacity.total().period() == v1::PERIOD_UNSPECIFIED;
  return number + " " + capacity.total().unit() + (stock ? "" : "/" + v1::Period_Name(capacity.total().period()));
}

}  // namespace

std::string ResourceCalls::Method(std::string_view verb) const {
  const bool many = verb == "List" || verb == "BatchGet";
  return "bulian.v1." + std::string(service) + "/" + std::string(verb) + std::string(many ? plural : singular);
}

MessagePtr ResourceCalls::Request(std::string_view verb) const {
  const bool many = verb == "List" || verb == "BatchGet";
  return NewMessage(std::string(verb) + std::string(many ? plural : singular) + "Request");
}

MessagePtr ResourceCalls::NewResource() const { return NewMessage(std::string(singular)); }

const ResourceCalls* FindByName(std::string_view name) {
  const std::size_t id = name.rfind('/');
  return id == std::string_view::npos ? nullptr : FindByCollection(name.substr(0, id));
}

const ResourceCalls* FindByCollection(std::string_view collection_name) {
  const std::string_view last = collection_name.substr(collection_name.rfind('/') + 1);
  for (const auto& calls : kCalls)
    if (calls.collection == last) return &calls;
  return nullptr;
}

const ResourceCalls* FindByField(std::string_view field) {
  for (const auto& calls : kCalls)
    if (calls.field == field) return &calls;
  return nullptr;
}

void SetString(Message* message, const char* field, std::string_view value) {
  if (const auto* f = Field(*message, field)) message->GetReflection()->SetString(message, f, std::string(value));
}

void SetBool(Message* message, const char* field, bool value) {
  if (const auto* f = Field(*message, field)) message->GetReflection()->SetBool(message, f, value);
}

void SetInt(Message* message, const char* field, int value) {
  if (const auto* f = Field(*message, field)) message->GetReflection()->SetInt32(message, f, value);
}

std::string GetString(const Message& message, const char* field) {
  const auto* f = Field(message, field);
  return f == nullptr ? "" : message.GetReflection()->GetString(message, f);
}

Table ResourceTable(const ResourceCalls& calls, const Options& o) {
  const std::string name(o.Word("NAME", "资源名")), shown(o.Word("DISPLAY NAME", "名称")), kind(o.Word("KIND", "类别"));
  const std::string type(o.Word("TYPE", "能力类型")), evidence(o.Word("EVIDENCE", "证据"));
  if (calls.field == "cluster")
    return Table({name, shown, std::string(o.Word("REGIONS", "区域")), std::string(o.Word("AS OF", "日期"))});
  if (calls.field == "enterprise")
    return Table({name, shown, kind, "USCC", std::string(o.Word("REGION", "区域")),
                  std::string(o.Word("INDUSTRIES", "行业")), std::string(o.Word("QUALIFICATIONS", "资质"))});
  if (calls.field == "capability_type")
    return Table({name, shown, kind, std::string(o.Word("UNIT", "单位")), std::string(o.Word("PARENTS", "上级类型"))});
  if (calls.field == "capability")
    return Table(
        {name, type, std::string(o.Word("LEVEL", "成熟度")), ">" + std::string(o.Word("CAPACITY", "产能")), evidence});
  if (calls.field == "chain") return Table({name, shown, ">" + std::string(o.Word("SEGMENTS", "环节数"))});
  if (calls.field == "supply_link")
    return Table({name, std::string(o.Word("SUPPLIER", "供方")), std::string(o.Word("BUYER", "需方")), type,
                  ">" + std::string(o.Word("YEAR", "年份")), ">" + std::string(o.Word("VALUE", "金额")), evidence});
  if (calls.field == "match")
    return Table({name, std::string(o.Word("STATE", "阶段")), std::string(o.Word("NEED", "需求")),
                  std::string(o.Word("ENTERPRISE", "企业")), std::string(o.Word("SINCE", "更新于")),
                  std::string(o.Word("NOTE", "备注"))});
  return Table({name, shown, std::string(o.Word("STATE", "阶段")), std::string(o.Word("OWNER", "业主")),
                ">" + std::string(o.Word("AMOUNT", "投资额")), std::string(o.Word("PRODUCTION", "投产"))});
}

void AddResourceRow(const Message& resource, const Options& o, Table* table) {
  const auto day = [](const google::type::Date& d) {
    if (d.year() == 0) return std::string();
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", d.year(), d.month(), d.day());
    return std::string(text);
  };
  if (const auto* c = dynamic_cast<const v1::Cluster*>(&resource)) {
    table->AddRow({c->name(), o.Text(c->display_name()), Join(c->region_codes()), day(c->as_of())});
  } else if (const auto* e = dynamic_cast<const v1::Enterprise*>(&resource)) {
    table->AddRow({e->name(), o.Text(e->display_name()), v1::Enterprise::Kind_Name(e->kind()), e->uscc(),
                   e->sites_size() ? e->sites(0).region_code() : "", Join(e->industry_codes()),
                   Join(e->qualifications())});
  } else if (const auto* t = dynamic_cast<const v1::CapabilityType*>(&resource)) {
    std::string parents;
    for (const auto& parent : t->parents()) parents += (parents.empty() ? "" : " ") + LastPart(parent);
    table->AddRow({t->name(), o.Text(t->display_name()), v1::CapabilityType::Kind_Name(t->kind()), t->unit(), parents});
  } else if (const auto* a = dynamic_cast<const v1::Capability*>(&resource)) {
    table->AddRow({a->name(), LastPart(a->capability_type()), v1::Level_Name(a->level()), CapacityText(a->capacity()),
                   v1::Evidence::State_Name(a->evidence().state())});
  } else if (const auto* h = dynamic_cast<const v1::Chain*>(&resource)) {
    table->AddRow({h->name(), o.Text(h->display_name()), std::to_string(h->segments_size())});
  } else if (const auto* l = dynamic_cast<const v1::SupplyLink*>(&resource)) {
    table->AddRow({l->name(), LastPart(l->supplier()), LastPart(l->buyer()), LastPart(l->product_type()),
                   l->year() ? std::to_string(l->year()) : "", Amount(l->value()),
                   v1::Evidence::State_Name(l->evidence().state())});
  } else if (const auto* p = dynamic_cast<const v1::Project*>(&resource)) {
    table->AddRow({p->name(), o.Text(p->display_name()), v1::Project::State_Name(p->state()), LastPart(p->owner()),
                   Amount(p->amount()), day(p->production_date())});
  } else if (const auto* m = dynamic_cast<const v1::Match*>(&resource)) {
    const std::string need = m->has_requirement() ? m->requirement().capability_type() : m->segment();
    const std::string since =
        m->history().empty() ? "" : google::protobuf::util::TimeUtil::ToString(m->history().rbegin()->time());
    std::string state = v1::Match::State_Name(m->state());
    if (m->state() == v1::Match::REJECTED) state += " " + v1::Match::RejectionReason_Name(m->rejection_reason());
    table->AddRow({m->name(), state, LastPart(need), LastPart(m->enterprise()), since.substr(0, 10), m->note()});
  }
}

}  // namespace bulian::cli
