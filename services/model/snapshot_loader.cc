#include "services/model/snapshot_loader.h"

#include <system_error>

namespace bulian::model {
namespace {

constexpr std::size_t kBatchRecords = 4096;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
constexpr std::size_t kMostWaiting = 3;

std::size_t IndexOf(ResourceType type) { return static_cast<std::size_t>(type); }

// Deriving a record finds rows of these types by name.
bool IsReferredTo(ResourceType type) {
  return type == ResourceType::kEnterprise || type == ResourceType::kCapabilityType;
}

}  // namespace

SnapshotLoader::SnapshotLoader(SnapshotState* state, SnapshotWriter* writer)
    : state_(*state), writer_(*writer), cluster_(state->position.cluster), batch_(std::make_unique<Batch>()) {}

SnapshotLoader::~SnapshotLoader() { Finish(); }

bool SnapshotLoader::Add(std::string_view name, std::string_view bytes, std::int64_t revision) {
  const auto parsed = ParseResourceName(name);
  if (!parsed || parsed->cluster != cluster_) return true;
  const std::string_view relative = RelativeName(name);
  if (any_ && relative <= last_name_) return false;
  any_ = true;
  last_name_ = relative;
  const Row row = fillers_[IndexOf(parsed->type)].Add(relative, bytes, revision);
  const std::uint32_t hash = HashIndex::Hash(relative);
  if (parsed->type == ResourceType::kCapability) Compile(bytes);
  if (parsed->type == ResourceType::kCapabilityType) type_rows_.emplace(hash, row);
  if (!IsReferredTo(parsed->type)) names_[IndexOf(parsed->type)].push_back({hash, row});
  batch_->records.push_back({parsed->type, row, hash});
  batch_->bytes += bytes.size();
  if (batch_->records.size() == kBatchRecords || batch_->bytes >= kBatchBytes) HandOver();
  return true;
}

void SnapshotLoader::Compile(std::string_view bytes) {
  CompiledCapability compiled = compiler_.Compile(bytes);
  const auto type = type_rows_.find(HashIndex::Hash(RelativeName(compiled.type_name)));
  if (type != type_rows_.end()) compiled.type_guess = type->second;
  batch_->capabilities.Add(compiled);
}

void SnapshotLoader::Finish() {
  if (std::exchange(finished_, true)) return;
  FillBatch();
  std::array<HashIndex, kResourceTypeCount> names;
  if (thread_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(batch_));
      last_ = true;
    }
    changed_.notify_all();
  } else {
    Enter(*batch_);
    writer_.BuildOffers();
  }
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = HashIndex::Of(std::exchange(names_[i], {}));
  if (thread_.joinable()) thread_.join();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!IsReferredTo(static_cast<ResourceType>(i))) state_.tables[i].SetNames(std::move(names[i]));
}

void SnapshotLoader::FillBatch() {
  for (std::size_t i = 0; i < fillers_.size(); ++i) {
    chunks_.clear();
    fillers_[i].TakeChunks(&chunks_);
    for (PackedChunk& chunk : chunks_) batch_->chunks.emplace_back(static_cast<ResourceType>(i), std::move(chunk));
  }
}

void SnapshotLoader::HandOver() {
  FillBatch();
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error&) {  // no thread to be had: slower, but it goes on
      Enter(*batch_);
      return;
    }
  }
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(batch_));
  changed_.notify_all();
  changed_.wait(lock, [this] { return waiting_.size() < kMostWaiting; });
  if (spare_.empty()) {
    batch_ = std::make_unique<Batch>();
  } else {
    batch_ = std::move(spare_.back());
    spare_.pop_back();
  }
}

void SnapshotLoader::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return last_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    std::unique_ptr<Batch> batch = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    Enter(*batch);
    lock.lock();
    spare_.push_back(std::move(batch));
  }
  lock.unlock();
  writer_.BuildOffers();
}

void SnapshotLoader::Enter(Batch& batch) {
  for (auto& [type, packed] : batch.chunks)
    state_.table(type).Place(packed.index, std::move(packed.chunk), packed.limit);
  for (const Record& record : batch.records)
    if (IsReferredTo(record.type)) state_.table(record.type).AddName(record.name_hash, record.row);
  std::size_t capability = 0;
  for (const Record& record : batch.records) {
    if (record.type == ResourceType::kCapability)
      writer_.EnterCapability(record.row, batch.capabilities[capability++]);
    else
      writer_.Enter(record.type, record.row);
  }
  batch.chunks.clear();
  batch.records.clear();
  batch.capabilities.Clear();
  batch.bytes = 0;
}

}  // namespace bulian::model
