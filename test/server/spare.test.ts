import { tmpdir } from "node:os";
import { expect, test, vi } from "vitest";
import { DEFAULT_SPEC } from "../../src/kernel/specs.ts";
import { Processes } from "../../src/server/kernels/processes.ts";
import { Spare } from "../../src/server/kernels/spare.ts";

const started = () => new Promise((done) => setTimeout(done, 200));

test("goes to whoever wants its kind in its folder, once", async () => {
  const spare = new Spare(DEFAULT_SPEC, tmpdir(), new Processes());
  spare.prepare();
  await started();
  expect(await spare.take({ ...DEFAULT_SPEC, name: "other" }, tmpdir())).toBeUndefined();
  expect(await spare.take(DEFAULT_SPEC, "/")).toBeUndefined();
  const kernel = await spare.take(DEFAULT_SPEC, tmpdir());
  expect(kernel?.process.pid).toBeGreaterThan(0);
  expect(kernel?.exit).toBeUndefined();
  expect(await spare.take(DEFAULT_SPEC, tmpdir())).toBeUndefined();
  await kernel?.kill();
});

test("one that died is not given away", async () => {
  const processes = new Processes();
  const died = vi.spyOn(processes, "start");
  const spare = new Spare({ ...DEFAULT_SPEC, argv: [process.execPath, "-e", "0"] }, tmpdir(), processes);
  spare.prepare();
  await vi.waitFor(() => expect(died).toHaveBeenCalled());
  const kernel = await died.mock.results[0]?.value;
  await vi.waitFor(() => expect(kernel.exit).toBeDefined(), { timeout: 10_000 });
  expect(await spare.take(DEFAULT_SPEC, tmpdir())).toBeUndefined();
});

test("ends with the server", async () => {
  const spare = new Spare(DEFAULT_SPEC, tmpdir(), new Processes());
  spare.prepare();
  await started();
  await spare.stop();
  expect(await spare.take(DEFAULT_SPEC, tmpdir())).toBeUndefined();
});
