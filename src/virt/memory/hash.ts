/** 32 bits that stand for 4096 bytes. Two different pages may have the same: whoever shares must compare. */

export type PageHash = (words: Int32Array, from: number, count: number) => number;

/** FNV-1a over words instead of bytes, with MurmurHash3's finalizer, so that every bit of the page reaches every bit of the hash. */
export const hashWords: PageHash = (words, from, count) => {
  let hash = 0x811c9dc5 | 0;
  for (let at = from; at < from + count; at++) {
    hash = Math.imul(hash ^ words[at]!, 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
