/** What the cache does when guest code changes, when stores keep hitting watched pages, and when it is full. */
import { expect, test } from "vitest";
import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";
import { Differential, explain } from "../../support/fragments/differential.ts";
import { run, source } from "../../support/fragments/rig.ts";
import { CALLED, DATA, TABLE, tableAddress } from "../../support/fragments/world.ts";

const bt = binaryTranslation({ pager: shadow });

test("code that is changed once is translated anew, and only that", () => {
  const lines = "mov ecx, 2\nagain:\ninner: mov eax, 1\nadd ebx, eax\nmov byte [inner+1], 5\nloop again";
  const { vm, differences } = run(source([lines]), bt);
  expect(differences).toEqual([]);
  expect(vm.engine.translations.cache.invalidations).toBeGreaterThan(0);
  expect(vm.engine.crossings.get("#PF (watched page)")).toBe(2);
});

test("an instruction that changes the one after it", () => {
  expect(run(source(["mov byte [next], 0x40\nnext: nop\nnop"]), bt).differences).toEqual([]);
});

test("a page that keeps being written is watched no more: its code checks itself", () => {
  const lines = "mov ecx, 300\nagain:\ninner: mov eax, 1\nadd ebx, eax\ninc byte [inner+1]\nloop again";
  const { vm, differences } = run(source([lines]), bt);
  expect(differences).toEqual([]);
  const { crossings } = vm.engine;
  expect(crossings.get("#PF (watched page)")).toBeLessThan(10);
  expect(crossings.get("call-out: changed")).toBeGreaterThan(200);
});

test("in code that checks itself, the instruction after STI may change the one after it", () => {
  // First the page's code is changed until it is watched no more.
  const lines = [
    "mov ecx, 200\nagain: inc byte [imm+1]\nimm: mov al, 0\nloop again",
    "sti\nmov byte [last], 0x43\nlast: nop",
  ];
  const { vm, differences } = run(source(lines), bt);
  expect(differences).toEqual([]);
  expect(vm.machine.cpu.r32[6]).toBe(1);
});

test("a store that faults often becomes a call-out, and a store again when it goes elsewhere", () => {
  // Data beside code, then 400 stores by the same instruction to a page without code.
  const lines = [
    "mov ecx, 20\nmov esi, scratch\nmov ebp, 2\nround:\nmov [esi], ecx\nloop round",
    `mov esi, ${DATA}\nmov ecx, 400\ndec ebp\njnz round`,
    "jmp over\nscratch: dd 0\nover:",
  ];
  const { vm, differences } = run(source(lines), bt);
  expect(differences).toEqual([]);
  const { counts } = vm.engine.translations;
  expect(counts.retranslations).toBe(1);
  expect(counts.restored).toBe(1);
  expect(vm.engine.crossings.get("#PF (watched page)")).toBe(4);
});

test("so does a store to a page table that is traced", () => {
  const entry = tableAddress(TABLE + (0x40000 >>> 10));
  const lines = `mov ecx, 300\nagain:\nmov dword [${entry}], 0x28003\nmov dword [${entry}], 0x29003\nloop again\ninvlpg [0x40000]\nmov eax, [0x40000]`;
  // Before it is in use, nothing traces the table.
  const { vm, differences } = run(
    source([`mov eax, [${DATA}]`, lines]),
    binaryTranslation({ pager: tracedPager() }),
  );
  expect(differences).toEqual([]);
  expect(vm.engine.crossings.get("#PF (watched page)")).toBe(8);
  expect(vm.engine.translations.counts.retranslations).toBe(2);
});

test("so does an access to a device in memory, read or write", () => {
  const entry = tableAddress(TABLE + (0x40000 >>> 10));
  const lines = [
    `mov dword [${entry}], 0xff000003\ninvlpg [0x40000]`,
    "mov ecx, 100\nagain:\nmov [0x40000], ecx\nadd ebx, [0x40000]\nloop again",
  ];
  const { vm, differences } = run(source(lines), bt);
  expect(differences).toEqual([]);
  expect(vm.machine.cpu.r32[6]).toBe(5050);
  expect(vm.engine.crossings.get("#PF (device)")).toBe(8);
});

test("code whose page is mapped elsewhere by now is not executed", () => {
  const entry = tableAddress(TABLE + (CALLED >>> 10));
  const lines = [
    `mov dword [${DATA + 0x2b}], 0`,
    `call ${CALLED}`,
    `mov dword [0x29000], 0xc3424242\nmov dword [${entry}], 0x29003\ninvlpg [${CALLED}]\ncall ${CALLED}`,
    `mov dword [${entry}], ${CALLED | 3}\nmov eax, cr3\nmov cr3, eax\ncall ${CALLED}`,
  ];
  const { vm, differences } = run(source(lines, { called: [["inc ebx", "ret"]] }), bt);
  expect(differences).toEqual([]);
  expect([vm.machine.cpu.r32[6], vm.machine.cpu.r32[4]]).toEqual([2, 3]);
});

test("a unit whose instruction crosses into another page goes with either", () => {
  const lines = [
    "jmp over",
    "times 4090 - ($ - i0) nop\nover: mov ecx, 2\nagain: mov eax, 0x11111111\nadd ebx, eax\nmov byte [again+3], 0x22\nloop again",
  ];
  const { differences } = run(source(lines), bt);
  expect(differences).toEqual([]);
});

test("a cache of one page: it is emptied again and again, and nothing is lost", () => {
  const small = binaryTranslation({ pager: shadow, cache: 4096 });
  const call = Array.from(
    { length: 200 },
    (_, i) => `r${i}:\nadd eax, ${i}\ntest eax, 1\njz s${i}\nxor ebx, eax\ns${i}:`,
  );
  const { vm, differences } = run(source(["mov ebp, 3\nmore:", ...call, "dec ebp\njnz more"]), small);
  expect(differences).toEqual([]);
  expect(vm.engine.translations.cache.flushes).toBeGreaterThan(2);
});

test.each([
  ["a cache of one page", { cache: 4096 }],
  ["units of one instruction", { most: 1 }],
])("fragments with %s", (_, options) => {
  const found = new Differential(binaryTranslation({ pager: shadow, ...options })).search(1, 40);
  expect(found === undefined ? "" : explain(found)).toBe("");
});

test("sizes that the cache cannot have are refused", () => {
  for (const cache of [0, 100, 4095, 8 << 20])
    expect(() => run(source(["nop"]), binaryTranslation({ pager: shadow, cache }))).toThrow(
      /code cache of \d+ bytes: it must be/,
    );
});
