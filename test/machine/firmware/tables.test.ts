/** The tables in the ROM, found and walked as an operating system does, and read by ACPICA's own disassembler. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Gpa } from "../../../src/machine/address.ts";
import { dmar, dsdt, fadt, madt, rsdt } from "../../../src/machine/firmware/acpi.ts";
import { memoryMap, RESERVED, ROM, USABLE } from "../../../src/machine/firmware/memory-map.ts";
import { buildRom } from "../../../src/machine/firmware/rom.ts";
import { Machine } from "../../../src/machine/machine.ts";
import { lacks } from "../../support/needs.ts";

const MIB = 2 ** 20;
const rom = buildRom({
  bios: new Uint8Array(16),
  ram: 64 * MIB,
  processor: { signature: 0x6f1, features: 0x0783fbff },
});
const view = new DataView(rom.buffer);
const sum = (at: number, length: number) =>
  rom.subarray(at, at + length).reduce((total, byte) => total + byte, 0) & 0xff;
const text = (at: number, length: number) => new TextDecoder().decode(rom.subarray(at, at + length));
const pointer = (at: number) => view.getUint32(at, true) - ROM;

/** A structure at a multiple of 16 that begins with a signature. */
function search(signature: string): number {
  for (let at = 0; at < rom.length; at += 16) if (text(at, signature.length) === signature) return at;
  throw new Error(`no ${signature}`);
}

test("the processor's first instruction jumps to the BIOS", () => {
  expect([...rom.subarray(0xfff0, 0xfff5)]).toEqual([0xea, 0, 0, 0, 0xf0]);
  expect(rom[0xfffe]).toBe(0xfc);
});

describe("the MP tables", () => {
  const floating = search("_MP_");
  const table = pointer(floating + 4);

  test("have right checksums", () => {
    expect(sum(floating, 16)).toBe(0);
    expect(text(table, 4)).toBe("PCMP");
    expect(sum(table, view.getUint16(table + 4, true))).toBe(0);
  });

  test("list one processor, two buses, an IOAPIC and its interrupts, in as many entries as they say", () => {
    const found: Record<number, number> = {};
    let at = table + 44;
    const end = table + view.getUint16(table + 4, true);
    let entries = 0;
    for (; at < end; entries++) {
      const type = rom[at] as number;
      found[type] = (found[type] ?? 0) + 1;
      at += type === 0 ? 20 : 8;
    }
    expect(at).toBe(end);
    expect(entries).toBe(view.getUint16(table + 34, true));
    expect(found).toEqual({ 0: 1, 1: 2, 2: 1, 3: 13 + 120, 4: 2 });
    expect(view.getUint32(table + 36, true)).toBe(0xfee00000);
  });
});

describe("the ACPI tables", () => {
  const root = search("RSD PTR ");
  const list = pointer(root + 16);
  const length = (at: number) => view.getUint32(at + 4, true);

  test("are reached from the root, each with its checksum", () => {
    expect(sum(root, 20)).toBe(0);
    const tables = Array.from({ length: (length(list) - 36) / 4 }, (_, i) => pointer(list + 36 + 4 * i));
    expect([list, ...tables].map((at) => [text(at, 4), sum(at, length(at))])).toEqual([
      ["RSDT", 0],
      ["FACP", 0],
      ["APIC", 0],
    ]);
    const dsdtAt = pointer((tables[0] as number) + 40);
    expect([text(dsdtAt, 4), sum(dsdtAt, length(dsdtAt))]).toEqual(["DSDT", 0]);
    expect(view.getUint32((tables[0] as number) + 36, true)).toBe(0x9fd00);
  });

  test.skipIf(lacks("iasl", import.meta.url))("are what ACPICA reads in them", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringlab-acpi-"));
    try {
      const read = (name: string, bytes: Uint8Array) => {
        writeFileSync(join(folder, `${name}.dat`), bytes);
        const { status } = spawnSync("iasl", ["-d", `${name}.dat`], { cwd: folder, encoding: "utf8" });
        expect(status).toBe(0);
        return readFileSync(join(folder, `${name}.dsl`), "utf8");
      };
      const names = read("dsdt", dsdt());
      expect(names).toMatch(/Name \(_S5, Package/);
      expect(names).toMatch(/EisaId \("PNP0A03"\)/);
      expect(names).toMatch(/0xE0000000,\s+\/\/ Range Minimum\s+0xFEBFFFFF/);
      expect(names).toMatch(/Field \(PCST, DWordAcc, NoLock, WriteAsZeros\)\s+\{\s+PCIU,/);
      expect(names).toMatch(/Device \(SF8\)[^}]*Name \(_ADR, 0x001F0000\)/);
      expect(names).toMatch(/Method \(_EJ0, 1, Serialized\)[^}]*PCEJ = 0x80000000/);
      expect(names).toMatch(/If \(\(Local1 & 0x20\)\)\s+\{\s+Notify \(S28, 0x03\)/);
      expect(names).toMatch(/Method \(_E01, 0, Serialized\)[^}]*\\_SB\.PCI0\.PCNT \(\)/);
      expect(names).not.toMatch(/Error|Warning|Unknown/i);
      expect(read("facp", fadt({ facs: 0x9fd00, dsdt: 0xf9000 }))).toMatch(
        /PM Timer Block Address : 00000608/,
      );
      const interrupts = read("apic", madt());
      expect(interrupts).toMatch(/Local Apic Address : FEE00000/);
      expect(interrupts).toMatch(/Source : 00\s+\[.*\]\s+Interrupt : 00000002/);
      const remapping = read("dmar", dmar({ registers: 0xfed90000, addressBits: 39 }));
      expect(remapping).toMatch(/Host Address Width : 26/);
      expect(remapping).toMatch(/Subtable Type : 0000 \[Hardware Unit Definition\]/);
      expect(remapping).toMatch(/Flags : 01[\s\S]*Register Base Address : 00000000FED90000/);
      expect(remapping).not.toMatch(/Error|Warning|Unknown/i);
      expect(read("rsdt", rsdt([0xf9000]))).toMatch(/ACPI Table Address {3}0 : 000F9000/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("a remapping unit is in a table of its own, on boards that have one", () => {
  const tablesOf = (machine: Machine): string[] => {
    const word = (at: number) => machine.bus.read(at as Gpa, 4);
    const name = (at: number) =>
      String.fromCharCode(...[0, 1, 2, 3].map((i) => machine.bus.read((at + i) as Gpa, 1)));
    let root = ROM;
    while (name(root) !== "RSD " || name(root + 4) !== "PTR ") root += 16;
    const list = word(root + 16);
    return Array.from({ length: (word(list + 4) - 36) / 4 }, (_, i) => name(word(list + 36 + 4 * i)));
  };
  expect(tablesOf(new Machine({ memory: MIB, iommu: {} }))).toEqual(["FACP", "APIC", "DMAR"]);
  expect(tablesOf(new Machine({ memory: MIB }))).toEqual(["FACP", "APIC"]);
});

test("the memory map is sorted, without overlaps, and ends where memory does", () => {
  for (const ram of [MIB, 2 * MIB, 64 * MIB, 3072 * MIB]) {
    const map = memoryMap(ram);
    for (const [i, { base, length }] of map.entries())
      expect(base + length).toBeLessThanOrEqual(map[i + 1]?.base ?? 2 ** 32);
    const usable = map.filter(({ type }) => type === USABLE);
    expect(usable.reduce((total, { length }) => total + length, 0)).toBe(ram - MIB + 0x9fc00);
    expect(map.at(-1)?.type).toBe(RESERVED);
  }
});
