#include "services/store/redis/options_text.h"

#include "gtest/gtest.h"

namespace bulian::store::redis {
namespace {

TEST(RedisPlace, IsReadInEveryForm) {
  const auto one = ParseRedisPlace("redis://127.0.0.1:6379");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->endpoints[0].Text(), "127.0.0.1:6379");
  EXPECT_EQ(one->prefix, "bulian");
  const auto cluster = ParseRedisPlace("redis+cluster://me@a:1,[::1]:2/mine");
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  EXPECT_EQ(cluster->mode, RedisOptions::Mode::kCluster);
  EXPECT_EQ(cluster->credentials.user, "me");
  EXPECT_EQ(cluster->endpoints[1].host, "::1");
  EXPECT_EQ(cluster->prefix, "mine");
  const auto sentinel = ParseRedisPlace("redis+sentinel://a:1/group/mine");
  ASSERT_TRUE(sentinel.ok()) << sentinel.status();
  EXPECT_EQ(sentinel->master_name, "group");
  EXPECT_EQ(sentinel->prefix, "mine");
}

TEST(RedisPlace, RefusesWhatIsNone) {
  for (const char* text : {"redis://", "redis://host", "redis://host:0", "redis://a:1,b", "rediss://a:1",
                           "redis+sentinel://a:1", "redis+sentinel://a:1/"}) {
    EXPECT_TRUE(IsRedisPlace(text)) << text;
    EXPECT_FALSE(ParseRedisPlace(text).ok()) << text;
  }
  EXPECT_FALSE(IsRedisPlace("/var/lib/bulian"));
  EXPECT_FALSE(IsRedisPlace("redis-data"));
}

}  // namespace
}  // namespace bulian::store::redis
