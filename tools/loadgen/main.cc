// bulian-loadgen: synthetic clusters and load for a server.
#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "bulian/v1/capability.grpc.pb.h"
#include "bulian/v1/enterprise.grpc.pb.h"
#include "bulian/v1/gap.grpc.pb.h"
#include "bulian/v1/match.grpc.pb.h"
#include "tools/loadgen/drive.h"
#include "tools/loadgen/load.h"
#include "tools/loadgen/synthetic.h"

namespace bulian::loadgen {
namespace {

int Generate(const Synthetic& synthetic) {
  v1::ImportRecord record;
  std::string line;
  for (std::int64_t i = 0; i < synthetic.record_count(); ++i) {
    synthetic.Record(i, &record);
    line.clear();
    if (!google::protobuf::util::MessageToJsonString(record, &line).ok()) return 1;
    std::cout << line << '\n';
  }
  return std::cout.good() ? 0 : 1;
}

v1::FindCandidatesRequest FindRequest(const Synthetic& synthetic, bool broad, std::int64_t number) {
  v1::FindCandidatesRequest request;
  request.set_parent("clusters/" + synthetic.options().cluster);
  const std::int64_t type =
      broad ? number % std::max<std::int64_t>(1, synthetic.broad_types())
            : synthetic.broad_types() + number % std::max<std::int64_t>(1, synthetic.narrow_types());
  auto* requirement = request.mutable_target()->mutable_requirement();
  requirement->set_capability_type(synthetic.TypeName(type));
  auto* width = requirement->add_attributes();
  width->set_key("line_width");
  width->mutable_interval()->set_min(0.7);
  width->mutable_interval()->set_max(1.5);
  width->mutable_interval()->set_unit("4H");
  request.set_page_size(20);
  return request;
}

// Writes the bytes of one answer to a file, for a server that echoes it.
int Capture(const std::string& server, const Synthetic& synthetic, bool broad, const std::string& file) {
  v1::FindCandidatesResponse response;
  grpc::ClientContext context;
  const auto channel = grpc::CreateChannel(server, grpc::InsecureChannelCredentials());
  const auto status =
      v1::MatchService::NewStub(channel)->FindCandidates(&context, FindRequest(synthetic, broad, 0), &response);
  if (!status.ok()) std::cerr << "error: " << status.error_message() << '\n';
  return status.ok() && (std::ofstream(file, std::ios::binary) << response.SerializeAsString()) ? 0 : 1;
}

Call FindCall(const Synthetic& synthetic, bool broad, std::int64_t* bytes) {
  return [&synthetic, broad, bytes](const std::shared_ptr<grpc::Channel>& channel, std::int64_t number) {
    v1::FindCandidatesResponse response;
    grpc::ClientContext context;
    const auto request = FindRequest(synthetic, broad, number);
    const auto status = v1::MatchService::NewStub(channel)->FindCandidates(&context, request, &response);
    if (number == 0) *bytes = static_cast<std::int64_t>(response.ByteSizeLong());
    return status;
  };
}

Call GapsCall(const Synthetic& synthetic) {
  return [&synthetic](const std::shared_ptr<grpc::Channel>& channel, std::int64_t) {
    v1::AnalyzeGapsRequest request;
    request.set_parent("clusters/" + synthetic.options().cluster);
    request.set_page_size(20);
    v1::GapReport response;
    grpc::ClientContext context;
    return v1::GapService::NewStub(channel)->AnalyzeGaps(&context, request, &response);
  };
}

Call GetCall(const Synthetic& synthetic) {
  return [&synthetic](const std::shared_ptr<grpc::Channel>& channel, std::int64_t number) {
    v1::GetEnterpriseRequest request;
    request.set_name(synthetic.EnterpriseName(number * 7919 % synthetic.options().enterprises));
    v1::Enterprise response;
    grpc::ClientContext context;
    return v1::EnterpriseService::NewStub(channel)->GetEnterprise(&context, request, &response);
  };
}

Call UpdateCall(const Synthetic& synthetic) {
  return [&synthetic](const std::shared_ptr<grpc::Channel>& channel, std::int64_t number) {
    v1::UpdateEnterpriseRequest request;
    request.mutable_enterprise()->set_name(synthetic.EnterpriseName(number * 7919 % synthetic.options().enterprises));
    request.mutable_enterprise()->set_website("https://example.com/" + std::to_string(number));
    v1::Enterprise response;
    grpc::ClientContext context;
    return v1::EnterpriseService::NewStub(channel)->UpdateEnterprise(&context, request, &response);
  };
}

// Nine reads of the three kinds to one write.
Call MixedCall(const Synthetic& synthetic, std::int64_t* bytes) {
  return [find = FindCall(synthetic, false, bytes), gaps = GapsCall(synthetic), get = GetCall(synthetic),
          update = UpdateCall(synthetic)](const std::shared_ptr<grpc::Channel>& channel, std::int64_t number) {
    switch (number % 10) {
      case 0:
        return update(channel, number);
      case 1:
        return gaps(channel, number);
      case 2:
      case 3:
      case 4:
        return find(channel, number);
      default:
        return get(channel, number);
    }
  };
}

int Run(const std::string& server, const Synthetic& synthetic, const std::string& what, const DriveOptions& options) {
  std::int64_t bytes = 0;
  const Call call = what == "find-narrow"  ? FindCall(synthetic, false, &bytes)
                    : what == "find-broad" ? FindCall(synthetic, true, &bytes)
                    : what == "gaps"       ? GapsCall(synthetic)
                    : what == "get"        ? GetCall(synthetic)
                    : what == "update"     ? UpdateCall(synthetic)
                                           : MixedCall(synthetic, &bytes);
  const DriveResult result = Drive(server, options, call);
  std::printf(
      "%s calls %lld seconds %.2f calls_per_second %.1f p50_ms %.3f p90_ms %.3f p99_ms %.3f p99.9_ms %.3f max_ms %.3f",
      what.c_str(), static_cast<long long>(result.calls()), result.seconds,
      static_cast<double>(result.calls()) / result.seconds, result.Percentile(50), result.Percentile(90),
      result.Percentile(99), result.Percentile(99.9), result.Percentile(100));
  if (bytes > 0) std::printf(" answer_bytes %lld", static_cast<long long>(bytes));
  if (options.server_pid > 0) std::printf(" server_cpu_us_per_call %.1f", result.ServerCpuMicrosPerCall());
  std::printf("\n");
  for (const auto& [error, count] : result.errors)
    std::printf("errors %lld: %s\n", static_cast<long long>(count), error.c_str());
  return result.errors.empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app("bulian-loadgen: synthetic clusters and load for a Bulian server");
  SyntheticOptions synthetic;
  DriveOptions drive;
  std::string server = "127.0.0.1:7443", what = "mixed", file;
  LoadOptions load_options;
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--cluster", synthetic.cluster, "id of the synthetic cluster")->capture_default_str();
  app.add_option("--enterprises", synthetic.enterprises)->check(CLI::Range(2, 100'000'000))->capture_default_str();
  app.add_option("--capabilities", synthetic.capabilities_each, "per enterprise")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--types", synthetic.types)->check(CLI::Range(1, 10'000'000))->capture_default_str();
  app.add_option("--segments", synthetic.segments)->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--links", synthetic.links)->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--seed", synthetic.seed)->capture_default_str();
  app.add_option("--server", server, "HOST:PORT; for run also several IP:PORT with commas between them")
      ->envname("BULIAN_SERVER")
      ->capture_default_str();
  app.add_option("--pid", drive.server_pid, "the server's process, to read its CPU time");
  auto* generate = app.add_subcommand("generate", "Print the synthetic cluster as JSONL");
  auto* load = app.add_subcommand("load", "Import the synthetic cluster into a server");
  load->add_option("--batch", load_options.batch, "records a message")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  load->add_flag("--prepared", load_options.prepared, "make all messages before the first is sent");
  auto* capture = app.add_subcommand("capture", "Write the bytes of one find-narrow or find-broad answer to a file");
  capture->add_option("what", what)->required()->check(CLI::IsMember({"find-narrow", "find-broad"}));
  capture->add_option("file", file)->required();
  auto* run = app.add_subcommand("run", "Call a server that holds the synthetic cluster (same options as load)");
  run->add_option("what", what, "find-narrow, find-broad, gaps, get, update or mixed")
      ->check(CLI::IsMember({"find-narrow", "find-broad", "gaps", "get", "update", "mixed"}));
  run->add_option("--concurrency", drive.concurrency, "callers")->check(CLI::Range(1, 10'000))->capture_default_str();
  run->add_option("--rate", drive.rate, "calls a second, open loop; 0: as fast as answers come")
      ->check(CLI::NonNegativeNumber);
  run->add_option("--seconds", drive.seconds)->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Synthetic records(synthetic);
  if (generate->parsed()) return Generate(records);
  load_options.server_pid = drive.server_pid;
  if (load->parsed()) return Load(server, records, load_options);
  if (capture->parsed()) return Capture(server, records, what == "find-broad", file);
  return Run(server, records, what, drive);
}

}  // namespace
}  // namespace bulian::loadgen

int main(int argc, char** argv) { return bulian::loadgen::Main(argc, argv); }
