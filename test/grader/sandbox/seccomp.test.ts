import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ARCHITECTURES, seccompFilter } from "../../../grader/sandbox/seccomp.ts";
import { lacks } from "../../support/needs.ts";

/** Where the kernel's own numbers are; arm64 has the generic ones. */
const HEADERS = {
  x64: ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"],
  arm64: ["/usr/include/asm-generic/unistd.h"],
};

/** The header's numbers, or undefined where it belongs to another architecture's package. */
function numbers(paths: string[]): Record<string, number> | undefined {
  for (const path of paths) {
    try {
      const text = readFileSync(path, "utf8");
      const lines = text.matchAll(/^#define __NR_(\w+)\s+(\d+)$/gm);
      return Object.fromEntries([...lines].map(([, name, number]) => [name!, Number(number)]));
    } catch {}
  }
  return undefined;
}

describe.skipIf(lacks("kernelHeaders", import.meta.url))("system call numbers", () => {
  test.for(Object.entries(HEADERS))("of %s are the kernel's", ([architecture, paths]) => {
    const kernel = numbers(paths);
    if (architecture === process.arch) expect(kernel).toBeDefined();
    const { calls } = ARCHITECTURES[architecture as NodeJS.Architecture]!;
    const other = Object.entries(calls).filter(([name, number]) => (kernel?.[name] ?? number) !== number);
    expect(other).toEqual([]);
  });
});

/** A classic BPF machine for the five instructions that the filter uses. */
function decide(filter: Buffer, call: { audit: number; number: number; argument?: number }): number {
  const data = new Map([
    [0, call.number],
    [4, call.audit],
    [16, call.argument ?? 0],
  ]);
  let accumulator = 0;
  for (let at = 0; ; at += 8) {
    const [code, operand] = [filter.readUInt16LE(at), filter.readUInt32LE(at + 4)];
    if (code === 0x06) return operand;
    if (code === 0x20) accumulator = data.get(operand)! >>> 0;
    else {
      const holds = {
        21: accumulator === operand,
        53: accumulator >= operand,
        69: (accumulator & operand) !== 0,
      };
      at += 8 * filter.readUInt8(at + (holds[code as keyof typeof holds] ? 2 : 3));
    }
  }
}

describe.each(["x64", "arm64"] as const)("the filter of %s", (architecture) => {
  const { audit, calls } = ARCHITECTURES[architecture]!;
  const filter = seccompFilter(architecture)!;
  const [ALLOW, SUCCESS, EPERM, ENOSYS] = [0x7fff_0000, 0x0005_0000, 0x0005_0001, 0x0005_0026];

  test("denies each call of its table, and lets others pass", () => {
    const { clone, clone3, rt_sigaction, ...denied } = calls;
    for (const number of Object.values(denied)) expect(decide(filter, { audit, number })).toBe(EPERM);
    expect(decide(filter, { audit, number: clone3! })).toBe(ENOSYS);
    expect(decide(filter, { audit, number: architecture === "x64" ? 0 : 63 })).toBe(ALLOW); // read
  });

  test("lets threads start and no processes", () => {
    const number = calls.clone!;
    expect(decide(filter, { audit, number, argument: 0x3d_0f00 })).toBe(ALLOW); // pthread_create
    expect(decide(filter, { audit, number, argument: 0x0120_0011 })).toBe(EPERM); // fork
  });

  test("keeps SIGXCPU's default", () => {
    const number = calls.rt_sigaction!;
    expect(decide(filter, { audit, number, argument: 24 })).toBe(SUCCESS);
    expect(decide(filter, { audit, number, argument: 15 })).toBe(ALLOW);
  });

  test("ends a process with another architecture's calls", () => {
    expect(decide(filter, { audit: 0x4000_0003, number: 1 })).toBe(0x8000_0000);
    expect(decide(filter, { audit, number: 0x4000_0000 + 57 })).toBe(ENOSYS);
  });
});

test("an unknown architecture has none", () => {
  expect(seccompFilter("ppc64")).toBeUndefined();
});
