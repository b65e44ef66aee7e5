// SHA-256, fed in pieces. Not thread-safe.
#ifndef SERVICES_STORE_DIGEST_H_
#define SERVICES_STORE_DIGEST_H_

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace bulian::store {

inline constexpr std::size_t kDigestBytes = 32;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // The digest of all updates, 32 bytes; starts afresh.
  std::string Finish();

 private:
  evp_md_ctx_st* context_;
};

std::string Sha256Of(std::string_view bytes);

}  // namespace bulian::store

#endif  // SERVICES_STORE_DIGEST_H_
