#include "services/rpc/page_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "bulian/v1/enterprise.pb.h"
#include "gtest/gtest.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

PageCursor Cursor() { return {"uid-1", 2, 7, "clusters/a/enterprises/b", "hash", "partners/dev"}; }

TEST(PageTokenTest, OpensWhatItSealed) {
  const PageTokens tokens("0123456789abcdef");
  const auto opened = tokens.Open(tokens.Seal(Cursor()), "hash", "partners/dev");
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->cluster_uid, "uid-1");
  EXPECT_EQ(opened->epoch, 2);
  EXPECT_EQ(opened->revision, 7);
  EXPECT_EQ(opened->last_key, "clusters/a/enterprises/b");
}

TEST(PageTokenTest, TokenIsSafeInUrls) {
  const PageTokens tokens("0123456789abcdef");
  PageCursor cursor = Cursor();
  cursor.last_key = std::string(300, '\xff' & 0x7f);
  EXPECT_EQ(tokens.Seal(cursor).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(PageTokenTest, RefusesOtherQueryCallerAndServer) {
  const PageTokens tokens("0123456789abcdef"), other("fedcba9876543210");
  const std::string token = tokens.Seal(Cursor());
  for (const auto& status :
       {tokens.Open(token, "other", "partners/dev").status(), tokens.Open(token, "hash", "partners/x").status(),
        other.Open(token, "hash", "partners/dev").status(), tokens.Open("", "hash", "partners/dev").status(),
        tokens.Open("%%%", "hash", "partners/dev").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(model::ReasonOf(status), v1::PAGE_TOKEN_INVALID);
  }
}

TEST(PageTokenTest, RefusesEveryChangedCharacterAndEveryCut) {
  const PageTokens tokens("0123456789abcdef");
  const std::string token = tokens.Seal(Cursor());
  for (std::size_t i = 0; i < token.size(); ++i) {
    EXPECT_FALSE(tokens.Open(token.substr(0, i), "hash", "partners/dev").ok());
    // The last character may carry unused bits; every other one is covered by the seal.
    if (i + 1 == token.size()) continue;
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.Open(changed, "hash", "partners/dev").ok()) << i;
  }
}

TEST(PageTokenTest, HashIgnoresPagingOnly) {
  v1::ListEnterprisesRequest request;
  request.set_parent("clusters/a");
  const std::string plain = HashOfParams(request);
  request.set_page_size(10);
  request.set_page_token("x");
  EXPECT_EQ(HashOfParams(request), plain);
  request.set_parent("clusters/b");
  EXPECT_NE(HashOfParams(request), plain);
}

TEST(PageTokenTest, SecretSurvivesAndIsPrivate) {
  char directory[] = "/tmp/bulian-secret-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const std::string path = std::string(directory) + "/page.key";
  const auto first = LoadOrCreateSecret(path);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->size(), 32u);
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(*LoadOrCreateSecret(path), *first);
  std::ofstream(path, std::ios::trunc) << "short";
  EXPECT_EQ(LoadOrCreateSecret(path).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(LoadOrCreateSecret(std::string(directory) + "/none/page.key").ok());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace bulian::rpc
