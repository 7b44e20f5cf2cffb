/**
 * Every attack is bundled and graded as a submission is, in the real sandbox. None may get a point, learn anything, or change
 * anything on this machine.
 */
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../grader/bundle/bundle.ts";
import { Refusal, type Submission } from "../../../grader/intake/submission.ts";
import type { TestResult } from "../../../grader/report/result.ts";
import { type Grader, gradeModule } from "../../../grader/run/grade.ts";
import { bundleHarness } from "../../../grader/run/harness-bundle.ts";
import { type Kit, loadKit } from "../../../grader/run/kit.ts";
import { chooseSandbox } from "../../../grader/sandbox/choose.ts";
import { lacks } from "../../support/needs.ts";
import { type Attack, sourceOf } from "./attack.ts";
import { FORGING } from "./forging.ts";
import { harming } from "./harming.ts";
import { reading } from "./reading.ts";

const LAB = "01-popek-goldberg";
const VARIABLE = "RINGLAB_TEST_SECRET";
const folder = mkdtempSync(join(tmpdir(), "ringlab-hostile-"));
const file = join(folder, "secret.txt");
/** For one attack on a busy machine, in milliseconds. */
const PATIENCE = 90_000;
const SECRET = "what only the instructor may read";

writeFileSync(file, SECRET);
process.env[VARIABLE] = SECRET;
let connections = 0;
const server = createServer((socket) => {
  connections++;
  socket.destroy();
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;

const kit = await loadKit(LAB, 1);
const names = kit.tests.filter(({ visibility }) => visibility === "hidden").map(({ check }) => check.name);
const secrets = { file, variable: VARIABLE, names };

let whole: Grader;
let brief: Grader;
let roomy: Grader;
let single: Grader;

/** One public check, and of each part one hidden test; for whoever takes long at each of them only the first hidden one. */
function shortened(kit: Kit, hidden: number, seconds: number): Kit {
  const first = (part: string) =>
    kit.tests.find((each) => each.visibility === "hidden" && each.check.part === part)!;
  const secret = kit.lab.parts.map(({ id }) => first(id)).slice(0, hidden);
  const tests = hidden === 1 ? secret : [kit.tests[0]!, ...secret];
  return { ...kit, lab: { ...kit.lab, limits: { ...kit.lab.limits, seconds } }, tests };
}

beforeAll(async () => {
  const harness = await bundleHarness(kit);
  const sandbox = await chooseSandbox("bubblewrap");
  whole = { kit: shortened(kit, Number.POSITIVE_INFINITY, 2), harness, sandbox, release: false };
  brief = { ...whole, kit: shortened(kit, 1, 0.3) };
  roomy = { ...whole, kit: shortened(kit, 1, 4) };
  single = { ...whole, kit: shortened(kit, 1, 2) };
});

afterAll(() => {
  delete process.env[VARIABLE];
  server.close();
  rmSync(folder, { recursive: true });
});

/** Processes that somebody outside of a sandbox would see. */
const strangers = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return /^sleep\0?31337/.test(readFileSync(`/proc/${id}/cmdline`, "utf8"));
      } catch {
        return false;
      }
    });

function graderOf({ becomes, lengthy }: Attack): Grader {
  if (becomes === "timeout") return brief;
  if (becomes === "memory") return roomy;
  return lengthy ? single : whole;
}

async function graded(attack: Attack): Promise<TestResult[] | "refused"> {
  const submission: Submission = {
    ...{ id: "mallory", form: "typescript", entry: "component.ts", cells: [], answers: new Map(), notes: [] },
    files: new Map([["component.ts", sourceOf(attack)]]),
  };
  try {
    const code = await bundle(submission, LAB);
    return await gradeModule({ code, place: () => undefined }, graderOf(attack));
  } catch (error) {
    if (error instanceof Refusal) return "refused";
    throw error;
  }
}

async function withstand(attack: Attack): Promise<void> {
  const results = await graded(attack);
  if (attack.becomes === "refused") {
    expect(results).toBe("refused");
    return;
  }
  if (results === "refused") throw new Error("was refused before it could do anything");
  expect(results.filter(({ points }) => points !== 0).map(({ id }) => id)).toEqual([]);
  expect(results.map(({ reason }) => reason).filter((reason) => reason.includes("GOT"))).toEqual([]);
  expect(results.map(({ status }) => status)).not.toContain("infrastructure");
  if (attack.becomes) expect(results.map(({ status }) => status)).toContain(attack.becomes);
}

describe.skipIf(lacks("bwrap", import.meta.url))("in the sandbox", () => {
  const all = (attacks: readonly Attack[]) =>
    test.concurrent.each(attacks.map((attack) => [attack.name, attack] as const))(
      "whoever %s",
      async (_, attack) => {
        await withstand(attack);
      },
      PATIENCE,
    );

  describe("wants to know", () => all(reading(secrets)));
  describe("wants points", () => all(FORGING));
  describe("wants to do harm", () => all(harming({ port, file })));
});

test("nothing on this machine has changed", () => {
  expect(readFileSync(file, "utf8")).toBe(SECRET);
  expect(connections).toBe(0);
  expect(strangers()).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("there are at least forty", () => {
  const attacks = [...reading(secrets), ...FORGING, ...harming({ port, file })];
  expect(new Set(attacks.map(({ name }) => name)).size).toBeGreaterThanOrEqual(40);
  expect(attacks.length).toBe(new Set(attacks.map(({ name }) => name)).size);
});
