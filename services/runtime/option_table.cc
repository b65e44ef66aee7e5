#include "services/runtime/config.h"

namespace bulian::runtime {
namespace {

using enum OptionKind;

// In the order of the documentation.
const Option kOptions[] = {
    {"listen", kAddress, "127.0.0.1:7443", "Address of the gRPC listener; port 0 picks a free one.", &Config::listen},
    {"http-listen", kAddress, "127.0.0.1:7480",
     "Address of the HTTP listener for metrics and probes; port 0 picks a free one.", &Config::http_listen},
    {"insecure-allow-remote", kFlag, "false",
     "Listen beyond loopback although callers are not identified: everybody who reaches the address may do everything.",
     &Config::insecure_allow_remote},
    {"wait-for-repair", kFlag, "false",
     "Do not end when the configuration is wrong or the data folder cannot be used: say what is wrong in the log and "
     "on "
     "/readyz, and start when it is mended. For containers, which would only be started again.",
     &Config::wait_for_repair},
    {"data-dir", kText, "bulian-data", "Folder of the data file; created if missing, held by one process at a time.",
     &Config::data_dir},
    {"max-data-size", kBytes, "64GiB", "Largest size of the data file; the file is sparse and grows as needed.",
     &Config::max_data_size, 1 << 20},
    {"target", kText, "all",
     "What this process serves: `registry` everything that writes, `analysis` gaps and matches, `all` both; the first "
     "two share a Redis.",
     &Config::target, 0, "all|registry|analysis"},
    {"clusters", kText, "",
     "Ids of the clusters that an `analysis` process holds, with commas between them; `all-but:` before them means all "
     "others; empty: all. Calls for what it does not hold are UNAVAILABLE / WRONG_REPLICA.",
     &Config::clusters},
    {"store", kText, "lmdb",
     "Where commits are kept: `lmdb` a file in the data folder, for one process; `redis` a Redis, for any number.",
     &Config::store, 0, "lmdb|redis"},
    {"redis-address", kText, "127.0.0.1:6379",
     "HOST:PORT of the Redis, or with commas between them of its Sentinels or of nodes of its cluster.",
     &Config::redis_address},
    {"redis-mode", kText, "standalone", "How the addresses are meant.", &Config::redis_mode, 0,
     "standalone|sentinel|cluster"},
    {"redis-master", kText, "", "Name of the master that the Sentinels watch.", &Config::redis_master},
    {"redis-prefix", kText, "bulian", "What every key begins with; servers of different prefixes share nothing.",
     &Config::redis_prefix},
    {"redis-user", kText, "", "User for AUTH; empty is the default user.", &Config::redis_user},
    {"redis-password-file", kText, "", "File with the password for AUTH; empty: none.", &Config::redis_password_file},
    {"redis-sentinel-user", kText, "", "User for AUTH at the Sentinels.", &Config::redis_sentinel_user},
    {"redis-sentinel-password-file", kText, "", "File with the password for AUTH at the Sentinels; empty: none.",
     &Config::redis_sentinel_password_file},
    {"redis-durability", kText, "always",
     "Least that Redis must promise: `always` syncs its file before it answers, `everysec` may lose a second of "
     "acknowledged commits, `unchecked` takes your word for it.",
     &Config::redis_durability, 0, "always|everysec|unchecked"},
    {"redis-wait-replicas", kInteger, "0",
     "Replicas of Redis that must hold a commit before it is acknowledged and seen; no loss at a failover takes all of "
     "them.",
     &Config::redis_wait_replicas},
    {"redis-wait-timeout", kDuration, "2s",
     "How long they may take; then the commit is UNAVAILABLE / COMMIT_UNCONFIRMED.", &Config::redis_wait_timeout},
    {"redis-timeout", kDuration, "3s", "How long one exchange with Redis may take.", &Config::redis_timeout},
    {"log-level", kText, "info", "Least severe level that is logged; `debug` logs every call.", &Config::log_level, 0,
     "debug|info|warning|error"},
    {"drain-delay", kDuration, "2s", "How long to keep serving after SIGTERM, while health already says NOT_SERVING.",
     &Config::drain_delay},
    {"shutdown-grace", kDuration, "30s", "How long running calls may take to end after the drain delay.",
     &Config::shutdown_grace},
    {"retention-commits", kInteger, "100000", "Commits kept in each cluster's log; 0 is no limit.",
     &Config::retention_commits},
    {"retention-age", kDuration, "168h", "Age of commits kept in each cluster's log; 0 is no limit.",
     &Config::retention_age},
    {"retention-bytes", kBytes, "1GiB", "Bytes of log kept for each cluster; 0 is no limit.", &Config::retention_bytes},
    {"kept-versions", kInteger, "64", "Older snapshots of each cluster kept in memory for readers of a revision.",
     &Config::kept_versions, 1},
    {"kept-age", kDuration, "15m", "How long older snapshots are kept in memory.", &Config::kept_age},
    {"max-receive-bytes", kBytes, "4MiB", "Largest request message.", &Config::max_receive_bytes, 1024},
    {"workers", kInteger, "32", "Heavy calls (commits, analyses) that run at once; eight times as many may wait.",
     &Config::workers, 1},
    {"streams", kInteger, "256", "Streams open at once, each with a thread: imports, exports.", &Config::streams, 1},
    {"feeds", kInteger, "4096", "Watches open at once; they share a few threads.", &Config::feeds, 1},
    {"queues", kInteger, "0", "Completion queues of the gRPC listener; 0 chooses by the number of processors.",
     &Config::queues},
    {"pollers", kInteger, "0", "Threads that poll each completion queue; 0 chooses.", &Config::pollers},
    {"page-token-secret", kText, "",
     "Secret that seals page tokens, 16 bytes or more; empty keeps a random one in the data folder.",
     &Config::page_token_secret, 0, "", true},
    {"region-names", kText, "",
     "CSV file of regions (GB/T 2260) with the header `code,name_zh,name_en`; when given, other codes than its own and "
     "the provinces are refused.",
     &Config::region_names},
    {"industry-codes", kText, "",
     "CSV file of industries (GB/T 4754) with the header `code,name,parent`; when given, other codes than its own, the "
     "sections and the manufacturing divisions are refused.",
     &Config::industry_codes},
};

}  // namespace

std::span<const Option> Options() { return kOptions; }

}  // namespace bulian::runtime
