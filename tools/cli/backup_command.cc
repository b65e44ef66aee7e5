#include "tools/cli/backup_command.h"

#include <iostream>

#include "bulian/v1/exchange.grpc.pb.h"
#include "services/store/archive_file.h"

namespace bulian::cli {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "error: " << std::string(status.message()) << '\n';
  return 1;
}

void Print(const store::ArchiveSummary& summary, const std::string& file, const Options& options) {
  if (options.output == Output::kJson) {
    std::cout << "{\"clusters\":" << summary.logs.size() << ",\"bytes\":" << summary.bytes << "}\n";
    return;
  }
  for (const store::ArchivedLog& log : summary.logs) {
    std::cout << "clusters/" << log.name << "  " << options.Word("revision", "版本") << " " << log.position.revision
              << "  " << options.Word("records", "记录") << " " << log.records << "  "
              << options.Word("log entries", "日志") << " " << log.entries << '\n';
  }
  std::cout << summary.logs.size() << ' ' << options.Word("clusters", "个集群") << ", " << summary.bytes << ' '
            << options.Word("bytes", "字节") << ": " << file << '\n';
}

}  // namespace

int Backup(Connection& connection, const Options& options, const std::string& cluster, const std::string& file) {
  const auto archive = store::ArchiveFile::Create(file);
  if (!archive.ok()) return Fail(archive.status());
  v1::BackupRequest request;
  request.set_parent(cluster.empty() ? "clusters/-" : FullName(cluster));
  grpc::ClientContext context;
  const auto stub = v1::ExchangeService::NewStub(connection.channel());
  const auto reader = stub->Backup(&context, request);
  v1::BackupResponse part;
  absl::Status written;
  while (written.ok() && reader->Read(&part)) written = (*archive)->Append(part.data());
  if (!written.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!written.ok()) return Fail(written);
  if (!status.ok()) return PrintError(status);
  const auto summary = (*archive)->Finish();
  if (!summary.ok()) return Fail(summary.status());
  Print(*summary, file, options);
  return 0;
}

}  // namespace bulian::cli
