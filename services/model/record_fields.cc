#include "services/model/record_fields.h"

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"

namespace bulian::model {
namespace {

// Reads a base-128 number; false at the end or when it is too long.
bool ReadVarint(std::string_view& bytes, std::uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    *value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

bool Skip(std::string_view& bytes, std::uint64_t size) {
  if (size > bytes.size()) return false;
  bytes.remove_prefix(size);
  return true;
}

// Calls bytes(field, bytes) or number(field, value) for the fields of these two forms, until the end or malformed
// bytes.
template <class Bytes, class Number>
void Walk(std::string_view message, const Bytes& bytes, const Number& number) {
  std::uint64_t tag = 0, size = 0;
  while (!message.empty() && ReadVarint(message, &tag)) {
    switch (tag & 7) {
      case 0:
        if (!ReadVarint(message, &size)) return;
        number(static_cast<int>(tag >> 3), size);
        break;
      case 1:
        if (!Skip(message, 8)) return;
        break;
      case 2:
        if (!ReadVarint(message, &size) || size > message.size()) return;
        bytes(static_cast<int>(tag >> 3), message.substr(0, size));
        message.remove_prefix(size);
        break;
      case 5:
        if (!Skip(message, 4)) return;
        break;
      default:
        return;
    }
  }
}

}  // namespace

void VisitField(std::string_view message, int field_number, const std::function<void(std::string_view)>& visit) {
  Walk(
      message,
      [&](int field, std::string_view bytes) {
        if (field == field_number) visit(bytes);
      },
      [](int, std::uint64_t) {});
}

std::uint64_t NumberField(std::string_view message, int field_number) {
  std::uint64_t value = 0;
  Walk(
      message, [](int, std::string_view) {},
      [&](int field, std::uint64_t number) {
        if (field == field_number) value = number;
      });
  return value;
}

std::string_view StringField(std::string_view message, int field_number) {
  std::string_view value;
  VisitField(message, field_number, [&](std::string_view bytes) { value = bytes; });
  return value;
}

std::vector<std::pair<std::string_view, std::uint32_t>> SitesOf(std::string_view enterprise) {
  std::vector<std::pair<std::string_view, std::uint32_t>> sites;
  VisitField(enterprise, v1::Enterprise::kSitesFieldNumber, [&](std::string_view site) {
    sites.emplace_back(StringField(site, v1::Site::kSiteIdFieldNumber),
                       RegionNumber(StringField(site, v1::Site::kRegionCodeFieldNumber)));
  });
  return sites;
}

std::vector<std::pair<std::string_view, std::string_view>> IdentifiersOf(std::string_view enterprise) {
  std::vector<std::pair<std::string_view, std::string_view>> identifiers;
  if (const auto uscc = StringField(enterprise, v1::Enterprise::kUsccFieldNumber); !uscc.empty())
    identifiers.emplace_back("uscc", uscc);
  if (const auto lei = StringField(enterprise, v1::Enterprise::kLeiFieldNumber); !lei.empty())
    identifiers.emplace_back("lei", lei);
  VisitField(enterprise, v1::Enterprise::kIdentifiersFieldNumber, [&](std::string_view identifier) {
    identifiers.emplace_back(StringField(identifier, v1::ExternalIdentifier::kSystemFieldNumber),
                             StringField(identifier, v1::ExternalIdentifier::kValueFieldNumber));
  });
  return identifiers;
}

std::string_view SiteOf(std::string_view capability) {
  return StringField(capability, v1::Capability::kSiteFieldNumber);
}

std::uint32_t RegionNumber(std::string_view code) {
  if (code.size() != 6) return 0;
  std::uint32_t number = 0;
  for (const char c : code) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
}

}  // namespace bulian::model
