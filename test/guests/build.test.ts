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

test.each([
  ["null-call", ["disk-write.asm", "net.asm"]],
  ["transfer", []],
])("the sites are those of the source: pv and pvjump, one by one: %s", (workload, without: string[]) => {
  const names = readdirSync(kernelFolder).filter((name) => name.endsWith(".asm") && !without.includes(name));
  const texts = names.filter((name) => name !== "pvops.asm").map(kernelText);
  // A site inside a macro counts once for each use of the macro.
  const uses = (macro: string) =>
    texts.flatMap((text) => [...text.matchAll(new RegExp(`^ +${macro}\\b`, "gm"))]).length;
  const written = texts.flatMap((text) => {
    const inMacro = [...text.matchAll(/^%macro (\w+)[\s\S]*?^%endmacro/gm)];
    const plain = inMacro.reduce((rest, [whole]) => rest.replace(whole, ""), text);
    const find = (piece: string) =>
      [...piece.matchAll(/^ +(pv|pvjump) +(\w+)/gm)].map(([, how, operation]) => `${how} ${operation}`);
    return [
      ...find(plain),
      ...inMacro.flatMap(([whole, macro]) => Array(uses(macro!)).fill(find(whole)).flat()),
    ];
  });
  const { sites } = buildGuest({ workload });
  const found = sites.map(({ kind, operation }) => `${kind === "call" ? "pv" : "pvjump"} ${operation}`);
  expect(found.sort()).toEqual(written.sort());
});

test("every slot of the table holds its native operation, and every operation is used", () => {
  const slots = operations(guest.symbols);
  expect(4 * slots.size).toBe(symbol("pv_table_end") - symbol("pv_table"));
  for (const [address, operation] of slots) {
    const target = dword(address);
    expect(target, operation).toBe(symbol(`native_${operation}`));
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
  const backEnds = ["native.asm", "kvm.asm", "xen.asm"];
  for (const name of readdirSync(kernelFolder))
    if (name !== "boot.asm" && !backEnds.includes(name))
      expect(kernelText(name), name).not.toMatch(privileged);
});

test("the numbers of the system calls are their places in the kernel's table", () => {
  const table = /^syscall_table:([\s\S]*?)^SYSCALLS/m.exec(kernelText("syscall.asm"))![1]!;
  const places = [...table.matchAll(/sys_(\w+)/g)].map(([, name]) => name);
  const numbers = [...programText("syscalls.asm").matchAll(/^SYS_(\w+) +equ +(\d+)/gm)];
  expect(numbers.map(([, name]) => name)).toEqual(places);
  expect(numbers.map(([, , number]) => Number(number))).toEqual(places.map((_, i) => i));
});

test("a vanilla kernel has no table, no sites and no back ends", () => {
  const vanilla = buildGuest({ workload: "null-call", pv: false });
  expect(vanilla.sites).toEqual([]);
  expect([...vanilla.symbols.keys()].filter((name) => /^(pv_(?!site)|xen_|kvm_|patch_)/.test(name))).toEqual(
    [],
  );
  expect(vanilla.image.length).toBeLessThan(guest.image.length);
});

test("patch and batch are words in the image, nothing else", () => {
  for (const option of ["patch", "batch"]) {
    const off = buildGuest({ workload: "null-call", [option]: false });
    const differ = [...guest.image.keys()].filter((at) => guest.image[at] !== off.image[at]);
    expect(differ).toEqual([512 + symbol(`param_${option}`) - KERNEL]);
  }
});

test("the GDT has its page to itself, and the rest of it is zeros", () => {
  expect(symbol("gdt") % 4096).toBe(0);
  const rest = [...Array(1024).keys()].filter((n) => symbol("gdt") + 4 * n >= symbol("gdt_end"));
  expect(rest.length).toBe(1024 - 12);
  expect(rest.every((n) => dword(symbol("gdt") + 4 * n) === 0)).toBe(true);
});

test("a note for who loads the kernel without its boot sector stands in the kernel's first sector", () => {
  const note = symbol("note");
  const text = new TextDecoder().decode(guest.image.subarray(512 + note - KERNEL, 512 + note - KERNEL + 8));
  expect(text).toBe("xen-3.0\0");
  expect([dword(note + 8), dword(note + 12)]).toEqual([0xc0000000, KERNEL]);
  expect(dword(note + 16) % 4096).toBe(0);
  expect(note - KERNEL).toBeLessThan(512 - 20);
});

test("wrong options say what is allowed", () => {
  expect(() => buildGuest({ workload: "prime" })).toThrow(/no workload "prime"; there are/);
  expect(() => buildGuest({ workload: "fork", timerHz: 5 })).toThrow(/timerHz is 5: .* 19 … 10000/);
  expect(() => buildGuest({ workload: "fork", timerHz: Number.NaN })).toThrow(/timerHz is NaN/);
  expect(() => buildGuest({ workload: "fork", memory: 30 })).toThrow(/memory is 30: give a multiple of 4/);
  expect(() => buildGuest({ workload: "fork", memory: 0 })).toThrow(/memory is 0/);
});
