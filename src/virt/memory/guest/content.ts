/** Bytes that follow from two numbers: the same image and block give the same page on every machine. */

/** A word that nothing else has, as good as at random (after Murmur3's finalizer). */
export function mix(image: number, block: number): number {
  let word = Math.imul(image ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(block + 1, 0xc2b2ae35);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

/** Fills a page. Word 0 is `mix(image, block)`; all words differ from page to page. */
export function fillPage(page: Uint8Array, image: number, block: number): void {
  const words = new Int32Array(page.buffer, page.byteOffset, page.byteLength / 4);
  let word = mix(image, block);
  for (let at = 0; at < words.length; at++) {
    words[at] = word;
    word = (Math.imul(word, 1664525) + 1013904223) | 0;
  }
}
