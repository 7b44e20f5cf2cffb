/** Hidden tests of lab 15: drawn cases of every kind, and what real kernels answered to containers' system calls. */
import type { Containers } from "../../labs/15-containers/component.ts";
import {
  type AccountKind,
  type ChangeKind,
  type Draw,
  drawAccounts,
  drawChanges,
  drawDirectory,
  drawIds,
  drawNames,
  drawPids,
  type IdKind,
  type NAME_KINDS,
} from "../../labs/15-containers/drawn.ts";
import * as right from "../../labs/15-containers/expected.ts";
import { parseRecorded, showRecorded } from "../../labs/15-containers/recorded.ts";
import { SCENARIOS } from "../../labs/15-containers/scenarios.ts";
import { check, type Scenario } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { PROCESSES } from "./15-containers/processes.ts";
import { PROCESSORS } from "./15-containers/processors.ts";
import { UNIONS } from "./15-containers/unions.ts";
import { drawFor, shuffle } from "./cases.ts";

/** So far there is one namespace, nobody counts more than others, and the topmost layer alone is seen. */
export const STARTER_POINTS = 0;

const COUNT = 8;

export function hidden(seed: number): HiddenTest<Containers>[] {
  return [
    pids(seed, "C1", "where it was born, and above", "here and above"),
    pids(seed, "C2", "below and beside", "elsewhere"),
    linux(seed, "pidIn", "C1", "processes inside processes", PROCESSES, ["pid-down", "pid-above"]),
    linux(seed, "pidIn", "C2", "processes side by side", PROCESSES, ["pid-beside"]),
    ids(seed, "C3", "in the middle of a line", ["inside"]),
    ids(seed, "C4", "first and last of all lines", ["ends"]),
    ids(seed, "C5", "just beside the lines", ["nobody", "inside"]),
    linux(seed, "translate", "C4", "maps of several lines", PROCESSES, ["id-lines", "id-ends"]),
    linux(seed, "translate", "C5", "other people's files", PROCESSES, ["id-nobody", "id-nested"]),
    accounts(seed, "C6", "weights", "weights"),
    accounts(seed, "C7", "quotas", "quotas"),
    accounts(seed, "C8", "what is left over, and what is owed", "periods"),
    linux(seed, "charge", "C6", "a processor by weight", PROCESSORS, ["cpu-weight"]),
    linux(seed, "charge", "C7", "a processor by quota", PROCESSORS, ["cpu-quota", "cpu-both"]),
    linux(seed, "charge", "C8", "a quota after rest", PROCESSORS, ["cpu-idle"]),
    names(seed, "C9", "files above and below", ["files", "directories"]),
    names(seed, "C10", "whiteouts above and below", ["whiteouts"]),
    names(seed, "C11", "directories of many layers", ["directories"]),
    directories(seed),
    linux(seed, "resolve", "C10", "unions of three layers", UNIONS, ["union-whiteout", "union-gone"]),
    linux(seed, "resolve", "C11", "merged directories", UNIONS, [
      "union-opaque",
      "union-mixed",
      "union-first",
    ]),
    changes(seed, "C13", "to read", "read"),
    changes(seed, "C13", "to change", "change"),
    changes(seed, "C14", "names in directories from below", "directories"),
    changes(seed, "C15", "names that go", "remove"),
    changes(seed, "C16", "names in the place of others", "make"),
    linux(seed, "change", "C13", "what a change copies", UNIONS, ["copy-change", "copy-read", "copy-make"]),
    linux(seed, "change", "C15", "what a removal leaves", UNIONS, ["copy-remove", "copy-own"]),
    linux(seed, "change", "C16", "what comes after a removal", UNIONS, ["copy-again"]),
  ];
}

/** Case `at` is of kind `at`, in an order that tells nothing. */
function many<T>(
  seed: number,
  [part, clause, name]: readonly [string, string, string],
  scenario: Scenario<Containers, readonly T[], string[][]>,
  make: (draw: Draw, at: number) => T,
  expected: (one: T) => string[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const input = Array.from({ length: COUNT }, (_, at) => make(draw, at));
  shuffle(input, draw);
  return check<Containers, readonly T[], string[][]>({
    ...{ part, clause, name, scenario, input, expected: input.map(expected) },
  });
}

const pids = (seed: number, clause: string, name: string, asks: Parameters<typeof drawPids>[2]) =>
  many(
    ...([seed, ["pidIn", clause, name], SCENARIOS["pids-many"]] as const),
    (draw, at) => drawPids(draw, at, asks),
    right.expectedPids,
  );

const ids = (seed: number, clause: string, name: string, kinds: readonly IdKind[]) =>
  many(
    ...([seed, ["translate", clause, name], SCENARIOS["ids-many"]] as const),
    (draw) => drawIds(draw, kinds),
    right.expectedIds,
  );

const accounts = (seed: number, clause: string, name: string, kind: AccountKind) =>
  many(
    ...([seed, ["charge", clause, name], SCENARIOS["accounts-many"]] as const),
    (draw) => drawAccounts(draw, kind),
    right.expectedAccounts,
  );

const names = (seed: number, clause: string, name: string, kinds: readonly (keyof typeof NAME_KINDS)[]) =>
  many(
    ...([seed, ["resolve", clause, name], SCENARIOS["names-many"]] as const),
    (draw) => drawNames(draw, kinds),
    right.expectedNames,
  );

const directories = (seed: number) =>
  many(
    ...([seed, ["resolve", "C12", "directories of three layers"], SCENARIOS["directory-many"]] as const),
    drawDirectory,
    right.expectedDirectory,
  );

const changes = (seed: number, clause: string, name: string, kind: ChangeKind) =>
  many(
    ...([seed, ["change", clause, name], SCENARIOS["changes-many"]] as const),
    (draw) => drawChanges(draw, kind),
    right.expectedChanges,
  );

/** Of each kind two, as the seed has it. */
function linux(
  seed: number,
  part: string,
  clause: string,
  name: string,
  text: string,
  kinds: readonly string[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const all = parseRecorded(text);
  const cases = kinds.flatMap((kind) => {
    const of = all.filter((one) => one.kind === kind);
    shuffle(of, draw);
    return of.slice(0, 2);
  });
  shuffle(cases, draw);
  return check<Containers, readonly (readonly string[])[], string[][]>({
    ...{ part, clause, name: `Linux: ${name}`, scenario: SCENARIOS["kernel-many"] },
    ...{ input: cases.map(({ lines }) => lines), expected: cases.map(showRecorded) },
  });
}
