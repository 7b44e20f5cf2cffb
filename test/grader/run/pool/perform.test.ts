/** Who is blamed for a worker's death, and what is tried again. The workers are made up: each answers or dies as it is told. */
import { describe, expect, test } from "vitest";
import type { Graded, TestResult } from "../../../../grader/report/result.ts";
import type { Kit } from "../../../../grader/run/kit.ts";
import { loadKit } from "../../../../grader/run/kit.ts";
import { perform } from "../../../../grader/run/pool/perform.ts";
import type { Reply, Task } from "../../../../grader/run/pool/protocol.ts";
import { type Listener, type Stage, WorkerDied } from "../../../../grader/run/pool/slot.ts";

const kit: Kit = await loadKit("01-popek-goldberg", 1);
const [first, second] = kit.tests.map(({ id }) => id) as [string, string];
const graded = { version: 1, key: "k", tests: [], score: 1, max: 15 } as unknown as Graded;
const done: Reply = { kind: "graded", graded, files: undefined };
const broken: Reply = { kind: "infrastructure", reason: "the sandbox is gone" };
const died = (stage: Stage, signal: NodeJS.Signals | null, code: number | null = null) =>
  new WorkerDied(stage, code, signal, "");

type Turn = Reply | WorkerDied | ((task: Task, listener: Listener) => Reply | WorkerDied);

async function play(...turns: Turn[]) {
  const tasks: Task[] = [];
  const slot = {
    async grade(task: Task, listener: Listener): Promise<Reply> {
      const turn = turns[Math.min(tasks.push(task), turns.length) - 1]!;
      const reply = typeof turn === "function" ? turn(task, listener) : turn;
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
  const signal = new AbortController().signal;
  const performance = { kit, slot, signal, have: undefined, backOff: [1, 1] };
  const outcome = await perform({ id: "ada", path: "/ada.ts" }, performance);
  return { outcome, tasks, known: new Map(tasks.at(-1)!.known.map((result) => [result.id, result])) };
}

describe("a failure of the grader's", () => {
  test("is tried again and costs nothing", async () => {
    const { outcome, tasks } = await play(broken, died("starting", null, 1), done);
    expect(outcome).toMatchObject({ kind: "graded", graded });
    expect(tasks).toHaveLength(3);
  });

  test("is told when it does not end, and is not the student's", async () => {
    expect((await play(broken)).outcome).toMatchObject({ kind: "not graded", reason: "the sandbox is gone" });
  });

  test.each([
    ["killed from outside", died({ test: first }, "SIGKILL")],
    ["never came up", died("starting", "SIGABRT")],
    ["stumbled while reading", died("reading", null, 1)],
  ])("%s", async (_, death) => {
    const { outcome, known } = await play(death);
    expect(outcome.kind).toBe("not graded");
    expect(known.size).toBe(0);
  });
});

describe("a worker that its record broke", () => {
  test("twice: the test is a divergence, the others are played", async () => {
    const { outcome, known } = await play(
      died({ test: first }, "SIGABRT"),
      died({ test: first }, "SIGABRT"),
      done,
    );
    expect(outcome.kind).toBe("graded");
    expect([...known.values()]).toMatchObject([{ id: first, status: "divergence", points: 0 }]);
    expect(known.get(first)!.reason).toMatch(/more memory/);
  });

  test("once: that may have been bad luck", async () => {
    expect((await play(died({ test: first }, "SIGABRT"), done)).known.size).toBe(0);
  });

  test("by keeping it busy: once is enough", async () => {
    const { known } = await play(died({ test: second }, "SIGXCPU"), done);
    expect(known.get(second)).toMatchObject({ status: "divergence" });
    expect(known.get(second)!.reason).toMatch(/far longer/);
  });

  test("three times: the rest is given up, what was decided stays", async () => {
    const passed = { id: first, status: "passed" } as TestResult;
    const { known } = await play(
      (_, listener) => {
        listener.tested(passed);
        return died({ test: second }, "SIGXCPU");
      },
      died({ test: kit.tests[2]!.id }, "SIGXCPU"),
      died({ test: kit.tests[3]!.id }, "SIGXCPU"),
      done,
    );
    expect(known.size).toBe(kit.tests.length);
    expect(known.get(first)).toBe(passed);
    expect([...known.values()].filter(({ status }) => status !== "divergence")).toEqual([passed]);
  });
});

test("whatever breaks workers while they read it is refused unread", async () => {
  const { tasks } = await play(died("reading", "SIGABRT"), died("reading", "SIGABRT"), done);
  expect(tasks.map(({ refused }) => refused)).toEqual([
    undefined,
    undefined,
    expect.stringMatching(/could not read/),
  ]);
});

test("one that is stopped gives no outcome", async () => {
  const stop = new AbortController();
  const slot = {
    grade: async () => {
      stop.abort(new Error("Ctrl+C"));
      return done;
    },
  };
  const performance = { kit, slot, signal: stop.signal, have: undefined };
  await expect(perform({ id: "ada", path: "/ada.ts" }, performance)).rejects.toThrow("Ctrl+C");
});
