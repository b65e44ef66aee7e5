#include "services/store/redis/scripts.h"

#include <openssl/sha.h>

#include <array>
#include <utility>

namespace bulian::store::redis {
namespace {

// Shared beginnings. A time in 20 digits of nanoseconds has its microseconds in the first 17, exact as a number.
constexpr char kTime[] = R"lua(
local function pad(text) return string.rep('0', 20 - #text) .. text end
local function clock(given)
  if given ~= '' then return given end
  local t = redis.call('TIME')
  return pad(t[1] .. string.rep('0', 6 - #t[2]) .. t[2] .. '000')
end
local function micros(time) return tonumber(string.sub(time, 1, 17)) end
local day = 86400000000
)lua";

constexpr char kCommitSource[] = R"lua(
local head, log, requests, times, changed, dropped = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local create, expected_uid, validated_at = ARGV[1] == '1', ARGV[2], tonumber(ARGV[3])
local seen_count, seen_last, seen = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local now, new_uid, genesis = clock(ARGV[7]), ARGV[8], ARGV[9]
local scope, payload, lasting, meta, digest = ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local h = redis.call('HMGET', head, 'uid', 'epoch', 'revision', 'time', 'earliest', 'bytes', 'records', 'digest')
local uid, epoch, revision, time = h[1], h[2], tonumber(h[3] or '0'), h[4] or ''
if uid and now < time then now = time end

local row = uid and redis.call('HGET', requests, scope)
if row then
  if micros(now) - micros(string.sub(row, 1, 20)) <= day then
    if string.sub(row, 41) ~= payload then return {'reused'} end
    if ARGV[15] == '1' then redis.call('HSET', head, 'replayed', now) end
    return {'replayed', string.sub(row, 21, 40), string.sub(row, 1, 20), epoch, uid}
  end
elseif lasting ~= '' then
  row = redis.call('HGET', dropped, lasting)
  if row and micros(now) - micros(string.sub(row, 1, 20)) <= day then
    if string.sub(row, 97) ~= payload then return {'reused'} end
    return {'replayed', string.sub(row, 21, 40), string.sub(row, 1, 20), string.sub(row, 41, 60),
            string.sub(row, 61, 96)}
  end
end

if uid and create then return {'exists'} end
if not uid and not create then return {'missing'} end
if uid and expected_uid ~= '' and expected_uid ~= uid then return {'anew'} end
if validated_at > revision and uid then return {'ahead'} end

local at = 18
local reads = tonumber(ARGV[at])
local guards_at = at + 1 + 2 * reads
local guards = tonumber(ARGV[guards_at])
local writes_at = guards_at + 1 + guards
local writes = tonumber(ARGV[writes_at])
if uid and validated_at < revision and
   not (seen_count == revision - validated_at and seen_last == revision) then
  if validated_at + 1 < tonumber(h[5]) then return {'unretained'} end
  local function is_new(number)
    return number > validated_at and not string.find(seen, ',' .. string.format('%.0f', number) .. ',', 1, true)
  end
  local function conflicts(bucket, name)
    local value = redis.call('HGET', bucket, name)
    if value and is_new(struct.unpack('<I8', value)) then return true end
    local last = redis.call('ZSCORE', changed, name)
    return last and is_new(tonumber(last))
  end
  for i = at + 1, guards_at - 1, 2 do
    if conflicts(KEYS[tonumber(ARGV[i])], ARGV[i + 1]) then return {'changed'} end
  end
  for i = writes_at + 1, writes_at + 4 * writes, 4 do
    if conflicts(KEYS[tonumber(ARGV[i])], ARGV[i + 1]) then return {'changed'} end
  end
end

local records, predecessor = tonumber(h[7] or '0'), h[8]
if not uid then uid, epoch, predecessor = new_uid, '1', genesis end
revision = revision + 1
local stamp = struct.pack('<I8', revision)
local rows, puts, deletes = {}, {}, {}
for i = writes_at + 1, writes_at + 4 * writes, 4 do
  local bucket, name, value = KEYS[tonumber(ARGV[i])], ARGV[i + 1], false
  if ARGV[i + 2] == '1' then value = ARGV[i + 3] end
  local before = redis.call('HGET', bucket, name)
  local before_revision, before_value = string.rep('\0', 8), ''
  if before then before_revision, before_value = string.sub(before, 1, 8), string.sub(before, 9) end
  rows[#rows + 1] = struct.pack('<I2I4I4', #name, before and #before_value or 4294967295,
                                value and #value or 4294967295) ..
                    before_revision .. name .. before_value .. (value or '')
  if value then
    puts[#puts + 1] = {bucket, name, value}
    if not before then records = records + 1 end
  else
    deletes[#deletes + 1] = {before and bucket, name}
    if before then records = records - 1 end
  end
end
local blob = table.concat(rows)
local text = string.format('%.0f', revision)

redis.call('XADD', log, text .. '-0', 't', now, 'e', epoch, 'p', predecessor, 'd', digest, 'm', meta,
           'n', writes, 'c', blob)
if revision == 1 then
  for i = 7, #KEYS do redis.call('HSET', KEYS[i], '', '') end
  redis.call('HSET', requests, '', '')
  redis.call('HSET', dropped, '', '')
  redis.call('ZADD', times, 'inf', '')
  redis.call('ZADD', changed, 'inf', '')
  redis.call('HSET', head, 'earliest', '1')
end
for _, put in ipairs(puts) do redis.call('HSET', put[1], put[2], stamp .. put[3]) end
for _, delete in ipairs(deletes) do
  if delete[1] then redis.call('HDEL', delete[1], delete[2]) end
  redis.call('ZADD', changed, text, delete[2])
end
for i = guards_at + 1, writes_at - 1 do redis.call('ZADD', changed, text, ARGV[i]) end
redis.call('HSET', requests, scope, now .. pad(text) .. payload)
redis.call('ZADD', times, string.format('%.0f', micros(now)), scope)
redis.call('HSET', head, 'uid', uid, 'epoch', epoch, 'revision', text, 'time', now, 'records', records, 'digest', digest,
           'bytes', string.format('%.0f', tonumber(h[6] or '0') + #blob + #meta + 200), 'scope', scope,
           'lasting', lasting)
redis.pcall('PUBLISH', ARGV[16], ARGV[17])
return {'done', text, now, epoch, uid}
)lua";

constexpr char kDropSource[] = R"lua(
local head, dropped = KEYS[1], KEYS[6]
local h = redis.call('HMGET', head, 'uid', 'epoch', 'revision', 'time', 'scope', 'lasting')
if not h[1] then return {'missing'} end
if ARGV[1] ~= '' and ARGV[1] ~= h[1] then return {'anew'} end
local row = h[6] and h[6] ~= '' and redis.call('HGET', KEYS[3], h[5])
for i = 1, #KEYS do
  if i ~= 6 then redis.call('UNLINK', KEYS[i]) end
end
if row then
  redis.call('HSET', dropped, h[6], string.sub(row, 1, 40) .. pad(h[2]) .. h[1] .. string.sub(row, 41))
end
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return {'done', h[1]}
)lua";

constexpr char kTrimSource[] = R"lua(
local head, log, requests, times, changed, dropped = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local now, most_commits, most_age, most_bytes = clock(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local left = tonumber(ARGV[5])
local h = redis.call('HMGET', head, 'revision', 'earliest', 'bytes', 'time')
if h[1] then
  local revision, earliest, bytes = tonumber(h[1]), tonumber(h[2]), tonumber(h[3])
  local first = earliest
  while left > 0 and earliest < revision do
    local entry = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)
    if #entry == 0 then break end
    local id, fields, size, time, rows = entry[1][1], entry[1][2], 200, now, 0
    for i = 1, #fields, 2 do
      if fields[i] == 't' then time = fields[i + 1] end
      if fields[i] == 'n' then rows = tonumber(fields[i + 1]) end
      if fields[i] == 'm' or fields[i] == 'c' then size = size + #fields[i + 1] end
    end
    local beyond = (most_commits > 0 and revision - earliest + 1 > most_commits) or
                   (most_bytes > 0 and bytes > most_bytes) or
                   (most_age > 0 and micros(now) - micros(time) > most_age)
    if not beyond then break end
    redis.call('XDEL', log, id)
    earliest, bytes, left = earliest + 1, bytes - size, left - rows - 1
  end
  if earliest > first then
    redis.call('HSET', head, 'earliest', string.format('%.0f', earliest), 'bytes', string.format('%.0f', bytes))
  end
  if left > 0 then
    local gone = redis.call('ZRANGEBYSCORE', changed, '-inf', string.format('%.0f', earliest - 1), 'LIMIT', 0,
                            math.min(left, 4000))
    if #gone > 0 then redis.call('ZREM', changed, unpack(gone)) end
    left = left - #gone
  end
  if left > 0 then
    local old = redis.call('ZRANGEBYSCORE', times, '-inf', '(' .. string.format('%.0f', micros(now) - day), 'LIMIT', 0,
                           math.min(left, 4000))
    if #old > 0 then
      redis.call('HDEL', requests, unpack(old))
      redis.call('ZREM', times, unpack(old))
    end
    left = left - #old
  end
end
if left > 0 then
  local rows = redis.call('HGETALL', dropped)
  for i = 1, #rows, 2 do
    if rows[i] ~= '' and micros(now) - micros(string.sub(rows[i + 1], 1, 20)) > day then
      redis.call('HDEL', dropped, rows[i])
    end
  end
end
return left <= 0 and 1 or 0
)lua";

constexpr char kRaiseEpochSource[] = R"lua(
if redis.call('HGET', KEYS[1], 'digest') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'digest', ARGV[3])
return 1
)lua";

constexpr char kConfirmSource[] = R"lua(
local h = redis.call('HMGET', KEYS[1], 'uid', 'confirmed')
if h[1] ~= ARGV[1] then return 0 end
if tonumber(h[2] or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'confirmed', ARGV[2])
  redis.pcall('PUBLISH', ARGV[3], ARGV[4])
end
return 1
)lua";

constexpr char kForgetSource[] = R"lua(
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
)lua";

constexpr char kAdoptSource[] = R"lua(
local half = #KEYS / 2
local uid = redis.call('HGET', KEYS[1], 'uid')
if uid then return uid == ARGV[4] and 'done' or 'exists' end
for i = 2, half do
  -- What is remembered of a log that was dropped stays.
  if i ~= 6 or redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('RENAME', KEYS[half + i], KEYS[i])
    redis.call('PERSIST', KEYS[i])
  end
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return 'done'
)lua";

struct Known {
  std::string source, sha;
};

// With a first line that names the engine, a server refuses the whole script when it may not write, or has no room.
Known Make(const char* body) {
  Known known{std::string("#!lua\n") + kTime + body, ""};
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(known.source.data()), known.source.size(), digest);
  static constexpr char kHex[] = "0123456789abcdef";
  for (const unsigned char byte : digest) known.sha.append({kHex[byte >> 4], kHex[byte & 15]});
  return known;
}

const std::array<Known, 7>& All() {
  static const auto* const kAll =
      new std::array<Known, 7>{Make(kCommitSource),  Make(kDropSource),   Make(kTrimSource), Make(kRaiseEpochSource),
                               Make(kConfirmSource), Make(kForgetSource), Make(kAdoptSource)};
  return *kAll;
}

}  // namespace

Command Call(Script script, const std::vector<std::string>& keys, std::vector<std::string> arguments) {
  Command command = {"EVALSHA", All()[static_cast<std::size_t>(script)].sha, std::to_string(keys.size())};
  command.reserve(command.size() + keys.size() + arguments.size());
  command.insert(command.end(), keys.begin(), keys.end());
  for (std::string& argument : arguments) command.push_back(std::move(argument));
  return command;
}

absl::Status LoadScripts(Connection& connection) {
  for (const Known& known : All()) {
    const auto loaded = connection.Run({"SCRIPT", "LOAD", known.source});
    if (!loaded.ok()) return loaded.status();
    if (const Reply answer(loaded->get()); answer.IsError()) return RedisFailed(answer.Text());
  }
  return absl::OkStatus();
}

const std::string& SourceOf(Script script) { return All()[static_cast<std::size_t>(script)].source; }

}  // namespace bulian::store::redis
