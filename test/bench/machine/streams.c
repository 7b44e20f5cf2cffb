/*
 * The opponent of the trace-driven fast path (src/machine/mmu/drive.ts): the same TLBs over the same page tables in memory, as one would
 * write them in C. Geometry comes as macros, so that gcc knows every size:
 *
 *     L1_SETS L1_WAYS STLB_SETS STLB_WAYS PAGE_SHIFT ROOT, STLB_HIT and WALK_REFERENCE in cycles
 *     EPT_ROOT    addresses go through two dimensions
 *     SHORT_CUTS  with the two short cuts that ours takes: an access to the page of the one before is a hit, and walks are looked ahead for
 *
 * argv: page tables, stream. For each byte on standard input it runs the whole stream once, and answers with a line:
 *     nanoseconds of processor time, misses of the first level, hits in the second, walks, references, cycles; of this round
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_AHEAD 32

typedef struct { uint64_t misses, second, walks, references, cycles; } Counts;

#define PRESENT 1u
#define ACCESSED 32u
#define DIRTY 64u
#define LARGE 128u
#define ADDRESS 0xffffffffff000ull

/* Streams reach 2^37 bytes: page numbers fit into 32 bits. An entry's frame keeps the dirty bit beside it. */
static uint32_t l1_tags[L1_SETS][L1_WAYS] __attribute__((aligned(64)));
static uint64_t l1_frames[L1_SETS][L1_WAYS];
static uint8_t l1_turn[L1_SETS];
#if STLB_SETS
static uint32_t l2_tags[STLB_SETS][STLB_WAYS] __attribute__((aligned(64)));
static uint64_t l2_frames[STLB_SETS][STLB_WAYS];
static uint8_t l2_turn[STLB_SETS];
#endif
static uint8_t *tables;
static Counts counts;

static inline int find(const uint32_t *tags, int ways, uint32_t page) {
  for (int way = 0; way < ways; way++)
    if (tags[way] == page) return way;
  return -1;
}

static inline void put(uint32_t *tags, uint64_t *frames, uint8_t *turn, int ways, uint32_t page, uint64_t frame) {
  int way = find(tags, ways, page);
  if (way < 0) {
    way = *turn;
    *turn = way + 1 == ways ? 0 : way + 1;
    tags[way] = page;
  }
  frames[way] = frame;
}

static inline uint64_t *entry_at(uint64_t table, uint64_t address, int shift) {
  return (uint64_t *)(tables + table + (address >> shift & 511) * 8);
}

#ifdef EPT_ROOT
#define EPT_RIGHTS 7u
static inline uint64_t to_host(uint64_t guest) {
  uint64_t table = EPT_ROOT;
  for (int shift = 39;; shift -= 9) {
    uint64_t entry = *entry_at(table, guest, shift);
    counts.references++;
    if ((entry & EPT_RIGHTS) != EPT_RIGHTS) abort();
    uint64_t size = 1ull << shift;
    if (shift == 12 || (shift != 39 && entry & LARGE))
      return (entry & ADDRESS & ~(size - 1)) | (guest & (size - 1));
    table = entry & ADDRESS;
  }
}
#else
static inline uint64_t to_host(uint64_t physical) { return physical; }
#endif

/* The frame, and the dirty bit beside it. */
static uint64_t walk(uint64_t address, int write) {
  uint64_t table = ROOT;
  for (int shift = 39;; shift -= 9) {
    uint64_t *at = entry_at(to_host(table), address, shift);
    uint64_t entry = *at;
    counts.references++;
    if (!(entry & PRESENT)) abort();
    if (shift == 12 || (shift != 39 && entry & LARGE)) {
      uint64_t marked = entry | ACCESSED | (write ? DIRTY : 0);
      if (marked != entry) *at = marked;
      uint64_t size = 1ull << shift;
      return (to_host((entry & ADDRESS & ~(size - 1)) | (address & (size - 1))) & ~4095ull) | (marked & DIRTY);
    }
    if (!(entry & ACCESSED)) *at = entry | ACCESSED;
    table = entry & ADDRESS;
  }
}

__attribute__((noinline)) static void miss(uint32_t page, int write, int hit) {
  uint32_t set = page % L1_SETS;
#if STLB_SETS
  uint32_t second = page % STLB_SETS;
#endif
  uint64_t frame;
  if (!hit) {
    counts.misses++;
#if STLB_SETS
    int way = find(l2_tags[second], STLB_WAYS, page);
    if (way >= 0 && (!write || l2_frames[second][way] & DIRTY)) {
      counts.second++;
      put(l1_tags[set], l1_frames[set], &l1_turn[set], L1_WAYS, page, l2_frames[second][way]);
      return;
    }
#endif
  }
  counts.walks++;
  frame = walk((uint64_t)page << PAGE_SHIFT, write);
#if STLB_SETS
  put(l2_tags[second], l2_frames[second], &l2_turn[second], STLB_WAYS, page, frame);
#endif
  put(l1_tags[set], l1_frames[set], &l1_turn[set], L1_WAYS, page, frame);
}

#ifdef SHORT_CUTS
/* The last entry of the walk alone: those above are at hand as a rule. */
static inline void look_ahead(uint32_t page) {
  uint64_t address = (uint64_t)page << PAGE_SHIFT, table = ROOT;
  for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) table = *entry_at(table, address, shift) & ADDRESS;
  __builtin_prefetch(entry_at(table, address, PAGE_SHIFT));
#ifdef EPT_ROOT
  /* Guest-physical addresses are the host's (region.ts), and so is the frame's. */
  uint64_t frame = address + FRAMES;
  table = EPT_ROOT;
  for (int shift = 39; shift > PAGE_SHIFT; shift -= 9) table = *entry_at(table, frame, shift) & ADDRESS;
  __builtin_prefetch(entry_at(table, frame, PAGE_SHIFT));
#endif
}
#endif

static void run(const uint32_t *stream, size_t length) {
#ifdef SHORT_CUTS
  uint32_t last = ~stream[0];
#endif
  for (size_t i = 0; i < length; i++) {
    uint32_t page = stream[i] >> (PAGE_SHIFT - 5);
    int write = stream[i] & 1;
#ifdef SHORT_CUTS
    if (((stream[i] ^ last) & (0xffffff80u | write)) == 0) continue;
    last = stream[i];
    if (i + LOOK_AHEAD < length) look_ahead(stream[i + LOOK_AHEAD] >> (PAGE_SHIFT - 5));
#endif
    int way = find(l1_tags[page % L1_SETS], L1_WAYS, page);
    if (way >= 0 && (!write || l1_frames[page % L1_SETS][way] & DIRTY)) continue;
    miss(page, write, way >= 0);
  }
}

static void *contents(const char *path, size_t *bytes) {
  int file = open(path, O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) { perror(path); exit(1); }
  *bytes = info.st_size;
  uint8_t *all = aligned_alloc(4096, (*bytes + 4095) & ~4095ul);
  for (size_t at = 0; at < *bytes;) {
    ssize_t got = read(file, all + at, *bytes - at);
    if (got <= 0) { perror(path); exit(1); }
    at += got;
  }
  close(file);
  return all;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  size_t bytes, length;
  tables = contents(argv[1], &bytes);
  uint32_t *stream = contents(argv[2], &length);
  memset(l1_tags, 0xff, sizeof l1_tags);
#if STLB_SETS
  memset(l2_tags, 0xff, sizeof l2_tags);
#endif
  char go;
  while (read(0, &go, 1) == 1) {
    memset(&counts, 0, sizeof counts);
    double from = now();
    run(stream, length / sizeof *stream);
    double took = now() - from;
    counts.cycles = counts.second * STLB_HIT + counts.references * WALK_REFERENCE;
    printf("%.0f %lu %lu %lu %lu %lu\n", took, counts.misses, counts.second, counts.walks, counts.references, counts.cycles);
    fflush(stdout);
  }
  return 0;
}
