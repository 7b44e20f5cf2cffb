/** The image: layout, sites, determinism, wrong options. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildGuest } from "../../src/guests/build.ts";
import { operations } from "../../src/guests/sites.ts";

const KERNEL = 0xc0100000;
const kernelFolder = new URL("../../src/guests/kernel/", import.meta.url);
const kernelText = (name: string) => readFileSync(new URL(name, kernelFolder), "utf8");
const programText = (name: string) => readFileSync(new URL(`../programs/${name}`, kernelFolder), "utf8");

const guest = buildGuest({ workload: "null-call" });
const view = new DataView(guest.image.buffer);
/** The dword at a linear address of the kernel. */
const dword = (address: number) => view.getUint32(512 + address - KERNEL, true);
const symbol = (name: string) => guest.symbols.get(name)!;

test("the same options give the same bytes", () => {
  expect(buildGuest({ workload: "null-call" }).image).toEqual(guest.image);
});

test("the image is whole sectors and its first is a boot sector", () => {
  expect(guest.image.length % 512).toBe(0);
  expect(view.getUint16(510, true)).toBe(0xaa55);
});

test("every site calls or jumps through the slot of its operation", () => {
  const slots = operations(guest.symbols);
  for (const { address, operation, kind } of guest.sites) {
    const at = 512 + address - KERNEL;
    expect(view.getUint16(at), address.toString(16)).toBe(kind === "call" ? 0xff15 : 0xff25);
    expect(slots.get(view.getUint32(at + 2, true))).toBe(operation);
  }
});

test("the sites are those of the source: pv and pvjump, one by one", () => {
  const written = readdirSync(kernelFolder)
    .filter((name) => name !== "pvops.asm" && name.endsWith(".asm"))
    .flatMap((name) => {
      const text = kernelText(name);
      const inMacro = [...text.matchAll(/^%macro (\w+)[\s\S]*?^%endmacro/gm)];
      // A site inside a macro counts once for each use of the macro.
      const uses = (macro: string) => [...text.matchAll(new RegExp(`^ +${macro}\\b`, "gm"))].length;
      const plain = inMacro.reduce((rest, [whole]) => rest.replace(whole, ""), text);
      const find = (piece: string) =>
        [...piece.matchAll(/^ +(pv|pvjump) +(\w+)/gm)].map(([, how, operation]) => `${how} ${operation}`);
      return [
        ...find(plain),
        ...inMacro.flatMap(([whole, macro]) => Array(uses(macro!)).fill(find(whole)).flat()),
      ];
    });
  const found = guest.sites.map(({ kind, operation }) => `${kind === "call" ? "pv" : "pvjump"} ${operation}`);
  expect(found.sort()).toEqual(written.sort());
});

test("every slot of the table holds its native operation, and every operation is used", () => {
  const slots = operations(guest.symbols);
  expect(4 * slots.size).toBe(symbol("pv_table_end") - symbol("pv_table"));
  for (const [address, operation] of slots) {
    const target = dword(address);
    expect([symbol(`native_${operation}`), symbol("native_nothing")], operation).toContain(target);
  }
  const used = new Set(guest.sites.map(({ operation }) => operation));
  expect([...slots.values()].filter((operation) => !used.has(operation))).toEqual([]);
});

test("the list of sites stands in the image for the kernel itself", () => {
  const at = dword(symbol("pv_sites"));
  expect(dword(symbol("pv_site_count"))).toBe(guest.sites.length);
  guest.sites.forEach(({ address, operation }, i) => {
    expect([dword(at + 8 * i), dword(at + 8 * i + 4)]).toEqual([address, symbol(`pv_${operation}`)]);
  });
});

test("no privileged instruction stands outside the native operations", () => {
  const privileged =
    /^ +(cli|sti|hlt|pushfd?|popfd?|iretd?|lgdt|lidt|sgdt|sidt|lldt|sldt|ltr|str|lmsw|smsw|clts|invlpg|in|out|ins[bwd]|outs[bwd]|rdmsr|wrmsr|cpuid|rdtsc|sysexit|mov .*\bcr\d)\b/m;
  for (const name of readdirSync(kernelFolder))
    if (name !== "pvops.asm" && name !== "boot.asm") expect(kernelText(name), name).not.toMatch(privileged);
});

test("the numbers of the system calls are their places in the kernel's table", () => {
  const table = /^syscall_table:([\s\S]*?)^SYSCALLS/m.exec(kernelText("syscall.asm"))![1]!;
  const places = [...table.matchAll(/sys_(\w+)/g)].map(([, name]) => name);
  const numbers = [...programText("syscalls.asm").matchAll(/^SYS_(\w+) +equ +(\d+)/gm)];
  expect(numbers.map(([, name]) => name)).toEqual(places);
  expect(numbers.map(([, , number]) => Number(number))).toEqual(places.map((_, i) => i));
});

test("kernelRing 1 puts the kernel's segments on ring 1 and changes no site", () => {
  const ring1 = buildGuest({ workload: "null-call", kernelRing: 1 });
  const access = (image: Uint8Array, symbols: ReadonlyMap<string, number>, selector: number) =>
    image[512 + symbols.get("gdt")! - KERNEL + selector + 5]!;
  const dpl = (built: typeof guest) =>
    [8, 16, 24, 32].map((s) => (access(built.image, built.symbols, s) >> 5) & 3);
  expect(dpl(guest)).toEqual([0, 0, 3, 3]);
  expect(dpl(ring1)).toEqual([1, 1, 3, 3]);
  expect(ring1.symbols.get("tss_esp")! - ring1.symbols.get("tss")!).toBe(12);
  expect(guest.symbols.get("tss_esp")! - guest.symbols.get("tss")!).toBe(4);
  expect(ring1.sites.map(({ operation }) => operation)).toEqual(
    guest.sites.map(({ operation }) => operation),
  );
});

test("wrong options say what is allowed", () => {
  expect(() => buildGuest({ workload: "prime" })).toThrow(/no workload "prime"; there are/);
  expect(() => buildGuest({ workload: "fork", timerHz: 5 })).toThrow(/timerHz is 5: .* 19 … 10000/);
  expect(() => buildGuest({ workload: "fork", timerHz: Number.NaN })).toThrow(/timerHz is NaN/);
  expect(() => buildGuest({ workload: "fork", memory: 30 })).toThrow(/memory is 30: give a multiple of 4/);
  expect(() => buildGuest({ workload: "fork", memory: 0 })).toThrow(/memory is 0/);
});
