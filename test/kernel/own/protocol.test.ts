/** The requests of the messaging protocol beside plain execution. */
import { describe, expect, test } from "vitest";
import type { Result } from "../../../src/kernel/client.ts";
import type { Content } from "../../../src/kernel/wire.ts";
import { header, toParts } from "../../../src/kernel/wire.ts";
import { plain, streamed, useKernel } from "../../support/kernel.ts";

const kernel = useKernel();

const execute = (code: string, content: Content = {}) =>
  kernel.client.request(
    "shell",
    "execute_request",
    { code, silent: false, store_history: true, user_expressions: {}, stop_on_error: true, ...content },
    { waitIdle: true },
  );

test("says what it is", () => {
  expect(kernel.client.info).toMatchObject({
    status: "ok",
    implementation: "ringlab",
    protocol_version: "5.4",
    language_info: { name: "typescript", file_extension: ".ts" },
  });
});

test("a message with a forged signature is ignored", async () => {
  const { connection } = kernel.client.kernel;
  const { key } = connection;
  const content = { code: "globalThis.forged = true", silent: false };
  const parts = toParts({ header: header("execute_request", "x"), parent_header: {}, metadata: {}, content });
  connection.key = "not the key";
  kernel.client.kernel.send("shell", parts);
  connection.key = key;
  expect(await kernel.value("'forged' in globalThis")).toBe("false");
});

test("two cells that are sent together run one after the other", async () => {
  const first = kernel.run("await new Promise((r) => setTimeout(r, 100)); let order = 'a'; order");
  const second = kernel.run("order += 'b'; order");
  expect((await second).reply.execution_count).toBe(Number((await first).reply.execution_count) + 1);
  expect(await kernel.value("order")).toBe("'ab'");
});

describe("stop_on_error", () => {
  test("aborts what waits", async () => {
    const failing = execute("throw new Error('stop')");
    const waiting = [execute("1"), execute("2")];
    expect((await failing).reply.status).toBe("error");
    expect((await Promise.all(waiting)).map(({ reply }) => reply.status)).toEqual(["aborted", "aborted"]);
    expect((await execute("3")).reply.status).toBe("ok");
  });

  test("false goes on", async () => {
    const failing = execute("throw new Error('go on')", { stop_on_error: false });
    const waiting = execute("1");
    expect((await failing).reply.status).toBe("error");
    expect((await waiting).reply.status).toBe("ok");
  });
});

test("the kernel answers while a cell is busy", async () => {
  let busy: Promise<Result> | undefined;
  await new Promise<void>((begun) => {
    const code = "let busyValue = 'x'; console.log('begun'); while (true) {}";
    busy = kernel.client.execute(code, {
      onOutput: ({ msg_type }) => {
        if (msg_type === "stream") begun();
      },
    });
  });
  expect((await kernel.client.complete("Math.sq")).matches).toContain("sqrt");
  expect((await kernel.client.request("shell", "kernel_info_request", {})).reply.status).toBe("ok");
  kernel.client.interrupt();
  expect((await busy)?.reply.ename).toBe("KeyboardInterrupt");
});

test("silent: no input, no result, no count", async () => {
  const before = (await kernel.run("1")).reply.execution_count;
  const { reply, outputs } = await execute("5", { silent: true });
  expect(reply).toMatchObject({ status: "ok", execution_count: before });
  expect(outputs).toEqual([]);
});

test("store_history false: no count", async () => {
  const before = (await kernel.run("1")).reply.execution_count;
  expect((await execute("5", { store_history: false })).reply.execution_count).toBe(before);
});

test("user expressions", async () => {
  await kernel.run("const seven = 7");
  const { reply } = await execute("1", { user_expressions: { good: "seven + 1", bad: "nowhere" } });
  expect(reply.user_expressions).toMatchObject({
    good: { status: "ok", data: { "text/plain": "8" } },
    bad: { status: "error", ename: "TypeScriptError" },
  });
});

test("history gives the last inputs", async () => {
  await kernel.run("'remember me'");
  const { reply } = await kernel.client.request("shell", "history_request", {
    hist_access_type: "tail",
    n: 1,
  });
  expect(reply.history).toEqual([[0, expect.any(Number), "'remember me'"]]);
});

test("comm_info and connect", async () => {
  expect((await kernel.client.request("shell", "comm_info_request", {})).reply).toEqual({
    status: "ok",
    comms: {},
  });
  const { shell_port } = kernel.client.kernel.connection;
  expect((await kernel.client.request("shell", "connect_request", {})).reply.shell_port).toBe(shell_port);
});

describe("completion", () => {
  test("members, sorted", async () => {
    await kernel.run("const record = { beta: 1, alpha: 'x', _hidden: 2 }");
    const { matches, cursor_start, cursor_end } = await kernel.client.complete("record.");
    expect(matches).toEqual(["alpha", "beta", "_hidden"]);
    expect([cursor_start, cursor_end]).toEqual([7, 7]);
  });

  test("variables of earlier cells before keywords", async () => {
    expect(((await kernel.client.complete("rec")).matches as string[])[0]).toBe("record");
  });

  test("positions count code points", async () => {
    const code = "const 𝑥 = '🦊🦊'; record.al";
    const points = [...code].length;
    expect(await kernel.client.complete(code, points)).toMatchObject({
      matches: ["alpha"],
      cursor_start: points - 2,
      cursor_end: points,
    });
  });
});

describe("inspection", () => {
  test("signature and documentation", async () => {
    await kernel.run(
      "/** Doubles.\n * @param x what to double */\nfunction double(x: number): number { return 2 * x }",
    );
    const { data } = (await kernel.client.inspect("'🦊'; double", 10)) as { data: Record<string, string> };
    expect(data["text/plain"]).toBe(
      "function double(x: number): number\n\nDoubles.\n\n*@param* `x` — what to double",
    );
    expect(data["text/markdown"]).toMatch(/^```typescript\nfunction double/);
  });

  test("of the library", async () => {
    const { data } = (await kernel.client.inspect("[1].map(")) as { data: Record<string, string> };
    expect(data["text/plain"]).toMatch(
      /^\(method\) Array<number>\.map[\s\S]*Calls a defined callback function/,
    );
  });

  test("of nothing", async () => {
    expect(await kernel.client.inspect("  ", 1)).toMatchObject({ status: "ok", found: false });
  });
});

describe("is_complete", () => {
  test.each([
    ["1 + 1", { status: "complete" }],
    ["function f() {", { status: "incomplete", indent: "  " }],
    ["const s = `open", { status: "incomplete" }],
    ["f(1, [", { status: "incomplete", indent: "    " }],
    ["/* comment", { status: "incomplete" }],
    ["const = 5", { status: "invalid" }],
    ["await x\nif (a) {\n}", { status: "complete" }],
  ])("%s", async (code, expected) => {
    expect(await kernel.client.isComplete(code)).toMatchObject(expected);
  });
});

describe("prompt", () => {
  test("asks and waits", async () => {
    const asked: string[] = [];
    kernel.client.onInput = async (message) => {
      asked.push(message);
      return "Ringlab";
    };
    expect(await kernel.value("prompt('Your name?')")).toBe("'Ringlab'");
    expect(asked).toEqual(["Your name?"]);
  });

  test("can be interrupted", async () => {
    kernel.client.onInput = () => new Promise(() => {});
    expect((await kernel.interrupted("prompt('Never')")).reply.ename).toBe("KeyboardInterrupt");
    kernel.client.onInput = undefined;
  });

  test("gives null where nobody can be asked", async () => {
    expect(await kernel.value("prompt('Anyone?')")).toBe("null");
  });
});

test("console is known and typed in any folder", async () => {
  const result = await kernel.run("console.log(process.version.length > 3, Buffer.from('a').length)");
  expect(streamed(result)).toBe("true 1\n");
  const { reply } = await kernel.run("process.version = 5");
  expect(plain(reply.traceback as string[])).toMatch(/version/);
});
