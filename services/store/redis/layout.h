// What stands where in Redis. All keys of a log share the hash tag of its name, so that they lie on one node and one
// script may use them. Times are nanoseconds since 1970 by the store's clock, revisions are numbers, both in 20 decimal
// digits where texts are compared.
//
// clang-format off
//   key                          type    content
//   {prefix}:{directory}         hash    log name -> time of its last creation or removal; a superset of the logs
//   {prefix}:{directory}:format  text    version of this layout; a newer one is refused
//   {prefix}:{LOG}:head          hash    uid, epoch, revision, time, earliest, bytes, records, digest, scope (of the newest
//                                        commit), lasting (the same if the caller chose its request id), confirmed
//                                        (revision that enough replicas hold), loaded (1: LoadLog made it)
//   {prefix}:{LOG}:log           stream  id `revision-0`: t time, e epoch, p predecessor digest, d digest, m meta, n number
//                                        of changes, c change rows of log_codec.h, one after the other
//   {prefix}:{LOG}:records:{n}   hash    record name -> revision (8 bytes, little-endian), value; n of 64 by the name
//   {prefix}:{LOG}:requests      hash    scope of a request id -> time, revision, payload digest
//   {prefix}:{LOG}:times         zset    scope -> time in microseconds, for expiry
//   {prefix}:{LOG}:changed       zset    deleted name or guard -> revision of its last change
//   {prefix}:{LOG}:dropped       hash    scope of the last request of a log that was dropped -> time, revision, epoch, uid,
//                                        payload digest
//   {prefix}:{LOG}:load-{id}:... the same of a log that is being loaded, until it is whole and takes these names; expires
// clang-format on
// Every key but the head has an entry with an empty name from its log's creation on: no key of a log comes or goes
// while it lives, so that a slot on its way to another node is either wholly here, wholly there, or asks to wait. The
// digest of an entry is SHA-256 over its meta (which holds a nonce) and what it writes; the predecessor digest is that
// of the entry before, of the first entry GenesisDigest(uid), of the first of a raised epoch EpochDigest(). Pure
// functions, thread-safe.
#ifndef SERVICES_STORE_REDIS_LAYOUT_H_
#define SERVICES_STORE_REDIS_LAYOUT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/redis/reply.h"
#include "services/store/store.h"

namespace bulian::store::redis {

inline constexpr int kFormatVersion = 1;
inline constexpr int kBuckets = 64;
inline constexpr std::size_t kRecordRevisionBytes = 8;
inline constexpr absl::Duration kRequestIdAge = absl::Hours(24);

// The keys of one log.
struct LogKeys {
  // `part`: of a log that is being loaded, beside the log of the name.
  LogKeys(std::string_view prefix, std::string_view log, std::string_view part = "");
  std::string head, stream, requests, times, changed, dropped;
  std::string Bucket(int bucket) const { return records_ + std::to_string(bucket); }
  // All of them: head, stream, requests, times, changed, dropped, and the buckets.
  std::vector<std::string> All() const;
  int slot = 0;

 private:
  std::string records_;
};
std::string DirectoryKey(std::string_view prefix);
std::string FormatKey(std::string_view prefix);
std::string Channel(std::string_view prefix);  // messages: name of a log that changed
int BucketOf(std::string_view name);

std::string Digits(std::int64_t number);  // 20 of them
std::string TimeText(absl::Time time);
absl::Time ParseTime(std::string_view digits);

// The head of a log as HMGET of kHeadFields gives it; revision 0 with an empty uid: there is none.
inline constexpr std::string_view kHeadFields[] = {"uid",   "epoch",   "revision", "time",     "earliest",
                                                   "bytes", "records", "digest",   "confirmed"};
struct Head {
  LogPosition position;
  std::int64_t earliest = 0, bytes = 0, records = 0, confirmed = 0;
  std::string digest;
  bool loaded = false;  // its entries are not all of its history, or of other epochs
  bool exists() const { return !position.uid.empty(); }
};
Command ReadHead(const LogKeys& keys);
Head ParseHead(const Reply& reply);

// What a writer says of itself in an entry.
std::string EncodeMeta(const CommitRequest& request, std::string_view nonce);
// The digest of the entry that a commit becomes.
std::string DigestOf(std::string_view meta, const std::vector<Write>& writes);

// One element of the answer of XRANGE. False if it is no entry of ours.
struct StoredEntry {
  std::shared_ptr<LogEntry> entry;
  std::string digest;
  std::size_t bytes = 0;
};
bool ParseEntry(const Reply& reply, StoredEntry* stored);

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_LAYOUT_H_
