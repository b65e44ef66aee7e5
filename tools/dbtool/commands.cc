#include "tools/dbtool/commands.h"

#include <ostream>
#include <string_view>

#include "services/model/resource_name.h"
#include "services/store/lmdb/offline.h"
#include "tools/dbtool/cluster_id.h"
#include "tools/dbtool/record_line.h"

namespace bulian::dbtool {
namespace {

using store::lmdb::VerifyReport;

int Fail(const absl::Status& status, std::ostream& err) {
  err << "bulian-db: " << std::string(status.message()) << "\n";
  return 1;
}

int Print(const VerifyReport& report, std::ostream& out, std::ostream& err) {
  for (const VerifyReport::Log& log : report.logs) {
    out << "clusters/" << log.name << "  uid " << log.uid << "  epoch " << log.epoch << "  revision " << log.revision
        << "  records " << log.records << "  log from revision " << log.earliest << " (" << log.changes
        << " changes)\n";
  }
  out << report.logs.size() << " clusters, " << report.request_ids << " request ids, " << report.used_bytes
      << " bytes of data";
  if (report.dropped_logs > 0) out << ", " << report.dropped_logs << " removed clusters to be cleared";
  out << "\n";
  for (const std::string& problem : report.problems) err << "problem: " << problem << "\n";
  if (report.problems.empty()) return 0;
  err << report.problems.size() << (report.problems.size() == 1 ? " problem\n" : " problems\n");
  return 1;
}

// Export order: what a record names comes before it. A pass a type keeps memory flat whatever the size.
absl::Status DumpImportLines(const store::lmdb::Environment& env, std::string_view log, std::ostream& out) {
  for (int pass = 0; pass <= model::kResourceTypeCount; ++pass) {
    absl::Status status = store::lmdb::VisitRecords(
        env, log, [&](std::string_view of, std::string_view name, std::int64_t revision, std::string_view value) {
          const StoredRecord record{of, name, value, revision};
          const auto parsed = model::ParseResourceName(name);
          const int type = parsed ? static_cast<int>(parsed->type) : model::kResourceTypeCount;
          if (type != pass) return;
          const auto line = ImportLine(record);
          out << (line ? *line : RawLine(record)) << '\n';
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

int VerifyCommand(const std::string& directory, std::ostream& out, std::ostream& err) {
  const auto report = store::lmdb::VerifyDirectory(directory);
  if (!report.ok()) return Fail(report.status(), err);
  const int result = Print(*report, out, err);
  if (result == 0) out << "the data file is sound\n";
  return result;
}

int DumpCommand(const std::string& directory, const std::string& cluster, bool raw, std::ostream& out,
                std::ostream& err) {
  const auto opened = store::lmdb::OpenForReading(directory);
  if (!opened.ok()) return Fail(opened.status(), err);
  const std::string_view log = ClusterId(cluster);
  absl::Status status;
  if (raw) {
    status = store::lmdb::VisitRecords(
        *opened->env, log,
        [&](std::string_view of, std::string_view name, std::int64_t revision, std::string_view value) {
          out << RawLine({of, name, value, revision}) << '\n';
        });
  } else {
    status = DumpImportLines(*opened->env, log, out);
  }
  out.flush();
  if (!status.ok()) return Fail(status, err);
  if (out.good()) return 0;
  err << "bulian-db: could not write the output\n";
  return 1;
}

int CompactCommand(const std::string& directory, std::ostream& out, std::ostream& err) {
  const auto sizes = store::lmdb::CompactDirectory(directory);
  if (!sizes.ok()) return Fail(sizes.status(), err);
  out << "compacted from " << sizes->before << " to " << sizes->after << " bytes\n";
  return 0;
}

}  // namespace bulian::dbtool
