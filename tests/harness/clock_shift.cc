// Preloaded into a program (LD_PRELOAD), it moves the clock of the day, and no other, by as many nanoseconds as stand
// in the first eight bytes of the file that BULIAN_CLOCK_SHIFT_FILE names. The test that holds the file may change them
// while the program runs: its clock jumps.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

const std::atomic<std::int64_t>* MapShift() {
  static const std::atomic<std::int64_t> none{0};
  const char* path = std::getenv("BULIAN_CLOCK_SHIFT_FILE");
  if (path == nullptr) return &none;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return &none;
  void* shared = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return shared == MAP_FAILED ? &none : static_cast<const std::atomic<std::int64_t>*>(shared);
}

// 0 if `time` was moved.
int Now(clockid_t clock, timespec* time) {
  static const std::atomic<std::int64_t>* const shift = MapShift();
  if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return 0;
  const std::int64_t moved = time->tv_sec * kSecond + time->tv_nsec + shift->load(std::memory_order_relaxed);
  time->tv_sec = moved / kSecond;
  time->tv_nsec = moved % kSecond;
  return 0;
}

}  // namespace

// The program finds these instead of the C library's.
extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept { return Now(clock, time); }

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept {
  timespec now{};
  if (Now(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) noexcept {
  timespec now{};
  if (Now(CLOCK_REALTIME, &now) != 0) return -1;
  if (result != nullptr) *result = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
