#include "tools/cli/gap_watch_command.h"

#include <iostream>
#include <vector>

#include "bulian/v1/gap.grpc.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/util/time_util.h"
#include "services/model/day.h"
#include "tools/cli/gap_words.h"
#include "tools/cli/phrases.h"
#include "tools/cli/stream_follower.h"

namespace bulian::cli {
namespace {

using google::protobuf::FieldDescriptor;

std::string DateText(const google::type::Date& date) {
  const auto day = model::ToDay(date);
  return day ? model::FormatDay(*day) : "?";
}

// Of a gap that is known by its name alone: `.../gaps/single-source`.
std::string_view KindOfName(const std::string& name, const Options& o) {
  google::protobuf::RepeatedField<int> kinds;
  if (!ParseKinds({name.substr(name.rfind('/') + 1)}, &kinds)) return "?";
  return KindText(static_cast<v1::GapKind>(kinds[0]), o);
}

std::string Described(const v1::Gap& gap, const Options& o) {
  std::string text = o.Text(gap.segment_display_name());
  const std::string numbers = NumbersText(gap, o), unmet = ShareText(UnmetShareOf(gap));
  if (!numbers.empty()) text += (text.empty() ? "" : ": ") + numbers;
  if (!unmet.empty()) text += std::string(o.Word(", unmet ", "，未满足 ")) + unmet;
  return text;
}

// What differs but is in no number shown: names of the fields.
void AddOtherFields(const v1::Gap& before, const v1::Gap& after, bool numbers_differ, std::vector<std::string>* parts) {
  for (int i = 0; i < after.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = after.GetDescriptor()->field(i);
    const std::string& name = field->name();
    if (name == "revision" || name == "as_of" || name == "certainty" || name == "unmet_share" ||
        name.rfind("on_", 0) == 0 || (name == "metrics" && numbers_differ))
      continue;
    google::protobuf::util::MessageDifferencer differ;
    if (!differ.CompareWithFields(before, after, {field}, {field})) parts->push_back(name);
  }
}

std::string Changed(const v1::Gap& before, const v1::Gap& after, const Options& o) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view what, const std::string& then, const std::string& now) {
    if (then != now) parts.push_back(std::string(what) + then + " → " + now);
  };
  add("", std::string(CertaintyText(before.certainty(), o)), std::string(CertaintyText(after.certainty(), o)));
  const std::string then_numbers = NumbersText(before, o), now_numbers = NumbersText(after, o);
  const bool numbers = then_numbers != now_numbers;
  if (numbers) {
    const std::string both = NumbersText(after.kind(), before.metrics(), after.metrics(), o);
    parts.push_back(both.empty() ? Arrow(then_numbers, now_numbers) : both);
  }
  const auto known = [](const std::string& share) { return share.empty() ? "?" : share; };
  add(o.Word("unmet ", "未满足 "), known(ShareText(UnmetShareOf(before))), known(ShareText(UnmetShareOf(after))));
  AddOtherFields(before, after, numbers, &parts);
  std::string text = o.Text(after.segment_display_name());
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? ", " : text.empty() ? "" : ": ") + parts[i];
  return text;
}

std::string GapLine(const v1::Gap& gap, const Options& o) {
  return std::string(KindText(gap.kind(), o)) + "  " + std::string(CertaintyText(gap.certainty(), o)) + "  " +
         ShortName(gap.name()) + "  ";
}

void Show(const v1::WatchGapsResponse& message, const Options& o) {
  if (o.output == Output::kJson) {
    std::cout << ToJson(message, false);
  } else if (message.has_commit()) {
    const v1::GapCommit& commit = message.commit();
    std::cout << message.revision().number() << "  "
              << google::protobuf::util::TimeUtil::ToString(message.revision().commit_time()) << "  " << commit.actor()
              << "  " << commit.method().substr(commit.method().rfind('/') + 1) << o.Word("  as of ", "  日期 ")
              << DateText(commit.as_of()) << '\n';
    for (const v1::GapChange& change : commit.changes()) std::cout << "  " << GapChangeLine(change, o) << '\n';
  } else if (message.has_snapshot()) {
    for (const v1::Gap& gap : message.snapshot().gaps())
      std::cout << "  = " << GapLine(gap, o) << Described(gap, o) << '\n';
    if (message.snapshot().snapshot_complete())
      std::cout << message.revision().number() << "  " << o.Word("snapshot complete, as of ", "快照完成，日期 ")
                << DateText(message.snapshot().as_of()) << '\n';
  }
  std::cout.flush();
}

}  // namespace

std::string GapChangeLine(const v1::GapChange& change, const Options& o) {
  const std::string mark = change.kind() == v1::APPEARED ? "+ " : change.kind() == v1::GONE ? "- " : "~ ";
  if (!change.has_before() && !change.has_after())
    return mark + std::string(KindOfName(change.name(), o)) + "  " + ShortName(change.name());
  const v1::Gap& gap = change.has_after() ? change.after() : change.before();
  const bool both = change.has_before() && change.has_after();
  return mark + GapLine(gap, o) + (both ? Changed(change.before(), change.after(), o) : Described(gap, o));
}

int WatchGaps(Connection& connection, const Options& options, const std::string& parent, const WatchFlags& flags) {
  v1::WatchGapsRequest request;
  request.set_parent(FullName(parent));
  if (!ParseKinds(flags.kinds, request.mutable_kinds())) return 1;
  if (!flags.resume.empty())
    request.set_resume_token(flags.resume);
  else
    request.set_position(flags.from == "snapshot" ? v1::SNAPSHOT_THEN_FOLLOW
                         : flags.from == "now"    ? v1::NOW
                                                  : v1::EARLIEST);
  const auto stub = v1::GapService::NewStub(connection.channel());
  return FollowStream<v1::WatchGapsResponse>(
      request,
      [&](grpc::ClientContext* context, const v1::WatchGapsRequest& next) { return stub->WatchGaps(context, next); },
      [&](const v1::WatchGapsResponse& message) { Show(message, options); });
}

}  // namespace bulian::cli
