/** How much a layer may ask for, so that a small archive cannot fill a machine. */
export interface Limits {
  /** Bytes of the archive once it is not compressed any more. */
  readonly inflated: number;
  readonly entries: number;
  /** Names in a path. */
  readonly depth: number;
}
export const LIMITS: Limits = { inflated: 2 ** 30, entries: 200_000, depth: 128 };
