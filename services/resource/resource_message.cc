#include "services/resource/resource_message.h"

#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "google/protobuf/io/coded_stream.h"

namespace bulian::resource {
namespace {

using google::protobuf::Message;
using google::protobuf::io::CodedOutputStream;
using model::ResourceType;

template <class Resource, class MessageType>
auto& As(MessageType& message) {
  if constexpr (std::is_const_v<MessageType>) {
    return static_cast<const Resource&>(message);
  } else {
    return static_cast<Resource&>(message);
  }
}

template <class MessageType, class Visit>
decltype(auto) Dispatch(ResourceType type, MessageType& message, Visit&& visit) {
  switch (type) {
    case ResourceType::kCluster:
      return visit(As<v1::Cluster>(message));
    case ResourceType::kCapabilityType:
      return visit(As<v1::CapabilityType>(message));
    case ResourceType::kEnterprise:
      return visit(As<v1::Enterprise>(message));
    case ResourceType::kCapability:
      return visit(As<v1::Capability>(message));
    case ResourceType::kChain:
      return visit(As<v1::Chain>(message));
    case ResourceType::kSupplyLink:
      return visit(As<v1::SupplyLink>(message));
    case ResourceType::kProject:
      return visit(As<v1::Project>(message));
    case ResourceType::kMatch:
      return visit(As<v1::Match>(message));
  }
  std::abort();
}

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<std::int32_t>(rest * 1000));
}

// Maps are written in key order, so that equal resources have equal bytes.
std::string Serialised(const Message& message) {
  std::string bytes(message.ByteSizeLong(), '\0');
  auto* begin = reinterpret_cast<std::uint8_t*>(bytes.data());
  google::protobuf::io::EpsCopyOutputStream stream(begin, static_cast<int>(bytes.size()), /*deterministic=*/true);
  message._InternalSerialize(begin, &stream);
  return bytes;
}

}  // namespace

const std::string& NameOf(ResourceType type, const Message& message) {
  return Dispatch(type, message, [](const auto& resource) -> const std::string& { return resource.name(); });
}

void SetName(ResourceType type, std::string_view name, Message* message) {
  Dispatch(type, *message, [&](auto& resource) { resource.set_name(name.data(), name.size()); });
}

const std::string& EtagOf(ResourceType type, const Message& message) {
  return Dispatch(type, message, [](const auto& resource) -> const std::string& { return resource.etag(); });
}

void ClearServerFields(ResourceType type, Message* message) {
  Dispatch(type, *message, [](auto& resource) {
    resource.clear_uid();
    resource.clear_create_time();
    resource.clear_update_time();
    resource.clear_etag();
  });
}

void StampCreate(ResourceType type, std::string_view uid, absl::Time now, Message* message) {
  Dispatch(type, *message, [&](auto& resource) {
    if (type == ResourceType::kCluster) {
      resource.clear_uid();
    } else {
      resource.set_uid(uid.data(), uid.size());
    }
    SetTime(now, resource.mutable_create_time());
    SetTime(now, resource.mutable_update_time());
    resource.clear_etag();
  });
}

void StampUpdate(ResourceType type, const Message& before, absl::Time now, Message* message) {
  Dispatch(type, *message, [&](auto& resource) {
    const auto& stored = static_cast<const std::remove_reference_t<decltype(resource)>&>(before);
    if (type == ResourceType::kCluster) {
      resource.clear_uid();
    } else {
      resource.set_uid(stored.uid());
    }
    *resource.mutable_create_time() = stored.create_time();
    SetTime(now, resource.mutable_update_time());
    resource.clear_etag();
  });
}

std::string StoredBytes(ResourceType type, Message* message) {
  return Dispatch(type, *message, [](auto& resource) {
    // Left out after it is written: to take it out of a message on an arena and to put it back costs two copies more.
    static_assert(std::remove_reference_t<decltype(resource)>::kNameFieldNumber == 1, "the name is written first");
    const std::size_t size = resource.name().size();
    const std::size_t name_bytes =
        size == 0 ? 0 : 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size)) + size;
    std::string etag;
    const bool has_etag = !resource.etag().empty();
    if (has_etag) etag.swap(*resource.mutable_etag());
    std::string bytes = Serialised(resource);
    bytes.erase(0, name_bytes);
    if (has_etag) etag.swap(*resource.mutable_etag());
    return bytes;
  });
}

bool SameContent(ResourceType type, Message* message, const Message& before) {
  return Dispatch(type, *message, [&](auto& resource) {
    using Resource = std::remove_reference_t<decltype(resource)>;
    const auto& stored = static_cast<const Resource&>(before);
    Resource& mine = resource;
    mine.set_uid(stored.uid());
    *mine.mutable_create_time() = stored.create_time();
    *mine.mutable_update_time() = stored.update_time();
    mine.set_etag(stored.etag());
    std::string name = stored.name();
    name.swap(*mine.mutable_name());
    const bool same = Serialised(mine) == Serialised(stored);
    name.swap(*mine.mutable_name());
    mine.clear_etag();
    return same;
  });
}

void ReadResource(const model::Snapshot& snapshot, ResourceType type, model::Row row, Message* message) {
  snapshot.Read(type, row, message);
  if (type == ResourceType::kCluster) static_cast<v1::Cluster*>(message)->set_uid(snapshot.position().cluster_uid);
}

}  // namespace bulian::resource
