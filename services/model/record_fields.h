// Single fields of a record's bytes without parsing the whole message.
#ifndef SERVICES_MODEL_RECORD_FIELDS_H_
#define SERVICES_MODEL_RECORD_FIELDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulian::model {

// Calls visit(bytes) for each length-delimited field of this number at the top level of a serialised message. Stops
// silently at malformed bytes.
void VisitField(std::string_view message, int field_number, const std::function<void(std::string_view)>& visit);

// The last value of a string field; empty if there is none.
std::string_view StringField(std::string_view message, int field_number);

// The last value of a number field (an integer, enum or bool); 0 if there is none.
std::uint64_t NumberField(std::string_view message, int field_number);

// Of a serialised Enterprise: its sites as (site_id, region code as a number or 0), in order.
std::vector<std::pair<std::string_view, std::uint32_t>> SitesOf(std::string_view enterprise);
// Of a serialised Enterprise: its identifiers as (system, value): `uscc`, `lei` and the external ones.
std::vector<std::pair<std::string_view, std::string_view>> IdentifiersOf(std::string_view enterprise);
// Of a serialised Capability: the id of its site; empty: the first of its enterprise.
std::string_view SiteOf(std::string_view capability);

// A GB/T 2260 code of six digits as a number; 0 for anything else.
std::uint32_t RegionNumber(std::string_view code);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_RECORD_FIELDS_H_
