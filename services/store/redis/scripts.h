// The scripts that Redis runs. Each checks everything before its first write: what a script wrote before an error
// stays.
#ifndef SERVICES_STORE_REDIS_SCRIPTS_H_
#define SERVICES_STORE_REDIS_SCRIPTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/store/redis/connection.h"
#include "services/store/redis/reply.h"

namespace bulian::store::redis {

// kCommit: keys head, log, requests, times, changed, dropped, then the buckets it uses (all of them with create).
//   arguments: create (1 or 0), expected uid or "", validated at, how many revisions after that the writer knew and the
//   last of them, those as ",2,3,", time or "", new uid, genesis digest, scope, payload digest, scope that outlives the
//   log or "", meta, digest, touch on replay (1 or 0), channel, log name; number of reads, then key index and name of
//   each; number of guards touched, then each; number of writes, then key index, name, put (1 or 0) and value of each.
//   answer: what became of it; `done` and `replayed` with revision, time, epoch, uid.
// kDrop: keys as kCommit with all buckets; expected uid or "", channel, log name. Answer: done with the uid.
// kTrim: keys head, log, requests, times, changed, dropped; time or "", most commits, most microseconds, most bytes (0:
//   no limit), most rows to drop. Answer: whether more is left.
// kRaiseEpoch: key head; expected digest, new epoch, new digest. Answer: 1 if done.
// kConfirm: key head; uid, revision, channel, log name: so many replicas as were asked for hold it.
// kForget: key directory; log name, expected time. Answer: 1 if done.
// kAdopt: all keys of a log, then all those of one that was loaded beside it; channel, log name, then the fields of the
//   head. Answer: done, or exists.
enum class Script { kCommit, kDrop, kTrim, kRaiseEpoch, kConfirm, kForget, kAdopt };

// EVALSHA of a script; a server that does not know it says NOSCRIPT, LoadScripts() mends that.
Command Call(Script script, const std::vector<std::string>& keys, std::vector<std::string> arguments);

// Makes every script known to the server.
absl::Status LoadScripts(Connection& connection);

// The source of a script.
const std::string& SourceOf(Script script);

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_SCRIPTS_H_
