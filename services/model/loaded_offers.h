// Offers kept in the order a load brings them until all are there: then those of each type are put together in one go,
// side by side in memory, instead of one by one wherever there is room. Belongs to one thread.
#ifndef SERVICES_MODEL_LOADED_OFFERS_H_
#define SERVICES_MODEL_LOADED_OFFERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "services/model/compiled_capability.h"
#include "services/model/offer_postings.h"

namespace bulian::model {

class LoadedOffers {
 public:
  bool empty() const { return chunks_.empty(); }
  // Takes the offer of a capability's row, with the extras of `compiled`; returns the slot it will have among those of
  // its type.
  std::uint32_t Add(Row row, const Offer& offer, const CompiledCapability& compiled);
  // Calls place(type, its offers) once for every type that has some; kNoRow: those without a type. Empty afterwards.
  void Build(const std::function<void(Row type, OfferPostings offers)>& place);

 private:
  static constexpr std::size_t kChunkOffers = 4096;
  struct Ends {
    std::uint32_t attributes = 0, words = 0, certificates = 0;
  };
  struct Chunk {
    std::vector<Row> rows;
    std::vector<Offer> offers;
    std::vector<Ends> ends;  // of what the offers state, one behind the other
    std::vector<OfferAttribute> attributes;
    std::vector<Symbol> words;
    std::vector<OfferCertificate> certificates;
  };

  std::vector<std::uint32_t> ByType() const;
  OfferPostings PostingsOf(std::span<const std::uint32_t> numbers) const;
  // The offers of these numbers, at most kOfferBlockSlots, as a block.
  OfferBlock BlockOf(std::span<const std::uint32_t> numbers) const;
  // They lie anywhere: asked for ahead, the waits overlap.
  void Prefetch(std::span<const std::uint32_t> numbers) const;
  std::uint32_t& CountOf(Row type);

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::uint32_t> counts_;  // by type
  std::uint32_t without_type_ = 0;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_LOADED_OFFERS_H_
