import { beforeEach, expect, test } from "vitest";
import type { Request } from "../../../grader/record/harness.ts";
import { Session } from "../../../grader/run/session.ts";
import type { Ending, Running, Sandbox } from "../../../grader/sandbox/contract.ts";

/** What a process does with a request: lines that it writes, or how it ends. */
type Behaviour = (request: Request, played: number) => string[] | Ending;

const ending = (kind: Ending["kind"]): Ending => ({ kind, reason: kind, diagnostics: "" });
const passes: Behaviour = ({ number }) => [`${number} [0,0]\n`, `${number} [2,7,4]\n${number} .\n`];

let started = 0;
const running = new Set<object>();

/** A sandbox whose processes behave as they are told. */
function sandboxOf(behaviour: Behaviour): Sandbox {
  return {
    name: "unsafe",
    probe: async () => ({ works: true }),
    start() {
      started++;
      let played = 0;
      let listener: (chunk: Buffer) => void = () => {};
      let end: (how: Ending) => void = () => {};
      const process: Running = {
        ended: new Promise<Ending>((resolve) => {
          end = resolve;
        }).finally(() => running.delete(process)),
        send(bytes) {
          const does = behaviour(JSON.parse(Buffer.from(bytes).toString()), played++);
          if (Array.isArray(does)) for (const text of does) setImmediate(() => listener(Buffer.from(text)));
          else end(does);
        },
        onData: (given) => {
          listener = given;
        },
        kill: (why) => end(ending(why)),
      };
      running.add(process);
      return process;
    },
  };
}

const session = (behaviour: Behaviour, seconds = 10) =>
  new Session(sandboxOf(behaviour), "/nowhere", { seconds, megabytes: 64 });

beforeEach(() => {
  started = 0;
  running.clear();
});

test("one process plays one scenario after the other", async () => {
  const one = session(passes);
  const records = [await one.play("a", 1), await one.play("b", 2), await one.play("c", 3)];
  expect(records.map(({ tokens }) => tokens)).toEqual(Array(3).fill([0, 0, 2, 7, 4]));
  expect(started).toBe(1);
  await one.close();
  expect(running.size).toBe(0);
});

test("the input is encoded, and requests are numbered", async () => {
  const seen: Request[] = [];
  const one = session((request) => {
    seen.push(request);
    return [`${request.number} .\n`];
  });
  await one.play("a", [1n, undefined]);
  await one.play("b", Number.NaN);
  expect(seen).toEqual([
    { number: 1, scenario: "a", input: [{ $: ["bigint", "1"] }, { $: ["undefined"] }] },
    { number: 2, scenario: "b", input: { $: ["number", "NaN"] } },
  ]);
});

test("a bad end counts only for a process that had played nothing before", async () => {
  const one = session((request, played) => (played === 1 ? ending("memory") : passes(request, played)));
  await one.play("a", 1);
  expect((await one.play("b", 2)).ending).toBeUndefined();
  expect(started).toBe(2);
});

test("who ends badly alone has ended badly, and the next scenario gets a new process", async () => {
  const one = session(({ scenario, ...request }, played) =>
    scenario === "bad" ? ending("crash") : passes({ scenario, ...request }, played),
  );
  await one.play("good", 0);
  expect((await one.play("bad", 0)).ending?.kind).toBe("crash");
  expect((await one.play("good", 0)).ending).toBeUndefined();
  expect(started).toBe(3);
});

test("whoever says nothing runs out of time", async () => {
  const one = session(() => [], 0.01);
  const { ending: end, tokens } = await one.play("a", 1);
  expect(end?.kind).toBe("timeout");
  expect(tokens).toEqual([]);
});

test("what was written before a bad end is kept", async () => {
  const one = session(({ number }) => [`${number} [0,0]\n`, `${number} [1,0,`], 0.01);
  expect((await one.play("a", 1)).tokens).toEqual([0, 0]);
});

test.each<[string, string]>([
  ["a line of another record", "99 [4]\n"],
  ["a line that is no JSON", "1 [0,\n"],
  ["a line that is no list", '1 {"status":"passed"}\n'],
  ["something after the end", "1 .\n1 [4]\n"],
  ["the beginning of something after the end", "1 .\nx"],
])("%s garbles the record and costs the process its place", async (_, text) => {
  const one = session(() => [text]);
  expect((await one.play("a", 1)).garbled).toBe(true);
  expect(running.size).toBe(0);
});

test("a letter of several bytes may be cut in two", async () => {
  const bytes = Buffer.from('1 ["ü"]\n1 .\n');
  const sandbox = sandboxOf(() => []);
  const start = sandbox.start.bind(sandbox);
  sandbox.start = (job) => {
    const process = start(job);
    let listener: (chunk: Buffer) => void = () => {};
    process.onData = (given) => {
      listener = given;
    };
    process.send = () => {
      setImmediate(() => listener(bytes.subarray(0, 4)));
      setImmediate(() => listener(bytes.subarray(4)));
    };
    return process;
  };
  const one = new Session(sandbox, "/nowhere", { seconds: 10, megabytes: 64 });
  expect((await one.play("a", 1)).tokens).toEqual(["ü"]);
});
