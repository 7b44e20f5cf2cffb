/**
 * The state of a third-generation machine, S = (E, M, P, R), after Popek and Goldberg,
 * "Formal Requirements for Virtualizable Third Generation Architectures", CACM 17(7), 1974, section 2.
 *
 *      E   executable storage, q words               M   mode: s(upervisor) or u(ser)
 *      P   program counter, relative to R            R   relocation-bounds register (l, b)
 *
 *      address development (in both modes)           E  0        l            l+b       q
 *      a ≥ b or a + l ≥ q  -> memory trap               ├────────┼─────────────┼─────────┤
 *      else                -> E[a + l]                           │<-- E|r ---->│
 *
 * Everything here is plain data, so that a state can be written down, compared and printed.
 */

/** M: supervisor or user. */
export type Mode = "s" | "u";

/** R = (l, b): `l` is the absolute address of relative address 0, `b` the number of words that may be reached. */
export interface Relocation {
  l: number;
  b: number;
}

/** The paper's ⟨M, P, R⟩, which a trap saves and loads. */
export interface Psw {
  M: Mode;
  P: number;
  R: Relocation;
}

/** S = (E, M, P, R). */
export interface State extends Psw {
  E: number[];
}

/** What one instruction made of a state. For both traps `state` is the state after the trap sequence (E[0], E[1]). */
export interface Outcome {
  kind: "next" | "trap" | "memory-trap";
  state: State;
}

/** E|r: the words that R lets the program reach, in order. The paper compares states through this window. */
export function window({ E, R }: State): number[] {
  return E.slice(R.l, R.l + R.b);
}

export function sameRelocation(one: Relocation, other: Relocation): boolean {
  return one.l === other.l && one.b === other.b;
}

export function sameWords(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
