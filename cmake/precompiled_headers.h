// The headers most files include (protos/CMakeLists.txt says what they are precompiled for).
#ifndef CMAKE_PRECOMPILED_HEADERS_H_
#define CMAKE_PRECOMPILED_HEADERS_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bulian/v1/attribute.pb.h"
#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/error_reason.pb.h"
#include "bulian/v1/exchange.pb.h"
#include "bulian/v1/gap.pb.h"
#include "bulian/v1/match.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/revision.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#endif  // CMAKE_PRECOMPILED_HEADERS_H_
