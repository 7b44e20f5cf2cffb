/**
 * A second classifier, naive: clauses C1 to C5 as they are written, over all that was seen, one quantifier after the other. It
 * shares nothing with the library's. And the same with a clause misread, for tests that tell the two apart.
 */
import type { Classification, Probe, StatePair } from "../../../src/formal/component.ts";
import type { Mode, Outcome, State } from "../../../src/formal/state.ts";

/** Ways to misread a clause. */
export const SLIPS = [
  "the mode is forgotten",
  "the place is forgotten",
  "the bound is forgotten",
  "the new mode is noted",
  "the trap sequence is a change",
  "a memory trap spoils the other state",
  "the second state is forgotten",
  "a memory trap is a trap",
  "a memory trap speaks against it",
  "one pair is enough",
  "no pair is enough",
  "supervisor mode is not asked",
  "P is forgotten",
  "windows are forgotten",
  "all of storage is compared",
  "a change counts twice",
  "a trap differs from an end",
  "a memory trap differs from an end",
  "the first pair decides",
  "the last pair decides",
  "both modes are noted",
] as const;
export type Slip = (typeof SLIPS)[number];

interface Seen {
  before: State;
  after: Outcome;
}

/** A pair of states, and what the instruction makes of both. */
export interface SeenPair {
  differ: StatePair["differ"];
  both: readonly [Seen, Seen];
}

export const tryAll = ({ pairs, execute }: Probe): SeenPair[] =>
  pairs.map(({ differ, first, second }) => ({
    differ,
    both: [
      { before: first, after: execute(first) },
      { before: second, after: execute(second) },
    ],
  }));

/** Of a classification the one field that is asked for. */
export const CLASSES: {
  readonly [S in keyof Classification]: (seen: readonly SeenPair[], slip?: Slip) => Classification[S];
} = {
  control: (seen, slip) => ({ s: control(seen, "s", slip), u: control(seen, "u", slip) }),
  privileged: (seen, slip) => privileged(differingIn(seen, "mode"), slip),
  location(seen, slip) {
    const pairs = differingIn(seen, "location");
    const of = (mode: Mode) => pairs.filter(({ both }) => both[0].before.M === mode);
    return location(of("s"), of("u"), slip);
  },
  mode: (seen, slip) => shows(differingIn(seen, "mode"), slip),
};

const differingIn = (seen: readonly SeenPair[], what: StatePair["differ"]) =>
  seen.filter(({ differ }) => differ === what);

const memoryTraps = ({ after }: Seen) => after.kind === "memory-trap";
const traps = ({ after }: Seen) => after.kind === "trap";
const completes = ({ after }: Seen) => after.kind === "next";

/** C1, for all but C3. */
const evidence = (pairs: readonly SeenPair[]) => pairs.filter(({ both }) => !both.some(memoryTraps));

/** C3 */
function control(pairs: readonly SeenPair[], mode: Mode, slip?: Slip): boolean {
  const counted = slip === "a memory trap spoils the other state" ? evidence(pairs) : pairs;
  const states = counted.flatMap(({ both }) =>
    slip === "the second state is forgotten" ? [both[0]] : [...both],
  );
  return states.some((one) => {
    const from = slip === "the new mode is noted" ? one.after.state.M : one.before.M;
    const ended = completes(one) || (slip === "the trap sequence is a change" && traps(one));
    return ended && changes(one, slip) && (from === mode || slip === "both modes are noted");
  });
}

function changes({ before, after: { state } }: Seen, slip?: Slip): boolean {
  const [M, l, b] = [
    state.M !== before.M && slip !== "the mode is forgotten",
    state.R.l !== before.R.l && slip !== "the place is forgotten",
    state.R.b !== before.R.b && slip !== "the bound is forgotten",
  ];
  return M || l || b;
}

/** C2 */
function privileged(pairs: readonly SeenPair[], slip?: Slip): boolean {
  const counted =
    slip === "a memory trap is a trap" || slip === "a memory trap speaks against it"
      ? pairs
      : evidence(pairs);
  const answers = counted.map(({ both: [supervisor, user] }) => {
    const trapsBelow = traps(user) || (slip === "a memory trap is a trap" && memoryTraps(user));
    return trapsBelow && (completes(supervisor) || slip === "supervisor mode is not asked");
  });
  if (slip === "one pair is enough") return answers.includes(true);
  return !answers.includes(false) && (answers.length > 0 || slip === "no pair is enough");
}

/** C4 */
function location(ofS: readonly SeenPair[], ofU: readonly SeenPair[], slip?: Slip): Record<Mode, boolean> {
  const [s, u] = [shows(ofS, slip), shows(ofU, slip)];
  return slip === "both modes are noted" ? { s: s || u, u: s || u } : { s, u };
}

/** What C4 and C5 have in common. */
function shows(pairs: readonly SeenPair[], slip?: Slip): boolean {
  const counted = slip === "a memory trap differs from an end" ? pairs : evidence(pairs);
  const answers = counted.map(({ both }) => tellsApart(both, slip));
  if (slip === "the first pair decides") return answers[0] ?? false;
  if (slip === "the last pair decides") return answers.at(-1) ?? false;
  return answers.includes(true);
}

function tellsApart(both: SeenPair["both"], slip?: Slip): boolean {
  const [one, other] = both;
  if (!both.every(completes)) return endsDiffer(both, slip);
  if (both.some((each) => changes(each)) && slip !== "a change counts twice") return false;
  return JSON.stringify(view(one, slip)) !== JSON.stringify(view(other, slip));
}

function endsDiffer([one, other]: SeenPair["both"], slip?: Slip): boolean {
  const counts = slip === "a trap differs from an end" ? traps : memoryTraps;
  const asked = slip === "a trap differs from an end" || slip === "a memory trap differs from an end";
  return asked && (completes(one) ? counts(other) : completes(other) && counts(one));
}

/** What the program finds afterwards: where it goes on, and every word that it can name. */
function view({ after: { state } }: Seen, slip?: Slip): unknown[] {
  const { E, P, R } = state;
  const words: unknown[] = [];
  for (let address = 0; address < R.b; address++) words.push(E[R.l + address]);
  if (slip === "all of storage is compared") return [P, ...E];
  if (slip === "windows are forgotten") return [P];
  return slip === "P is forgotten" ? words : [P, ...words];
}
