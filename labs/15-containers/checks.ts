/** The public checks of lab 15: each small enough for a pencil, and made for one clause; and some that a real kernel was asked as well. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { Containers, Intent, Under } from "./component.ts";
import { LAB } from "./contract.ts";
import { foundOf } from "./drawn.ts";
import {
  expectedAccounts,
  expectedChanges,
  expectedDirectory,
  expectedIds,
  expectedNames,
  expectedPids,
} from "./expected.ts";
import { parseRecorded, showRecorded } from "./recorded.ts";
import { CASES } from "./recorded-cases.ts";
import { type Accounts, SCENARIOS } from "./scenarios.ts";

/** Namespaces 1 and 2 are made in 0, and 3 in 1. */
const PARENTS = [null, 0, 0, 1];

function pids(clause: string, name: string, namespace: number, own: number[], ...asked: number[]) {
  const input = { parents: PARENTS, process: { namespace, pids: own }, asked };
  return define<Containers, typeof input, string[]>({
    ...{ part: "pidIn", clause, name, input, scenario: SCENARIOS.pids },
    expected: expectedPids(input),
  });
}

const MAP = [
  { inner: 0, outer: 100_000, count: 1000 },
  { inner: 5000, outer: 3000, count: 10 },
];

function ids(clause: string, name: string, toKernel: number[], toNamespace: number[]) {
  const asked = [
    ...toKernel.map((id) => ({ id, to: "kernel" as const })),
    ...toNamespace.map((id) => ({ id, to: "namespace" as const })),
  ];
  const input = { map: MAP, asked };
  return define<Containers, typeof input, string[]>({
    ...{ part: "translate", clause, name, input, scenario: SCENARIOS.ids },
    expected: expectedIds(input),
  });
}

function accounts(clause: string, name: string, groups: Accounts["groups"], ...steps: Accounts["steps"]) {
  const input = { groups, steps };
  return define<Containers, Accounts, string[]>({
    ...{ part: "charge", clause, name, input, scenario: SCENARIOS.accounts },
    expected: expectedAccounts(input),
  });
}

/** A letter for each layer: f(ile), d(irectory), o(paque directory), w(hiteout), - for nothing. */
function names(clause: string, name: string, ...letters: string[]) {
  const input = letters.map(foundOf);
  return define<Containers, typeof input, string[]>({
    ...{ part: "resolve", clause, name, input, scenario: SCENARIOS.names },
    expected: expectedNames(input),
  });
}

function directory(name: string, ...layers: string[]) {
  const input = layers.map((layer) =>
    layer
      .split(" ")
      .filter(Boolean)
      .map((word) => ({ name: word.slice(2), ...foundOf(word[0]!)[0]! })),
  );
  return define<Containers, typeof input, string[]>({
    ...{ part: "resolve", clause: "C12", name, input, scenario: SCENARIOS.directory },
    expected: expectedDirectory(input),
  });
}

/** On the way u(pper) or -, from the root to the name. */
function changes(clause: string, name: string, ...asked: [Intent, string, Partial<Under>?][]) {
  const input = asked.map(([intent, way, under]) => ({
    intent,
    inUpper: [...way].map((letter) => letter === "u"),
    under: { whiteout: false, below: false, ...under },
  }));
  return define<Containers, typeof input, string[]>({
    ...{ part: "change", clause, name, input, scenario: SCENARIOS.changes },
    expected: expectedChanges(input),
  });
}

const RECORDED = parseRecorded(CASES);

function recorded(part: string, clause: string, name: string, kind: string): Check<Containers> {
  const found = RECORDED.find((one) => one.kind === kind)!;
  return define<Containers, readonly string[], string[]>({
    ...{ part, clause, name: `Linux: ${name}`, input: found.lines, scenario: SCENARIOS.kernel },
    expected: showRecorded(found),
  });
}

const BELOW = { below: true };
const plain = (weight: number) => ({ weight, quota: null });

export const CHECKS = defineChecks<Containers>(LAB, [
  pids("C1", "born in 3, which is made in 1", 3, [12, 5, 1], 3, 1, 0),
  pids("C2", "born in 1: nobody in 3 and 2 knows it", 1, [7, 2], 3, 2, 1),
  recorded("pidIn", "C1", "one inside another", "pid-down"),
  recorded("pidIn", "C2", "side by side", "pid-beside"),
  ids("C3", "both ways", [7, 5003], [100_007, 3003]),
  ids("C4", "first and last of each line", [0, 999, 5000, 5009], [100_000, 100_999, 3000, 3009]),
  ids("C5", "just beside the lines", [1000, 4999, 5010, 100_000], [99_999, 101_000, 2999, 3010, 0]),
  recorded("translate", "C4", "the last id, and one more", "id-ends"),
  recorded("translate", "C5", "other people's files", "id-nobody"),
  accounts(
    "C6",
    "300 against 100",
    [plain(300), plain(100)],
    { group: 0, ran: 3000 },
    { group: 1, ran: 3000 },
    { group: 0, ran: 600 },
  ),
  accounts(
    "C7",
    "20 ms, and no quota",
    [{ weight: 300, quota: 20_000 }, plain(50)],
    { group: 0, ran: 15_000 },
    { group: 1, ran: 15_000 },
    { group: 0, ran: 5000 },
  ),
  accounts("C8", "not used up", [{ weight: 100, quota: 20_000 }], { group: 0, ran: 5000 }, { period: 0 }),
  accounts(
    "C8",
    "used beyond it, by one and by many processors",
    [{ weight: 100, quota: 20_000 }],
    ...[{ group: 0, ran: 23_000 }, { period: 0 }, { group: 0, ran: 50_000 }, { period: 0 }],
  ),
  recorded("charge", "C6", "two groups by weight", "cpu-weight"),
  recorded("charge", "C7", "weight and quota together", "cpu-both"),
  names("C9", "files", "f", "ff", "-fd", "---"),
  names("C9", "a file above a directory", "fd", "fdd"),
  names("C10", "whiteouts", "wf", "-w", "dwd", "fw"),
  names("C11", "directories", "dd", "d-d", "dod", "od"),
  names("C11", "a file among directories", "df", "dfd"),
  directory("three layers", "f:new d:etc", "w:old d:etc f:same", "f:old f:same f:low"),
  directory("a whiteout between", "f:back", "w:back w:gone", "f:back f:gone"),
  recorded("resolve", "C10", "whiteouts in the middle", "union-whiteout"),
  recorded("resolve", "C11", "an opaque directory", "union-opaque"),
  changes("C13", "to read and to change", ["read", "u--", BELOW], ["change", "u--", BELOW]),
  changes("C13", "what is there already", ["change", "uuu"], ["change", "uu-", BELOW]),
  changes("C14", "names in a directory from below", ["make", "u--"], ["remove", "u--", BELOW]),
  changes("C15", "somebody's below, and nobody's", ["remove", "uu", BELOW], ["remove", "uu"]),
  changes(
    "C16",
    "in the place of a whiteout",
    ["make-directory", "u-", { whiteout: true, below: true }],
    ["make", "u-", { whiteout: true, below: true }],
    ["make-directory", "u-"],
  ),
  recorded("change", "C13", "a file is written to", "copy-change"),
  recorded("change", "C15", "files are removed", "copy-remove"),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
