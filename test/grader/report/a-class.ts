/** An invented class, made from a seed: what the grader hands to the report, with everything that can happen in it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Gradebook, gradebook, type Sources } from "../../../grader/report/gradebook.ts";
import type { Marks } from "../../../grader/report/manual/marks.ts";
import { slotKey, slots } from "../../../grader/report/manual/marks.ts";
import { reflectionQuestions } from "../../../grader/report/manual/questions.ts";
import { total } from "../../../grader/report/points.ts";
import type { Graded, Status, TestResult } from "../../../grader/report/result.ts";
import { parseRoster } from "../../../grader/report/roster.ts";
import { parseSettings, settingsOf } from "../../../grader/report/settings.ts";
import type { Similarity } from "../../../grader/report/similarity/compare.ts";
import { LAB } from "../../../labs/01-popek-goldberg/contract.ts";
import { RUBRIC } from "../../../labs/01-popek-goldberg/rubric.ts";

const ROOT = join(import.meta.dirname, "../../..");
export const QUESTIONS = reflectionQuestions(readFileSync(join(ROOT, "labs", LAB.id, "lab.md"), "utf8"));

/** What each part's tests are about, and which clause they hold to. */
const CASES: Record<string, [name: string, clause: string][]> = {
  control: [
    ["an instruction that changes M in both modes", "C3"],
    ["an instruction that loads R from `memory`", "C3"],
    ["a trap sequence that changes M is no completion", "C3"],
    ["200 random instructions", "C3"],
  ],
  privileged: [
    ["traps in user mode only", "C2"],
    ["LOADORFAIL memory-traps in user mode, which is no trap of its own", "C1"],
    ["one pair of many does not trap", "C2"],
    ["200 random instructions", "C2"],
  ],
  location: [
    ["reads the base of its window", "C4"],
    ["leaves another P, and the same window", "C4"],
    ["200 random instructions", "C4"],
  ],
  mode: [
    ["leaves M in a word", "C5"],
    ["skips an instruction in user mode", "C5"],
    ["200 random instructions", "C5"],
  ],
  verdict: [
    ["a machine with one sensitive instruction that does not trap", "C8"],
    ["a machine that is hybrid-virtualizable only", "C9"],
    ["two instructions stand against it, in the order given", "C10"],
    ["50 random machines", "C8"],
  ],
};

const EXPECTED = [
  "{ control: { s: true, u: true }, location: { s: false, u: false }, mode: false, privileged: false }",
];
const ACTUAL = [
  "{ control: { s: true, u: false }, location: { s: false, u: false }, mode: false, privileged: false }",
];
const EVENTS = [
  "probe.execute(s, 0)",
  "→ next",
  "probe.execute(u, 0)",
  "→ trap",
  "probe.execute(s, 4096)",
  "→ next",
  "returns",
];

const REASONS: Partial<Record<Status, string>> = {
  failed: "classify returned another class than the reference.",
  crashed: "The process ended with exit code 1.",
};

type Random = (low: number, high: number) => number;

function testsOf(random: Random, skill: number, trouble: Status | undefined): TestResult[] {
  return LAB.parts.flatMap(({ id: part, points }, step) =>
    CASES[part]!.flatMap(([name, clause], index, all): TestResult[] => {
      const right = random(0, 99) < skill - 6 * step - 10 * index;
      const status: Status = trouble && step >= 2 ? trouble : right ? "passed" : "failed";
      const max = points / all.length;
      const half = status === "failed" && name.startsWith("200") && random(0, 3) === 0;
      const worth = status === "passed" ? max : half ? max / 2 : 0;
      const sequence = index === 2;
      const detail = {
        input: "the pairs of SETM: (s, 0) and (u, 0), (s, 0) and (s, 4096)",
        expected: sequence ? EVENTS : EXPECTED,
        actual:
          status === "passed" ? (sequence ? EVENTS : EXPECTED) : sequence ? EVENTS.with(3, "→ next") : ACTUAL,
      };
      const shared = {
        part,
        name,
        clause,
        status,
        reason: REASONS[status] ?? "",
        calls: random(1, 200),
        detail,
      };
      const hidden: TestResult = {
        ...shared,
        id: `${part}/${index}`,
        visibility: "hidden",
        points: worth,
        max,
      };
      if (index > 1) return [hidden];
      return [{ ...shared, id: `${part}/public-${index}`, visibility: "public", points: 0, max: 0 }, hidden];
    }),
  );
}

const ANSWERS = [
  "The theorem is *sufficient* only. VMware translated the kernel's code, and `POPF` became a call into the monitor.",
  "It was wrong, I think.",
  "<script>alert(1)</script> ![x](http://example.org/x.png) [click](javascript:alert(1))",
];

export function graded(random: Random, index: number): Graded {
  const skill = 45 + random(0, 70);
  const trouble =
    ([11, 12, 25].includes(index) && "timeout") || (index === 17 && "memory") || (index === 30 && "crashed");
  const refused = [8, 33].includes(index)
    ? "solution.zip: src/../../etc/passwd leads out of the archive. Pack the notebook alone."
    : undefined;
  const tests = refused === undefined ? testsOf(random, skill, trouble || undefined) : [];
  return {
    version: 1,
    lab: LAB.id,
    key: `${index}`.padStart(2, "0").repeat(32),
    refused,
    notes: index % 9 === 4 ? ["The cell `hand-in` is missing; it was not needed."] : [],
    answers: Object.fromEntries(
      [...QUESTIONS].map(([id, text]) => [
        id,
        `${text}\n\n${index % 7 === 5 ? "" : ANSWERS[random(0, 19) % 3]}`,
      ]),
    ),
    tests,
    score: total(tests.map(({ points }) => points)),
    max: 15,
  };
}

const FIRST =
  "Ada Grace Alan Edsger Barbara Donald Frances Niklaus Radia Ken Hedy Dennis Margaret Linus Jean Tony".split(
    " ",
  );
const LAST =
  "Lovelace Hopper Turing Dijkstra Liskov Knuth Allen Wirth Perlman Thompson Lamarr Ritchie Hamilton Torvalds Sammet Hoare".split(
    " ",
  );

const SETTINGS = `{
  course: "Virtualization, winter 2026",
  late: { graceMinutes: 15, percentPerDay: 10, of: "score", maxDays: 5 },
  labs: { "01-popek-goldberg": { due: "2026-11-20T23:59:00+01:00" } },
}`;

export const STUDENTS = 40;

export function aClass(change: Partial<Sources> = {}): Gradebook {
  const generator = xoroshiro128plus(1974);
  const random: Random = (low, high) => uniformInt(generator, low, high);
  const ids = Array.from({ length: STUDENTS }, (_, index) => `s${1000 + index * 7}`);
  const lines = ids.map((id, index) => {
    const name =
      index === 20
        ? `"=HYPERLINK(""http://evil"")<b>, Bobby"`
        : `${FIRST[index % 16]} ${LAST[(index * 5 + (index >> 4)) % 16]}`;
    const day = 18 + (random(0, 9) % 6);
    return `${id},${name},${id}@example.org,${index % 2 === 0 ? "A" : "B"},2026-11-${day} ${10 + random(0, 9)}:30 +01:00`;
  });
  const roster = parseRoster(["id,name,email,section,submitted_at", ...lines].join("\n"), "roster.csv");
  const results = new Map(ids.slice(0, -2).map((id, index) => [id, graded(random, index)]));
  const marks: Marks = new Map(
    ids
      .slice(0, 30)
      .map((id) => [
        id,
        new Map(
          slots(RUBRIC).map((slot, at) => [
            slotKey(slot),
            { points: random(0, 2) / 2, comment: at === 2 ? "Which instructions?" : "" },
          ]),
        ),
      ]),
  );
  const settings = settingsOf(LAB.id, parseSettings(SETTINGS, "course.json5"));
  return gradebook({
    lab: LAB,
    rubric: RUBRIC,
    questions: QUESTIONS,
    settings,
    roster,
    results,
    marks,
    ...change,
  });
}

/** What comparing sources finds when one is a copy of another. */
export function twoAlike(left: string, right: string): Similarity {
  const line = { file: "component.ts", number: 1, text: "export const component = {};" };
  return {
    threshold: 0.6,
    pairs: [{ left, right, ofLeft: 1, ofRight: 1, similarity: 1 }],
    clusters: [[left, right]],
    small: [],
    cut: [],
    compared: 2,
    fragments: () => [{ left: [line], right: [line], tokens: 20 }],
  };
}
