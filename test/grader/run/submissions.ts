/** A made-up class for lab 01: every kind of submission in every form, drawn from a seed. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { ROOT } from "../../../src/kernel/package.ts";
import { type Attack, sourceOf } from "../hostile/attack.ts";
import { FORGING } from "../hostile/forging.ts";
import { notebook, Repository, tar, zip } from "../intake/archives.ts";

export const LAB = "01-popek-goldberg";
const FOLDER = join(ROOT, "labs", LAB);
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");

export type Kind =
  | "correct"
  | "wrong"
  | "starter"
  | "hanging"
  | "crashing"
  | "memory"
  | "hostile"
  | "refused";
export type Form = "ts" | "ipynb" | "zip" | "tar" | "folder" | "git";

export interface Synthetic {
  id: string;
  kind: Kind;
  form: Form;
}

/** The last method goes wrong, so that the parts before it can be seen to count. */
const broken = (statements: string) =>
  read("solution.ts").replace("const unprivileged", `${statements}\n  const unprivileged`);

/** Attacks with one outcome: some of the others win or lose a race and get another reason each time. */
const STEADY = [
  "writes results where graders look for them",
  "writes a passed test to the channel",
  "pollutes Object.prototype",
  "returns a __proto__ that pollutes the grader",
  "returns a proxy that agrees with everything",
  "returns an object whose toString and valueOf lie",
];

const SOURCES: Readonly<Record<Kind, () => string[]>> = {
  correct: () => [read("solution.ts")],
  wrong: () => readdirSync(join(FOLDER, "mutants")).map((file) => read(join("mutants", file))),
  starter: () => [read("starter.ts")],
  hanging: () => [
    broken("for (;;) {}"),
    broken("if (instructions.length > 0) while (Math.min(1, 2) === 1) void instructions;"),
  ],
  crashing: () => [
    broken("if (instructions) throw new Error('\\u001b[31mno idea\\u001b[0m <b>yet</b>');"),
    broken("const deep = (n: number): number => 1 + deep(n + 1);\n  deep(0);"),
    broken("process.getBuiltinModule('node:process').exit(0);"),
    `${read("solution.ts")}\nthrow new Error("it does not even load");\n`,
  ],
  memory: () => [
    broken("const all: number[][] = [];\n  for (;;) all.push(new Array(1000).fill(1.5));"),
    broken("const all: Uint8Array[] = [];\n  for (;;) all.push(new Uint8Array(1 << 24).fill(1));"),
  ],
  hostile: () => STEADY.map((name) => sourceOf(FORGING.find((attack: Attack) => attack.name === name)!)),
  refused: () => [
    `${read("solution.ts")}\nconst unfinished = ;\n`,
    `import { readFileSync } from "node:fs";\n${read("solution.ts")}`,
    read("solution.ts").replace("export const component", "export const classifier"),
    read("solution.ts").replace("privileged: false,", "privileged: false, /* \u202e */"),
  ],
};

const KINDS = Object.keys(SOURCES) as Kind[];
/** Of a hundred. */
const SHARES: Readonly<Record<Kind, number>> = {
  ...{ correct: 30, wrong: 32, starter: 6, hanging: 4 },
  ...{ crashing: 8, memory: 4, hostile: 8, refused: 8 },
};
const FORMS: readonly Form[] = ["ts", "ts", "ts", "ipynb", "ipynb", "ipynb", "zip", "tar", "folder", "git"];

type Draw = (below: number) => number;

/**
 * Fills the folder with so many submissions. Of each kind there is at least one when there are that many.
 * @param kinds only these, if given, and each as often
 * @returns in the order of their ids
 */
export function synthesize(
  folder: string,
  count: number,
  seed: number,
  kinds?: readonly Kind[],
): Synthetic[] {
  const generator = xoroshiro128plus(seed);
  const draw: Draw = (below) => uniformInt(generator, 0, below - 1);
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds ? kinds[index % kinds.length]! : (KINDS[index] ?? drawKind(draw));
    const form = FORMS[index < FORMS.length * 2 ? index % FORMS.length : draw(FORMS.length)]!;
    const id = `student-${`${index + 1}`.padStart(3, "0")}`;
    const sources = SOURCES[kind]();
    // Nobody writes the same twice; two in a hundred do.
    const own = draw(50) === 0 ? "" : `// ${id}, ${draw(1_000_000)}\n`;
    handIn(join(folder, id), form, own + sources[draw(sources.length)]!);
    return { id, kind, form };
  });
}

function drawKind(draw: Draw): Kind {
  let at = draw(100);
  return KINDS.find((kind) => {
    at -= SHARES[kind];
    return at < 0;
  })!;
}

function handIn(path: string, form: Form, source: string): void {
  const files = { "component.ts": source };
  if (form === "folder") {
    mkdirSync(path);
    writeFileSync(join(path, "component.ts"), source);
  } else if (form === "git") new Repository(join(path, ".git")).commitFiles(files);
  else writeFileSync(`${path}.${form}`, FILES[form](source));
}

const FILES: Readonly<Record<Exclude<Form, "folder" | "git">, (source: string) => string | Buffer>> = {
  ts: (source) => source,
  ipynb: asNotebook,
  zip: (source) => zip([{ name: "component.ts", data: source }]),
  tar: (source) => tar([{ name: "./component.ts", data: source }]),
};

function asNotebook(source: string): string {
  return notebook([
    { type: "markdown", source: "# My solution" },
    { id: "component", tags: ["component"], source },
    { id: "reflection-1", type: "markdown", tags: ["reflection"], source: "_Your answer:_ It depends." },
  ]);
}
