#include "services/store/digest.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

namespace bulian::store {
namespace {

// The default provider always has SHA-256; without it nothing could be stored safely.
void Require(int ok) {
  if (ok == 1) return;
  std::fputs("SHA-256 is not available\n", stderr);
  std::abort();
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  Require(context_ != nullptr ? 1 : 0);
  Require(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr));
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::Update(std::string_view bytes) { Require(EVP_DigestUpdate(context_, bytes.data(), bytes.size())); }

std::string Sha256::Finish() {
  std::string digest(kDigestBytes, '\0');
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), &size));
  Require(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr));
  return digest;
}

std::string Sha256Of(std::string_view bytes) {
  Sha256 sha;
  sha.Update(bytes);
  return sha.Finish();
}

}  // namespace bulian::store
