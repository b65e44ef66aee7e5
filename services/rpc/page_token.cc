#include "services/rpc/page_token.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "bulian/internal/v1/page_token.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kSecretBytes = 32;

std::string Mac(std::string_view secret, std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

absl::Status Invalid() {
  return model::Error(absl::StatusCode::kInvalidArgument, v1::PAGE_TOKEN_INVALID,
                      "the page token is broken, or belongs to another query, caller or server");
}

absl::Status FileError(absl::StatusCode code, const std::string& path, std::string_view what) {
  return model::Error(code, v1::STORE_FAILED, "key file " + path + ": " + std::string(what));
}

// Closes on scope exit.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::StatusOr<std::string> ReadSecret(int fd, const std::string& path) {
  std::string secret(kSecretBytes + 1, '\0');
  const ssize_t got = read(fd, secret.data(), secret.size());
  if (got < 0) return FileError(absl::StatusCode::kUnavailable, path, std::strerror(errno));
  if (static_cast<std::size_t>(got) != kSecretBytes) {
    return FileError(absl::StatusCode::kFailedPrecondition, path,
                     "not 32 bytes long; remove it to have a new one made");
  }
  secret.resize(kSecretBytes);
  return secret;
}

}  // namespace

PageTokens::PageTokens(std::string secret) : secret_(std::move(secret)) {}

std::string PageTokens::Seal(const PageCursor& cursor) const {
  internal::v1::PageToken inside;
  inside.set_cluster_uid(cursor.cluster_uid);
  inside.set_epoch(cursor.epoch);
  inside.set_revision(cursor.revision);
  inside.set_last_key(cursor.last_key);
  inside.set_params_hash(cursor.params_hash);
  inside.set_caller(cursor.caller);
  std::string body = inside.SerializeAsString();
  body += Mac(secret_, body);
  return absl::WebSafeBase64Escape(body);
}

absl::StatusOr<PageCursor> PageTokens::Open(std::string_view token, std::string_view params_hash,
                                            std::string_view caller) const {
  std::string sealed;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &sealed) ||
      sealed.size() < kMacBytes) {
    return Invalid();
  }
  const std::string_view body(sealed.data(), sealed.size() - kMacBytes);
  const std::string expected = Mac(secret_, body);
  if (CRYPTO_memcmp(expected.data(), sealed.data() + body.size(), kMacBytes) != 0) return Invalid();
  internal::v1::PageToken inside;
  if (!inside.ParseFromArray(body.data(), static_cast<int>(body.size()))) return Invalid();
  if (inside.params_hash() != params_hash || inside.caller() != caller) return Invalid();
  return PageCursor{inside.cluster_uid(), inside.epoch(),       inside.revision(),
                    inside.last_key(),    inside.params_hash(), inside.caller()};
}

std::string HashOfParams(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> params(request.New());
  params->CopyFrom(request);
  for (const char* field : {"page_token", "page_size"}) {
    if (const auto* descriptor = params->GetDescriptor()->FindFieldByName(field)) {
      params->GetReflection()->ClearField(params.get(), descriptor);
    }
  }
  std::string text = params->GetDescriptor()->full_name();
  text.push_back('\0');
  {
    google::protobuf::io::StringOutputStream stream(&text);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    params->SerializeToCodedStream(&coded);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& path) {
  {
    const File existing(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (existing.fd() >= 0) return ReadSecret(existing.fd(), path);
    if (errno != ENOENT) return FileError(absl::StatusCode::kUnavailable, path, std::strerror(errno));
  }
  std::string secret(kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size())) != 1) {
    return FileError(absl::StatusCode::kUnavailable, path, "no random numbers");
  }
  // Written aside and renamed, so that a crash leaves no half key.
  const std::string draft = path + ".new";
  {
    const File file(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.fd() < 0) return FileError(absl::StatusCode::kUnavailable, path, std::strerror(errno));
    const ssize_t put = write(file.fd(), secret.data(), secret.size());
    if (put != static_cast<ssize_t>(secret.size()) || fsync(file.fd()) != 0) {
      return FileError(absl::StatusCode::kUnavailable, path, std::strerror(errno));
    }
  }
  if (rename(draft.c_str(), path.c_str()) != 0) {
    return FileError(absl::StatusCode::kUnavailable, path, std::strerror(errno));
  }
  return secret;
}

}  // namespace bulian::rpc
