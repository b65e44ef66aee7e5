#include "tools/dbtool/archive_commands.h"

#include <ostream>
#include <string_view>
#include <thread>
#include <vector>

#include "services/store/archive.h"
#include "services/store/archive_file.h"
#include "tools/dbtool/byte_pipe.h"
#include "tools/dbtool/cluster_id.h"
#include "tools/dbtool/place.h"

namespace bulian::dbtool {
namespace {

int Fail(const absl::Status& status, std::ostream& err) {
  err << "bulian-db: " << std::string(status.message()) << "\n";
  return 1;
}

void Print(const store::ArchiveSummary& summary, std::ostream& out) {
  for (const store::ArchivedLog& log : summary.logs) {
    out << "clusters/" << log.name << "  epoch " << log.position.epoch << "  revision " << log.position.revision
        << "  records " << log.records << "  log from revision " << log.earliest << "  request ids " << log.requests
        << "\n";
  }
  out << summary.logs.size() << (summary.logs.size() == 1 ? " cluster, " : " clusters, ") << summary.bytes << " bytes";
}

absl::StatusOr<std::vector<std::string>> LogsOf(store::Store& store, const std::string& cluster) {
  if (!cluster.empty()) return std::vector<std::string>{std::string(ClusterId(cluster))};
  const auto logs = store.ListLogs();
  if (!logs.ok()) return logs.status();
  std::vector<std::string> names;
  for (const auto& [name, position] : *logs) names.push_back(name);
  return names;
}

}  // namespace

int BackupCommand(const std::string& place, const std::string& file, const std::string& cluster, std::ostream& out,
                  std::ostream& err) {
  const auto store = OpenPlace(place, PlaceUse::kRead);
  if (!store.ok()) return Fail(store.status(), err);
  const auto logs = LogsOf(**store, cluster);
  if (!logs.ok()) return Fail(logs.status(), err);
  const auto archive = store::ArchiveFile::Create(file);
  if (!archive.ok()) return Fail(archive.status(), err);
  const auto written =
      store::WriteArchive(**store, *logs, [&](std::string_view bytes) { return (*archive)->Append(bytes); });
  if (!written.ok()) return Fail(written.status(), err);
  const auto summary = (*archive)->Finish();
  if (!summary.ok()) return Fail(summary.status(), err);
  Print(*summary, out);
  out << " in " << file << "\n";
  return 0;
}

int RestoreCommand(const std::string& file, const std::string& place, const std::string& cluster, absl::Time now,
                   std::ostream& out, std::ostream& err) {
  const auto source = store::OpenArchiveFile(file);
  if (!source.ok()) return Fail(source.status(), err);
  const auto store = OpenPlace(place, PlaceUse::kWrite);
  if (!store.ok()) return Fail(store.status(), err);
  const auto summary = store::ReadArchive(*source, **store, {std::string(ClusterId(cluster)), now, true});
  if (!summary.ok()) return Fail(summary.status(), err);
  Print(*summary, out);
  out << ", restored to " << place << " and compared\n";
  return 0;
}

int CopyCommand(const std::string& from, const std::string& to, const std::string& cluster, absl::Time now,
                std::ostream& out, std::ostream& err) {
  const auto source = OpenPlace(from, PlaceUse::kRead);
  if (!source.ok()) return Fail(source.status(), err);
  const auto target = OpenPlace(to, PlaceUse::kWrite);
  if (!target.ok()) return Fail(target.status(), err);
  const auto logs = LogsOf(**source, cluster);
  if (!logs.ok()) return Fail(logs.status(), err);
  BytePipe pipe;
  absl::Status written;
  std::thread writer([&] {
    written = store::WriteArchive(**source, *logs, [&](std::string_view bytes) { return pipe.Write(bytes); }).status();
    pipe.EndWriting();
  });
  const auto summary = store::ReadArchive(
      [&](char* buffer, std::size_t size) -> absl::StatusOr<std::size_t> { return pipe.Read(buffer, size); }, **target,
      {"", now, true});
  pipe.EndReading();
  writer.join();
  if (!written.ok() && !absl::IsCancelled(written)) return Fail(written, err);
  if (!summary.ok()) return Fail(summary.status(), err);
  Print(*summary, out);
  out << ", copied to " << to << " and compared\n";
  return 0;
}

}  // namespace bulian::dbtool
