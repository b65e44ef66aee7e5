// CSV files of partners: any bytes are a refusal or records with the lines they stand on, and every record can be sent.
#include <cstdint>
#include <string>

#include "services/model/text_folding.h"
#include "tests/fuzz/fuzz_check.h"
#include "tools/cli/csv.h"
#include "tools/cli/record_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian;
  const auto text = cli::ToUtf8(std::string(reinterpret_cast<const char*>(data), size));
  if (!text.ok()) return 0;
  FUZZ_CHECK(model::IsValidUtf8(*text));
  const auto source = cli::CsvRecords("fuzz.csv", *text, "clusters/c");
  if (!source.ok()) return 0;
  v1::ImportRecord record;
  cli::Place place;
  std::string error;
  for (int line = 0;;) {
    const auto result = (*source)->Next(&record, &place, &error);
    if (result == cli::RecordSource::Result::kEnd) return 0;
    FUZZ_CHECK(place.line > line);
    line = place.line;
    FUZZ_CHECK(error.empty() == (result == cli::RecordSource::Result::kRecord));
    if (result != cli::RecordSource::Result::kRecord) continue;
    v1::ImportRecord sent;
    FUZZ_CHECK(sent.ParseFromString(record.SerializeAsString()));
  }
}
