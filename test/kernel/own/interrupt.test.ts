/** Every kind of endless cell ends within moments, and the variables stay. */
import { beforeAll, describe, expect, test } from "vitest";
import { plain, streamed, useKernel } from "../../support/kernel.ts";

const kernel = useKernel();
beforeAll(async () => {
  kernel.write("spinning.ts", "export function spinLocal(): never { for (;;) {} }\n");
  await kernel.run(
    "import { spinLocal } from './spinning'; let keep = 1; function spin() { while (true) {} }",
  );
});

describe.each([
  ["a loop", "while (true) {}"],
  ["a loop without a block", "for (;;);"],
  ["do … while", "do { } while (true)"],
  ["a loop after an await", "await new Promise((r) => setTimeout(r, 5)); while (true) {}"],
  ["a function of an earlier cell", "await Promise.resolve(); spin()"],
  ["a function of a local file", "spinLocal()"],
  ["a loop of awaits", "for (;;) await new Promise((r) => setImmediate(r))"],
  [
    "a loop of awaits that catches",
    "for (;;) { try { await new Promise((r) => setTimeout(r, 1)) } catch {} }",
  ],
  ["a loop that catches", "for (;;) { try { for (;;); } catch {} }"],
  ["a promise that never settles", "await new Promise(() => {})"],
  ["a timer's loop", "setTimeout(() => { while (true) {} }, 5); await new Promise(() => {})"],
  ["a microtask's loop", "queueMicrotask(() => { for (;;); }); await null"],
  ["output without end", "for (;;) console.log('x'.repeat(50))"],
  ["an async generator", "async function* g() { for (;;) yield 1 } for await (const _ of g()) {}"],
  [
    "a native loop over a callback",
    "const many = new Array(3e6).fill(0); many.sort(() => { many.forEach((x) => x + 1); return 1 })",
  ],
  [
    "for … of over an endless generator",
    "function* ones() { while (true) yield 1 } for (const _ of ones()) {}",
  ],
])("%s", (_, code) => {
  test("ends with KeyboardInterrupt", async () => {
    const { reply } = await kernel.interrupted(code);
    expect(reply).toMatchObject({
      status: "error",
      ename: "KeyboardInterrupt",
      evalue: "the cell was interrupted",
    });
  });

  test("keeps the variables", async () => {
    expect(await kernel.value("keep")).toBe("1");
  });
});

test("nothing that was suspended goes on", async () => {
  await kernel.run(
    "let ticks = 0; async function tick() { for (;;) { ticks++; try { await new Promise((r) => setTimeout(r, 1)) } catch {} } }",
  );
  await kernel.interrupted("await tick()");
  await new Promise((done) => setTimeout(done, 30));
  const before = await kernel.value("ticks");
  await new Promise((done) => setTimeout(done, 30));
  expect(await kernel.value("ticks")).toBe(before);
});

test("an interrupt while the cell is checked ends it before it runs, and it declares nothing", async () => {
  // Types that take a while to check.
  const slow =
    "type Deep<N extends number, T extends unknown[] = []> = T['length'] extends N ? T : Deep<N, [...T, 1]>; const deep: Deep<400>['length'] = 400;";
  const { reply } = await kernel.interrupted(`${slow} let early = 1; for (;;);`, 0);
  expect(reply).toMatchObject({ ename: "KeyboardInterrupt", evalue: "the cell was interrupted" });
  expect((await kernel.run("early")).reply.evalue).toMatch(/Cannot find name 'early'/);
  expect(await kernel.value("keep")).toBe("1");
});

test("an interrupt while nothing runs does no harm", async () => {
  kernel.client.interrupt();
  expect(await kernel.value("keep + 1")).toBe("2");
});

describe("code without guards", () => {
  /** A regular expression that backtracks for good: one built-in call. */
  const STUCK = "/^(a+)+$/.test('a'.repeat(40) + 'b')";
  /** Milliseconds: a busy machine must have compiled the cell before, or the interrupt is none of the sleeping thread's. */
  const ASLEEP = 700;

  test("keeps the variables when it comes back by itself", async () => {
    const result = await kernel.interrupted(
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000); for (;;);",
      ASLEEP,
    );
    expect(result.reply).toMatchObject({ ename: "KeyboardInterrupt", evalue: "the cell was interrupted" });
    expect(streamed(result, "stderr")).toContain("Interrupt once more");
    expect(await kernel.value("keep")).toBe("1");
  });

  test.each([
    ["a built-in call", STUCK],
    ["a thread that sleeps", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"],
  ])("%s is ended by a second interrupt, which says what is lost", async (_, code) => {
    await kernel.run("let keep = 1");
    const { reply } = await kernel.interrupted(code, ASLEEP, 1100);
    expect(reply.ename).toBe("KeyboardInterrupt");
    expect(plain(reply.traceback as string[])).toMatch(/its variables are gone. The next cell starts fresh/);
    expect((await kernel.run("keep")).reply.evalue).toMatch(/Cannot find name 'keep'/);
    expect(await kernel.value("let keep = 2; keep")).toBe("2");
  });
});
