/**
 * A device's clock derived from the processor's: exact, so that it never drifts. A tick n happens at the first cycle c with
 * c · ticksPerSecond ≥ n · cyclesPerSecond.
 */

/** ⌊a · b / c⌋ for 0 ≤ a ≤ 2⁵³ and b, c < 2³², without rounding: a is split by c, b in halves of 16 bits. */
function mulDiv(a: number, b: number, c: number): number {
  const rest = a % c;
  const high = rest * Math.floor(b / 65536);
  const low = (high % c) * 65536 + rest * (b % 65536);
  return ((a - rest) / c) * b + ((high - (high % c)) / c) * 65536 + (low - (low % c)) / c;
}

export class Rate {
  readonly #cycles: number;
  readonly #ticks: number;

  /** Both in hertz, whole, below 2³². */
  constructor(cyclesPerSecond: number, ticksPerSecond: number) {
    for (const hertz of [cyclesPerSecond, ticksPerSecond])
      if (!Number.isInteger(hertz) || hertz < 1 || hertz >= 2 ** 32)
        throw new RangeError(`a clock of ${hertz} Hz: it must be a whole number between 1 and 2^32 − 1`);
    this.#cycles = cyclesPerSecond;
    this.#ticks = ticksPerSecond;
  }

  /** Ticks that have happened by a cycle. */
  ticks(cycle: number): number {
    return mulDiv(cycle, this.#ticks, this.#cycles);
  }

  /** The cycle at which a tick happens; Infinity for Infinity. */
  cycle(tick: number): number {
    if (tick === Number.POSITIVE_INFINITY) return tick;
    const cycle = mulDiv(tick, this.#cycles, this.#ticks);
    return this.ticks(cycle) < tick ? cycle + 1 : cycle;
  }
}
