// How many random cases a property test tries: all in a plain build, a tenth under a sanitizer, where a case costs ten
// to twenty times as much.
#ifndef TESTS_HARNESS_CASES_H_
#define TESTS_HARNESS_CASES_H_

#ifdef __has_feature  // clang, which the builds with a sanitizer use
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BULIAN_ONE_CASE_IN 10
#endif
#endif
#ifndef BULIAN_ONE_CASE_IN
#define BULIAN_ONE_CASE_IN 1
#endif

namespace bulian::harness {

constexpr int Cases(int all) { return (all + BULIAN_ONE_CASE_IN - 1) / BULIAN_ONE_CASE_IN; }

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_CASES_H_
