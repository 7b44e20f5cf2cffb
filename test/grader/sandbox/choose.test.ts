import { expect, test, vi } from "vitest";
import bubblewrap from "../../../grader/sandbox/bubblewrap.ts";
import { chooseSandbox, SandboxError } from "../../../grader/sandbox/choose.ts";
import type { SandboxName } from "../../../grader/sandbox/contract.ts";

test("bubblewrap unless asked otherwise", async () => {
  vi.spyOn(bubblewrap, "probe").mockResolvedValueOnce({ works: true });
  expect((await chooseSandbox()).name).toBe("bubblewrap");
  expect((await chooseSandbox("unsafe")).name).toBe("unsafe");
});

test("one that does not work is not replaced by another: the error says why, what to install, and what else there is", async () => {
  const why = "the program bwrap is not installed";
  vi.spyOn(bubblewrap, "probe").mockResolvedValueOnce({
    works: false,
    why,
    install: "apt install bubblewrap",
  });
  const refusal = await chooseSandbox().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(SandboxError);
  expect((refusal as Error).message).toMatch(/bwrap is not installed.*apt install bubblewrap.*--unsafe/s);
});

test("an unknown one is refused with the list", async () => {
  await expect(chooseSandbox("vmware" as SandboxName)).rejects.toThrow(/"vmware".*bubblewrap, .*unsafe/);
});
