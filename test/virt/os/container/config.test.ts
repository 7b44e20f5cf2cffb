/** Configs as people and tools write them. */
import { expect, test } from "vitest";
import { parseConfig } from "../../../../src/virt/os/container/config.ts";
import { CASES, changed, starter } from "./cases.ts";

test("the config that a runtime writes to begin with", () => {
  const { process, linux } = parseConfig(JSON.stringify(starter()));
  expect(process.args).toEqual(["/true"]);
  expect(linux.namespaces?.map(({ type }) => type)).toEqual(["pid", "network", "ipc", "uts", "mount"]);
});

test.for(CASES.map((one) => [one.name, one] as const))("%s", ([, { change, error }]) => {
  const parse = () => parseConfig(changed(change));
  if (error === undefined) expect(parse).not.toThrow();
  else expect(parse).toThrow(error);
});

test("what is no JSON", () => expect(() => parseConfig("{")).toThrow(/^config\.json: not JSON/));
