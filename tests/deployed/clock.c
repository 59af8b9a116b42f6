// Turns the clock of every process that loads this library (LD_PRELOAD), by the seconds in the file that KEEPWELL_CLOCK names.
//
// The functions read the real time and have no switch to change it. Schedules, working hours and "30 days later" can be
// proved only when time passes, so it passes for all at once: emulator, functions and test. Clocks that measure how long
// something takes are left alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static const volatile int64_t *turned_by;

__attribute__((constructor)) static void start(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *name = getenv("KEEPWELL_CLOCK");
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) turned_by = mapped;
}

int clock_gettime(clockid_t which, struct timespec *now) {
  if (!real_clock_gettime) start(); // another library's constructor may ask before ours has run
  int failed = real_clock_gettime(which, now);
  if (!failed && turned_by && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += *turned_by;
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  int failed = clock_gettime(CLOCK_REALTIME, &precise);
  if (!failed) *now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / 1000};
  return failed;
}

time_t time(time_t *out) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now)) return (time_t)-1;
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
