import { describe, expect, test } from "vitest";
import { Log } from "../../../grader/record/log.ts";
import { ENDED, recorded } from "../../../grader/record/recorder.ts";
import { shapeOf } from "../../../grader/record/shape.ts";
import { ABSENT, CALL, END, PORT, RETURN, THREW } from "../../../grader/record/tokens.ts";
import { type Judgement, judge } from "../../../grader/replay/judge.ts";
import type { Ending } from "../../../grader/sandbox/contract.ts";
import { type Adder, adds, LAB, RIGHT } from "../walk-lab.ts";

const CHECK = adds(3, 4, 5);
const place = () => "component.ts, line 7";

/** What the sandbox would record of a component. */
function record(component: Partial<Adder>): unknown[] {
  const tokens: unknown[] = [];
  const log = new Log((text) => {
    const part: unknown = text === ".\n" ? [] : JSON.parse(text);
    tokens.push(...(part as unknown[]));
  });
  try {
    CHECK.scenario.drive(recorded(shapeOf(LAB), component as never, log) as unknown as Adder, CHECK.input);
    log.tokens.push(END);
  } catch (error) {
    if (error !== ENDED) log.tokens.push(END);
  }
  log.flush();
  return tokens;
}

const graded = (tokens: readonly unknown[], more: { garbled?: boolean; ending?: Ending } = {}): Judgement =>
  judge(LAB, CHECK, { garbled: false, ending: undefined, ...more, tokens }, place);

const wrong = (add: unknown): Judgement => graded(record({ ...RIGHT, add } as never));

const [READ, WRITE] = [0, 1];
const reads = (value: number, at: number) => [PORT, 0, READ, at, value];
const HONEST = [
  ...[CALL, 0, ...reads(3, 0), ...reads(4, 1), ...reads(5, 2)],
  ...[PORT, 0, WRITE, 0, 12, { $: ["undefined"] }, RETURN, 12],
  ...[CALL, 1, RETURN, { word: "end" }, END],
];

test("a right component is recorded as it was drawn above, and passes", () => {
  expect(record(RIGHT)).toEqual(HONEST);
  expect(graded(HONEST)).toMatchObject({ status: "passed", share: 1, calls: 2, reason: "" });
});

test("a wrong answer is shown beside what was expected", () => {
  const { status, observation } = wrong(() => 1);
  expect(status).toBe("failed");
  expect(observation).toMatchObject({ expected: [12, 12, 4, 5, "end"], actual: [1, 3, 4, 5, "end"] });
});

describe("what breaks the rules says so, in the words of the notebook, and discreetly where the input is hidden", () => {
  test.each<[string, unknown, RegExp, RegExp]>([
    [
      "a wrong shape",
      () => "secret",
      /add returned "secret".*must return number/,
      /^add returned something else;/,
    ],
    ["a promise", async () => 1, /returned a promise.*without async/, /returned a promise/],
    ["a function", () => () => 1, /add returned a function; it must return number/, /returned a function/],
    ["no method", undefined, /has no method add/, /has no method add/],
    ["no function", 7, /add is not a function/, /add is not a function/],
    [
      "an exception",
      () => {
        throw new TypeError("secret");
      },
      /^add threw TypeError: secret, component.ts, line 7$/,
      /^add threw an error, component.ts, line 7$/,
    ],
    [
      "a thrown proxy that throws",
      () => {
        throw new Proxy(
          {},
          {
            get: () => {
              throw 1;
            },
            getPrototypeOf: () => {
              throw 2;
            },
            ownKeys: () => {
              throw 3;
            },
          },
        );
      },
      /^add threw something that cannot be shown/,
      /^add threw an error/,
    ],
    [
      "an address outside",
      (memory: { read(at: unknown): number }) => memory.read(64),
      /read was given 64 as address; address must be number/,
      /read was given a wrong address/,
    ],
    [
      "an address that is none",
      (memory: { read(at: unknown): number }) => memory.read({ secret: 1 }),
      /read was given { secret: 1 }/,
      /^read was given a wrong address/,
    ],
    [
      "writing to the input",
      (memory: { size: number }) => {
        memory.size = 1;
      },
      /tried to change its input, component.ts, line 7/,
      /tried to change its input/,
    ],
  ])("%s", (_, add, words, discreetly) => {
    const { status, reason, discreet } = wrong(add);
    expect(status).toBe("failed");
    expect(reason).toMatch(words);
    expect(discreet).toMatch(discreetly);
    expect(discreet).not.toContain("secret");
  });
});

test("a port that was kept for later is closed", () => {
  let kept: { read(at: number): number } | undefined;
  const { status, reason } = graded(
    record({
      add(memory) {
        kept = memory;
        return RIGHT.add(memory);
      },
      name: () => ({ word: `${kept!.read(0)}` }),
    }),
  );
  expect([status, reason]).toEqual([
    "failed",
    "name threw Error: read may be called only while the method that got it runs, component.ts, line 7",
  ]);
});

describe("a forged record", () => {
  const forged = (change: (tokens: unknown[]) => void): Judgement => {
    const tokens = structuredClone(HONEST) as unknown[];
    change(tokens);
    return graded(tokens);
  };

  test.each<[string, (tokens: unknown[]) => void]>([
    ["that claims another value was read", (tokens) => tokens.splice(6, 1, 99)],
    ["that calls another method", (tokens) => tokens.splice(1, 1, 1)],
    ["that calls a method of no argument", (tokens) => tokens.splice(3, 1, 9)],
    ["that calls a port method which does not exist", (tokens) => tokens.splice(4, 1, "constructor")],
    ["that stops without an end", (tokens) => tokens.pop()],
    ["that goes on after the end", (tokens) => tokens.push(CALL, 0)],
    ["that ends at once", (tokens) => tokens.splice(0, tokens.length, END)],
    ["that is empty", (tokens) => tokens.splice(0)],
    ["of nonsense", (tokens) => tokens.splice(2, 3, "passed", null, { share: 1 })],
    ["with a value that cannot be read", (tokens) => tokens.splice(-2, 1, { $: ["eval", "1"] })],
  ])("%s diverges", (_, change) => {
    expect(forged(change)).toMatchObject({ status: "divergence", share: 0 });
  });

  test("that returns a wrong answer is a wrong answer", () => {
    const { status, observation } = graded([CALL, 0, RETURN, 13, CALL, 1, RETURN, { word: "end" }, END]);
    expect(status).toBe("failed");
    expect(observation?.actual).toEqual([13, 3, 4, 5, "end"]);
  });

  test("that claims effects which our machine does not have changes nothing here", () => {
    const tokens = [CALL, 0, RETURN, 12, CALL, 1, RETURN, { word: "end" }, END];
    expect(graded(tokens)).toMatchObject({ status: "failed", observation: { actual: [12, 3, 4, 5, "end"] } });
  });

  test("in a garbled stream does not pass, however right it is", () =>
    expect(graded(HONEST, { garbled: true })).toMatchObject({ status: "divergence", share: 0 }));
});

describe("a process that ended in the middle", () => {
  const ending = (kind: Ending["kind"]): Ending => ({ kind, reason: "It ran out of it.", diagnostics: "" });

  test.each<[Ending["kind"], string]>([
    ["timeout", "timeout"],
    ["memory", "memory"],
    ["exit", "crashed"],
    ["crash", "crashed"],
    ["output", "crashed"],
    ["infrastructure", "infrastructure"],
  ])("by %s: %s, with what was reached", (kind, status) => {
    const result = graded(HONEST.slice(0, 12), { ending: ending(kind) });
    expect(result).toMatchObject({ status, share: 0 });
    if (kind !== "infrastructure") {
      expect(result.calls).toBe(1);
      // Which of its clocks ran out depends on the machine.
      const said = kind === "timeout" ? "It took longer than the lab allows." : "It ran out of it.";
      expect(result.reason).toBe(`${said} (during or after call 1)`);
    }
  });

  test("a broken rule before that is the better news", () => {
    const tokens = [CALL, 0, PORT, 0, READ, 64];
    expect(graded(tokens, { ending: ending("timeout") }).reason).toMatch(/read was given 64/);
  });

  test("a module that does not load says why", () =>
    expect(graded([ABSENT, "SyntaxError: oops\n at x"])).toMatchObject({
      ...{ status: "crashed", discreet: "The file could not be loaded." },
      reason: "The file could not be loaded: SyntaxError: oops, component.ts, line 7",
    }));

  test("what a component threw is not lost", () =>
    expect(graded([CALL, 0, THREW, "error", "Error: x", END]).reason).toBe(
      "add threw Error: x, component.ts, line 7",
    ));
});
