/** Everything that a cell shows arrives, whole and in order. */
import { expect, test } from "vitest";
import { streamed, useKernel } from "../../support/kernel.ts";

const kernel = useKernel();

test("100,000 lines arrive whole, in few messages", async () => {
  const result = await kernel.run("for (let i = 0; i < 100_000; i++) console.log('line', i)");
  const lines = streamed(result).split("\n");
  expect(lines).toHaveLength(100_001);
  expect([lines[0], lines[99_999]]).toEqual(["line 0", "line 99999"]);
  expect(result.outputs.length).toBeLessThan(500);
});

test("more than fits on its way: the cell waits for the kernel", async () => {
  const result = await kernel.run("for (let i = 0; i < 200; i++) process.stdout.write('y'.repeat(50_000))");
  expect(streamed(result)).toHaveLength(10_000_000);
});

test("text and displays keep their order", async () => {
  const { outputs } = await kernel.run(
    "import { display } from 'tslab'; console.log(1); display.html('2'); console.error(3); process.stdout.write('4'); display.text('5'); 6",
  );
  const order = outputs.filter(({ msg_type }) => msg_type !== "execute_input");
  expect(
    order.map(({ msg_type, content }) => [msg_type, content.text ?? Object.values(content.data!)[0]]),
  ).toEqual([
    ["stream", "1\n"],
    ["display_data", "2"],
    ["stream", "3\n"],
    ["stream", "4"],
    ["display_data", "5"],
    ["execute_result", "6"],
  ]);
});

test("output comes while the cell runs", async () => {
  // The cell waits until somebody has seen it.
  const code = `import { existsSync } from "node:fs";
    console.log("now");
    while (!existsSync("seen")) await new Promise((r) => setTimeout(r, 5));`;
  const { reply } = await kernel.client.execute(code, {
    onOutput: ({ msg_type }) => {
      if (msg_type === "stream") kernel.write("seen", "");
    },
  });
  expect(reply.status).toBe("ok");
});

test("a timer's output goes to the cell that ran last", async () => {
  await kernel.run(
    "let last = 0; const timer = setInterval(() => { if (last === 1) { console.log('later'); last = 2; } }, 5)",
  );
  const late = await kernel.run(
    "last = 1; while (last === 1) await new Promise((r) => setTimeout(r, 5)); clearInterval(timer)",
  );
  expect(streamed(late)).toBe("later\n");
});

test("bytes are sent as base64, views by their own part", async () => {
  const { outputs } = await kernel.run(
    "import { display } from 'tslab'; display.png(new Uint8Array([0, 1, 2, 3]).subarray(1, 3));",
  );
  expect(outputs.at(-1)?.content.data).toEqual({ "image/png": "AQI=" });
});

test("a display is replaced by later calls", async () => {
  const { outputs } = await kernel.run(
    "import { newDisplay } from 'tslab'; const bar = newDisplay(); bar.text('1 %'); bar.text('2 %');",
  );
  const [first, second] = outputs.slice(1);
  expect([first?.msg_type, second?.msg_type]).toEqual(["display_data", "update_display_data"]);
  expect(first?.content.transient).toEqual(second?.content.transient);
});

test("console in all its forms", async () => {
  const result = await kernel.run(
    "console.log('%s is %d', 'x', 5); console.table([{ a: 1 }]); console.dir({ b: 2 })",
  );
  expect(streamed(result)).toMatch(/^x is 5\n┌[\s\S]*\{ b: 2 \}\n$/);
});
