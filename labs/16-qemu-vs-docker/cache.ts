/** What a page cache does to the throughput of files that are read again and again, as a drawing of three numbers. */

/** MiB/s: a disk, and a copy out of the page cache. */
const DISK = 80;
const CACHE = 3000;
/** Seconds of a run. */
const SECONDS = 30;
/** The rest of a system, MiB. */
const OTHERS = 250;

/**
 * Files read in order. A cache that forgets what was used least recently keeps all of them, or nothing of use: what it would need next
 * is what it has just forgotten.
 */
function inOrder(files: number, memory: number): number {
  if (files > memory - OTHERS) return DISK;
  const first = files / DISK;
  return first >= SECONDS ? DISK : (files + CACHE * (SECONDS - first)) / SECONDS;
}

/** Requests at random, when the cache is full: as many are found as there is room for. */
function atRandom(files: number, memory: number): number {
  const found = Math.min(1, Math.max(0, memory - OTHERS) / files);
  return 1 / (found / CACHE + (1 - found) / DISK);
}

/** Files of a size, with more and more memory. */
export const cacheRows = (files = 1536) =>
  [512, 768, 1024, 1280, 1536, 1792, 2048, 2560, 3072].flatMap((memory) => [
    { memory, mode: "in order (seqrd)", rate: inOrder(files, memory) },
    { memory, mode: "at random (rndrd)", rate: atRandom(files, memory) },
  ]);
