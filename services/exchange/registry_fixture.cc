#include "services/exchange/registry_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "google/protobuf/text_format.h"
#include "services/capability/capability_service.h"
#include "services/chain/chain_service.h"
#include "services/cluster/cluster_service.h"
#include "services/enterprise/enterprise_service.h"
#include "services/exchange/exchange_service.h"
#include "services/match_record/match_record_service.h"
#include "services/project/project_service.h"
#include "services/store/lmdb/lmdb_store.h"

namespace bulian::exchange {
namespace {

class Requests : public rpc::MessageReader {
 public:
  Requests(const std::vector<v1::ImportRequest>& requests, const ImportRun& run) : requests_(requests), run_(run) {}
  absl::StatusOr<bool> Read(google::protobuf::Message* message) override {
    if (run_.before) run_.before(next_);
    if (next_ == requests_.size()) return false;
    message->CopyFrom(requests_[next_++]);
    return true;
  }
  bool Ready() override { return run_.overlap; }

 private:
  const std::vector<v1::ImportRequest>& requests_;
  const ImportRun& run_;
  std::size_t next_ = 0;
};

template <class Response>
class Responses : public rpc::MessageWriter {
 public:
  bool Write(const google::protobuf::Message& message) override {
    all.push_back(static_cast<const Response&>(message));
    return !told || told(all.back());
  }
  std::vector<Response> all;
  std::function<bool(const Response&)> told;
};

rpc::CallContext CallOf(const std::string& method) {
  rpc::CallContext call;
  call.method = method;
  call.caller.name = "partners/test";
  return call;
}

}  // namespace

Registry::Registry(const watch::WatcherOptions& watches) : hub_(watches) {
  std::string pattern = (std::filesystem::temp_directory_path() / "bulian-registry-XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
  store::LmdbOptions options;
  options.directory = folder_;
  options.max_data_size = std::int64_t{1} << 30;
  store_ = std::make_unique<InterposedStore>(*store::OpenLmdbStore(options));
  views_ = std::make_unique<view::Views>(store_.get(), view::ViewOptions());
  observers_ = std::make_unique<store::Observers>(std::vector<store::CommitObserver*>{views_.get(), &hub_});
  store_->SetObserver(observers_.get());
  EXPECT_TRUE(views_->Load().ok());
  tokens_ = std::make_unique<rpc::PageTokens>("a secret of the tests, 32 bytes.");
  const auto context = std::make_shared<resource::Context>();
  context_ = context;
  context->store = store_.get();
  context->views = views_.get();
  context->page_tokens = tokens_.get();
  cluster::RegisterClusterService(table_, context);
  enterprise::RegisterEnterpriseService(table_, context);
  capability::RegisterCapabilityService(table_, context);
  chain::RegisterChainService(table_, context);
  project::RegisterProjectService(table_, context);
  match_record::RegisterMatchRecordService(table_, context);
  RegisterExchangeService(table_, context);
  RegisterWatch(table_, context, &hub_);
  hub_.Start({store_.get(), views_.get()});
}

Registry::~Registry() {
  hub_.Stop();
  store_.reset();
  views_.reset();
  std::filesystem::remove_all(folder_);
}

absl::StatusOr<std::vector<v1::ImportResponse>> Registry::Import(const std::vector<v1::ImportRequest>& requests) {
  ImportOutcome outcome = Import(requests, {});
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.answers);
}

ImportOutcome Registry::Import(const std::vector<v1::ImportRequest>& requests, const ImportRun& run) {
  Requests messages(requests, run);
  Responses<v1::ImportResponse> answers;
  answers.told = run.answered;
  rpc::CallContext call = CallOf("bulian.v1.ExchangeService/Import");
  call.is_cancelled = run.cancelled;
  ImportSession::Reader reader(&messages);
  ImportSession::Writer writer(&answers);
  const absl::Status status = ImportSession(context_.get(), &call, &writer, run.limits).Serve(reader);
  return {status, std::move(answers.all)};
}

std::vector<v1::ImportRecord> Registry::Export(const std::string& cluster) {
  v1::ExportRequest request;
  request.set_parent("clusters/" + cluster);
  Responses<v1::ExportResponse> writer;
  rpc::CallContext call = CallOf("bulian.v1.ExchangeService/Export");
  const absl::Status status = table_.methods().at(call.method).server_stream(call, request, writer);
  EXPECT_TRUE(status.ok()) << status;
  std::vector<v1::ImportRecord> records;
  for (const auto& part : writer.all) records.insert(records.end(), part.records().begin(), part.records().end());
  return records;
}

std::int64_t Registry::Revision(const std::string& cluster) const {
  return (*views_->Current(cluster))->position().revision;
}

void Registry::Parse(const std::string& text, google::protobuf::Message* message) {
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message)) << text;
}

v1::ImportRequest Message(std::int64_t sequence, const std::string& text) {
  v1::ImportRequest request;
  request.set_parent("clusters/c");
  request.set_sequence(sequence);
  Registry::Parse(text, request.add_records());
  return request;
}

std::vector<std::string> Comparable(std::vector<v1::ImportRecord> records) {
  std::vector<std::string> texts;
  for (v1::ImportRecord& record : records) {
    const auto* field = record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
    auto* resource = record.GetReflection()->MutableMessage(&record, field);
    for (const char* name : {"uid", "create_time", "update_time", "etag"}) {
      resource->GetReflection()->ClearField(resource, resource->GetDescriptor()->FindFieldByName(name));
    }
    texts.push_back(record.Utf8DebugString());
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace bulian::exchange
