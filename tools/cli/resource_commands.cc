#include "tools/cli/resource_commands.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>

#include "bulian/v1/exchange.grpc.pb.h"
#include "bulian/v1/gap.pb.h"
#include "services/model/resource_name.h"
#include "tools/cli/resource_calls.h"

namespace bulian::cli {
namespace {

using google::protobuf::Message;

int Usage(const std::string& message) {
  std::cerr << "error: " << message << '\n';
  return 1;
}

// Every field that is set, a line each; nested ones as JSON.
void PrintFields(const Message& message, const Options& options) {
  Table table({std::string(options.Word("FIELD", "字段")), std::string(options.Word("VALUE", "值"))});
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        std::string value;
        if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
          value = ToJson(reflection->GetRepeatedMessage(message, field, i), false);
        else
          google::protobuf::TextFormat::PrintFieldValueToString(message, field, i, &value);
        table.AddRow({i ? "" : field->name(), value});
      }
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      table.AddRow({field->name(), ToJson(reflection->GetMessage(message, field), false)});
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      table.AddRow({field->name(), reflection->GetString(message, field)});
    } else {
      std::string value;
      google::protobuf::TextFormat::PrintFieldValueToString(message, field, -1, &value);
      table.AddRow({field->name(), value});
    }
  }
  table.PrintAligned(std::cout, 0);
}

// Puts `field=value` into the request's filter; what is wrong with it, or nothing.
std::string AddCondition(Message* request, const std::string& condition) {
  const auto* filter_field = request->GetDescriptor()->FindFieldByName("filter");
  if (filter_field == nullptr) return "this collection has no filter";
  Message* filter = request->GetReflection()->MutableMessage(request, filter_field);
  const std::size_t equals = condition.find('=');
  const std::string key = condition.substr(0, equals);
  const auto* field = filter->GetDescriptor()->FindFieldByName(key);
  if (field == nullptr || equals == std::string::npos) {
    std::string known;
    for (int i = 0; i < filter->GetDescriptor()->field_count(); ++i)
      known += " " + filter->GetDescriptor()->field(i)->name();
    return "--where takes FIELD=VALUE with a field of:" + known;
  }
  const std::string value = condition.substr(equals + 1);
  const auto* reflection = filter->GetReflection();
  if (field->enum_type() != nullptr) {
    const auto* number = field->enum_type()->FindValueByName(value);
    if (number == nullptr) return value + " is no " + field->enum_type()->name();
    field->is_repeated() ? reflection->AddEnum(filter, field, number) : reflection->SetEnum(filter, field, number);
  } else if (field->is_repeated()) {
    reflection->AddString(filter, field, value);
  } else {
    reflection->SetString(filter, field, value);
  }
  return "";
}

void PrintOne(const ResourceCalls* calls, const Message& message, const Options& options) {
  if (options.output == Output::kJson) {
    std::cout << ToJson(message);
  } else if (options.output == Output::kCsv && calls != nullptr) {
    Table table = ResourceTable(*calls, options);
    AddResourceRow(message, options, &table);
    table.PrintCsv(std::cout);
  } else {
    PrintFields(message, options);
  }
}

}  // namespace

int Get(Connection& connection, const Options& options, const std::string& typed) {
  const std::string name = FullName(typed);
  if (model::ParseGapName(name)) {
    v1::GetGapRequest request;
    request.set_name(name);
    v1::Gap gap;
    const auto status = connection.Call("bulian.v1.GapService/GetGap", request, &gap);
    if (!status.ok()) return PrintError(status);
    PrintOne(nullptr, gap, options);
    return 0;
  }
  const ResourceCalls* calls = FindByName(name);
  if (calls == nullptr) return Usage("not the name of a resource: " + name);
  auto request = calls->Request("Get");
  SetString(request.get(), "name", name);
  auto resource = calls->NewResource();
  const auto status = connection.Call(calls->Method("Get"), *request, resource.get());
  if (!status.ok()) return PrintError(status);
  PrintOne(calls, *resource, options);
  return 0;
}

int List(Connection& connection, const Options& options, const std::string& collection, const ListFlags& flags) {
  const ResourceCalls* calls = FindByCollection(collection);
  if (calls == nullptr) return Usage("not a collection: " + collection + " (for example clusters/beibei/enterprises)");
  auto request = calls->Request("List");
  const std::size_t slash = collection.rfind('/');
  if (slash != std::string::npos) SetString(request.get(), "parent", collection.substr(0, slash));
  for (const std::string& condition : flags.where)
    if (const std::string wrong = AddCondition(request.get(), condition); !wrong.empty()) return Usage(wrong);
  MessagePtr all;
  int shown = 0;
  for (;;) {
    const int left = flags.limit > 0 ? flags.limit - shown : 1000;
    SetInt(request.get(), "page_size", std::min(left, 1000));
    MessagePtr page(google::protobuf::MessageFactory::generated_factory()
                        ->GetPrototype(google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
                            "bulian.v1.List" + std::string(calls->plural) + "Response"))
                        ->New());
    const auto status = connection.Call(calls->Method("List"), *request, page.get());
    if (!status.ok()) return PrintError(status);
    const auto* items = page->GetDescriptor()->field(0);
    shown += page->GetReflection()->FieldSize(*page, items);
    const std::string token = GetString(*page, "next_page_token");
    if (!all) {
      all = std::move(page);
    } else {
      SetString(all.get(), "next_page_token", "");
      all->MergeFrom(*page);
    }
    if (token.empty() || (flags.limit > 0 && shown >= flags.limit)) break;
    SetString(request.get(), "page_token", token);
  }
  if (options.output == Output::kJson) {
    std::cout << ToJson(*all);
    return 0;
  }
  Table table = ResourceTable(*calls, options);
  const auto* items = all->GetDescriptor()->field(0);
  for (int i = 0; i < shown; ++i)
    AddResourceRow(all->GetReflection()->GetRepeatedMessage(*all, items, i), options, &table);
  options.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout);
  return 0;
}

int Apply(Connection& connection, const Options& options, const std::string& file, bool validate_only) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file);
    if (!opened) return Usage("cannot read " + file);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  // One JSON object over several lines, or one a line.
  std::vector<std::string> documents;
  v1::ImportRecord probe;
  if (google::protobuf::util::JsonStringToMessage(text, &probe).ok()) {
    documents.push_back(text);
  } else {
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      documents.push_back(text.substr(start, end - start));
      start = end + 1;
    }
  }
  int result = 0, line = 0;
  for (const std::string& document : documents) {
    ++line;
    if (document.find_first_not_of(" \t\r") == std::string::npos) continue;
    v1::ImportRecord record;
    const auto parsed = google::protobuf::util::JsonStringToMessage(document, &record);
    const auto* field =
        parsed.ok() ? record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0))
                    : nullptr;
    if (field == nullptr) {
      std::cerr << file << ':' << line << ": "
                << (parsed.ok() ? "no resource in the record" : parsed.message().ToString()) << '\n';
      result = 1;
      continue;
    }
    const ResourceCalls* calls = FindByField(field->name());
    auto request = calls->Request("Update");
    const auto* target = request->GetDescriptor()->FindFieldByName(std::string(calls->field));
    request->GetReflection()
        ->MutableMessage(request.get(), target)
        ->CopyFrom(record.GetReflection()->GetMessage(record, field));
    const auto* mask = request->GetDescriptor()->FindFieldByName("update_mask");
    static_cast<google::protobuf::FieldMask*>(request->GetReflection()->MutableMessage(request.get(), mask))
        ->add_paths("*");
    SetBool(request.get(), "allow_missing", true);
    SetBool(request.get(), "validate_only", validate_only);
    auto resource = calls->NewResource();
    const auto status = connection.Call(calls->Method("Update"), *request, resource.get());
    if (!status.ok()) {
      std::cerr << file << ':' << line << ": ";
      result = PrintError(status);
    } else if (options.output == Output::kJson) {
      std::cout << ToJson(*resource, false);
    } else {
      std::cout << (validate_only ? "would apply " : "applied ") << GetString(*resource, "name") << '\n';
    }
  }
  return result;
}

int Delete(Connection& connection, const Options& options, const std::string& typed, const DeleteFlags& flags) {
  const std::string name = FullName(typed);
  const ResourceCalls* calls = FindByName(name);
  if (calls == nullptr) return Usage("not the name of a resource: " + name);
  auto request = calls->Request("Delete");
  SetString(request.get(), "name", name);
  if (flags.force && request->GetDescriptor()->FindFieldByName("force") == nullptr)
    return Usage("--force has no meaning for " + name);
  SetBool(request.get(), "force", flags.force);
  SetBool(request.get(), "allow_missing", flags.allow_missing);
  SetBool(request.get(), "validate_only", flags.validate_only);
  google::protobuf::Empty empty;
  const auto status = connection.Call(calls->Method("Delete"), *request, &empty);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson)
    std::cout << "{}\n";
  else
    std::cout << (flags.validate_only ? "would delete " : "deleted ") << name << '\n';
  return 0;
}

int Export(Connection& connection, const Options&, const std::string& typed, const std::string& file) {
  std::ofstream opened;
  if (!file.empty() && file != "-") {
    opened.open(file, std::ios::binary | std::ios::trunc);
    if (!opened) return Usage("cannot write " + file);
  }
  std::ostream& out = opened.is_open() ? opened : std::cout;
  v1::ExportRequest request;
  request.set_parent(FullName(typed));
  grpc::ClientContext context;
  auto stub = v1::ExchangeService::NewStub(connection.channel());
  auto reader = stub->Export(&context, request);
  v1::ExportResponse response;
  while (reader->Read(&response))
    for (const auto& record : response.records()) out << ToJson(record, false);
  out.flush();
  const auto status = reader->Finish();
  if (!status.ok()) return PrintError(status);
  return out.good() ? 0 : Usage("writing failed: " + file);
}

}  // namespace bulian::cli
