/** A set of interrupt vectors, laid out as the local APIC's 256-bit registers: eight words, bit 0 of the first being vector 0. */
export class VectorSet {
  readonly words = new Int32Array(8);

  has(vector: number): boolean {
    return ((this.#word(vector) >>> (vector & 31)) & 1) !== 0;
  }

  add(vector: number): void {
    this.words[vector >> 5] = this.#word(vector) | (1 << (vector & 31));
  }

  delete(vector: number): void {
    this.words[vector >> 5] = this.#word(vector) & ~(1 << (vector & 31));
  }

  clear(): void {
    this.words.fill(0);
  }

  /** The highest vector, which has the highest priority; −1 if there is none. */
  highest(): number {
    for (let word = 7; word >= 0; word--) {
      const bits = this.words[word] as number;
      if (bits !== 0) return 32 * word + 31 - Math.clz32(bits);
    }
    return -1;
  }

  #word(vector: number): number {
    return this.words[vector >> 5] as number;
  }
}
