// Makes random histories of a test cluster: writes and deletions of every resource type over a small space of names, so
// that they meet. The same seed makes the same history. Belongs to one thread.
#ifndef SERVICES_GAP_RANDOM_WRITER_H_
#define SERVICES_GAP_RANDOM_WRITER_H_

#include <random>
#include <string>

#include "bulian/v1/capability.pb.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {

class RandomWriter {
 public:
  // `cluster` is not owned.
  RandomWriter(TestCluster* cluster, unsigned seed) : cluster_(*cluster), random_(seed) {}

  // One write, at most a few commits.
  void Write();
  // 0 to n - 1.
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  std::string Name(const char* prefix, int n) { return prefix + std::to_string(Pick(n)); }
  v1::Capability RandomOffer();
  void WriteType();
  void WriteEnterprise();
  void WriteOffer();
  void WriteLink();
  void WriteProject();
  void WriteChain();
  void WriteCluster();
  void Delete();

  TestCluster& cluster_;
  std::mt19937_64 random_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_RANDOM_WRITER_H_
