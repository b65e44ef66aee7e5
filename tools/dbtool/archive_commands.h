// The commands of bulian-db that move clusters: backup, restore, copy. Each returns the exit status: 0 done, 1 failed;
// results go to `out`, errors to `err`. A place is what place.h opens; `cluster` is an id or `clusters/{id}`, empty:
// all.
#ifndef TOOLS_DBTOOL_ARCHIVE_COMMANDS_H_
#define TOOLS_DBTOOL_ARCHIVE_COMMANDS_H_

#include <iosfwd>
#include <string>

#include "absl/time/time.h"

namespace bulian::dbtool {

// Writes an archive; `file` must not exist.
int BackupCommand(const std::string& place, const std::string& file, const std::string& cluster, std::ostream& out,
                  std::ostream& err);

// Loads an archive, with epochs raised by `now`, and compares what is there then with it. Clusters that exist are
// refused, with all others.
int RestoreCommand(const std::string& file, const std::string& place, const std::string& cluster, absl::Time now,
                   std::ostream& out, std::ostream& err);

// Restores what a backup would write, without the file. The source is left as it is.
int CopyCommand(const std::string& from, const std::string& to, const std::string& cluster, absl::Time now,
                std::ostream& out, std::ostream& err);

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_ARCHIVE_COMMANDS_H_
