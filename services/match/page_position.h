// Where a list of candidates goes on: the rank, and the states of the other clusters it is made of. Pure.
#ifndef SERVICES_MATCH_PAGE_POSITION_H_
#define SERVICES_MATCH_PAGE_POSITION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::match {

// Which potential model: the revisions its signals and its lesson are of; 0: none.
struct PotentialRevisions {
  std::int64_t records = 0, lesson = 0;
};

struct PagePosition {
  struct Pin {
    std::string cluster, uid;  // id and uid of another cluster
    std::int64_t epoch = 0, revision = 0;
  };
  std::size_t offset = 0;
  PotentialRevisions model;  // what the first page was ranked with
  std::vector<Pin> others;
  std::vector<std::string> unreachable;  // as the first page said
};

// Text to seal into a page token, and back; nullopt for anything Encode does not make.
std::string EncodePosition(const PagePosition& position);
std::optional<PagePosition> DecodePosition(std::string_view text);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PAGE_POSITION_H_
