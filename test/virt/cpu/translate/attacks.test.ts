/** A guest that means harm: it is stopped or faulted as on the bare machine, and the monitor's memory stays the monitor's. */
import { expect, test } from "vitest";
import { MONITOR_AREA } from "../../../../src/virt/cpu/area.ts";
import type { Vm } from "../../../../src/virt/cpu/engine.ts";
import { type BinaryTranslation, binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { CACHE_OFFSET } from "../../../../src/virt/cpu/translate/layout.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import type { Source } from "../../support/fragments/generate.ts";
import { run, source } from "../../support/fragments/rig.ts";
import {
  GDT,
  SELECTOR,
  STACK,
  TOP_TABLE,
  tableAddress,
  USER_CODE,
  USER_STACK,
  VARIABLES,
} from "../../support/fragments/world.ts";

const AREA = MONITOR_AREA >>> 0;
const CACHE = AREA + CACHE_OFFSET;
/** The guest computes it, so that no code has it as an immediate. */
const POISON = 0x5ca1ab1e;
const MAKE_POISON = `mov eax, ${POISON ^ 0x0f0f0f0f}\nxor eax, 0x0f0f0f0f`;
const FORGET = "xor eax, eax";

/** Places in the monitor's memory that hold what only the guest knows. */
function poisoned({ host }: Vm<BinaryTranslation>): number[] {
  const places: number[] = [];
  for (let at = 0; at < host.base; at += 4) if (host.bus.view.getUint32(at, true) === POISON) places.push(at);
  return places;
}

function attack(items: string[], rest: Partial<Source> = {}) {
  const result = run(source(items, rest), binaryTranslation({ pager: shadow }));
  expect(result.differences).toEqual([]);
  expect(poisoned(result.vm)).toEqual([]);
  return result;
}

test("writes over the translation cache and the monitor's data, where the guest has pages of its own", () => {
  for (const at of [CACHE, CACHE + 0x10, AREA, AREA + 8, AREA + 0x1008])
    attack([`${MAKE_POISON}\nmov [${at}], eax\nmov ebx, [${at}]\n${FORGET}`]);
});

test("and where it has none: the fault is the guest's", () => {
  for (const at of [CACHE + 0x1000, AREA + 0x2000, 0xffbfffff, 0xffbffffd])
    attack([`${MAKE_POISON}\nmov [${at}], eax\n${FORGET}`, "nop"]);
});

test("by strings, by the stack, by ENTER, by far pointers", () => {
  attack([`${MAKE_POISON}\nmov edi, ${CACHE - 64}\nmov ecx, 64\nrep stosd\n${FORGET}`]);
  attack([`${MAKE_POISON}\nmov edi, ${AREA + 32}\nmov ecx, 8\nrep stosd\n${FORGET}`]);
  attack([
    `${MAKE_POISON}\nmov ebx, esp\nmov esp, ${AREA + 0x40}\npush eax\npush eax\npop ecx\nmov esp, ebx\n${FORGET}\nxor ecx, ecx`,
  ]);
  attack([`mov ebx, esp\nmov esp, ${AREA + 0x80}\nenter 16, 2\npushad\npushfd\nmov esp, ebx`]);
  attack([
    `mov ebx, esp\nmov esp, ${AREA + 0x20}\nmov dword [${AREA + 0x20}], back\nret\nback: mov esp, ebx`,
  ]);
});

test("jumps into the cache: what runs there is the guest's own page", () => {
  attack([`mov dword [${CACHE}], 0xc3434343\nmov esi, ${CACHE}\ncall esi`]);
  attack([`mov esi, ${CACHE + 0x3000}\njmp esi`, "nop"]);
  attack([`push dword ${CACHE + 0x5000}\nret`, "nop"]);
});

test("segments that reach the area by their base, by their limit, by wrapping around, or by growing downwards", () => {
  const descriptors: [number, number][] = [
    [0x0000ffff, 0xffcf93c0],
    [0x0000ffff, 0xffc093c2],
    [0xf000ffff, 0xffcf93ff],
    [0x0000ffff, 0x80cf9300],
    [0x00000000, 0x00cf9700],
    [0x0000ffff, 0x00cf9700],
  ];
  for (const [low, high] of descriptors)
    for (const seg of ["es", "fs", "gs"])
      attack([
        `mov dword [${GDT + SELECTOR.small}], ${low}\nmov dword [${GDT + SELECTOR.small + 4}], ${high}`,
        `mov ecx, ${SELECTOR.small}\nmov ${seg}, cx`,
        ...[0, 8, 0x1000, 0x20000, AREA, CACHE, 0x7fc00000, 0xffffffff].map(
          (at) => `${MAKE_POISON}\nmov [${seg}:${at}], eax\nmov edx, [${seg}:${at}]\n${FORGET}\nxor edx, edx`,
        ),
      ]);
});

test("GS: the guest's own, never the monitor's", () => {
  attack([
    `mov ecx, ${SELECTOR.small}\nmov gs, cx\n${MAKE_POISON}\nmov [gs:0], eax\nmov ebx, [gs:0]\npush gs\npop edx\n${FORGET}\nxor ebx, ebx`,
  ]);
  attack(["xor eax, eax\nmov gs, ax\nmov eax, [gs:0]", "mov eax, gs"]);
});

test("a program in ring 3", () => {
  for (const at of [AREA, AREA + 0x1000, CACHE, CACHE + 0x7000, 0xffffffff])
    attack(
      [
        `mov dword [ss:${VARIABLES + 8}], back\nmov [ss:${VARIABLES + 12}], esp\nmov eax, ${SELECTOR.userData | 3}\nmov ds, ax`,
        `push dword ${SELECTOR.userData | 3}\npush dword ${USER_STACK}\npush dword 0x202\npush dword ${SELECTOR.userCode | 3}\npush dword ${USER_CODE}\niretd`,
        "back: push ss\npop ds\nxor eax, eax\nxor ebx, ebx",
      ],
      {
        user: [
          [
            ...MAKE_POISON.split("\n"),
            `mov [${at}], eax`,
            `mov ebx, [${at}]`,
            "xor ebx, ebx",
            FORGET,
            "int 0x80",
          ],
        ],
      },
    );
});

test("page tables that name memory beyond the guest's, and so the monitor's if anybody added up wrongly", () => {
  const entry = tableAddress(TOP_TABLE) + 4 * 0x200;
  const at = AREA + 0x200000;
  for (const frame of [0x100000, 0xff800000, 0xfff00000, 0xffffe000])
    attack([
      `mov dword [${entry}], ${(frame | 7) >>> 0}\nmov eax, cr3\nmov cr3, eax`,
      `${MAKE_POISON}\nmov [${at}], eax\nmov ebx, [${at}]\n${FORGET}\nxor ebx, ebx`,
    ]);
});

test("descriptor tables and stacks in the area", () => {
  attack([
    `mov word [${VARIABLES + 0x20}], 0x7f\nmov dword [${VARIABLES + 0x22}], ${AREA}\nlgdt [${VARIABLES + 0x20}]\nmov eax, 8\nmov fs, ax`,
  ]);
  // The interrupt table as well: nothing can be delivered any more.
  const { stop } = attack([
    `mov word [${VARIABLES + 0x20}], 0x7ff\nmov dword [${VARIABLES + 0x22}], ${AREA + 0x3000}\nlidt [${VARIABLES + 0x20}]\nud2`,
  ]);
  expect(stop).toContain("shutdown");
  attack([`mov esp, ${CACHE + 0x9000}\nint3`]);
});

test("POPF and IRET that want IOPL, VM or a single step", () => {
  for (const image of [0x3002, 0x7202, 0x102, 0x20002, 0x40202])
    attack([
      `push dword ${image}\npopfd\npushfd\npop eax\nnop`,
      `push dword ${image}\npush cs\npush dword on\niretd\non: nop`,
      "push 2\npopfd",
    ]);
});

test("a block that ends at the end of its segment", () => {
  attack([`jmp far ${SELECTOR.short}:on\non: nop`, "nop\nnop", "times 0x50 nop", "mov eax, 1"]);
});

test("a storm of interrupts, each waiting before the last one has been dealt with", () => {
  // The timer as fast as it goes, line 0 open; the handlers count forty events and end the run.
  const timer =
    "mov al, 0x34\nout 0x43, al\nmov al, 2\nout 0x40, al\nxor al, al\nout 0x40, al\nmov al, 0xda\nout 0x21, al";
  const { vm, stop } = run(
    source([`${timer}\nsti\nagain: inc ebx\njmp again`]),
    binaryTranslation({ pager: shadow }),
  );
  expect(stop).toBe('{"reason":"exit","code":3}');
  expect(vm.machine.bus.view.getUint32(VARIABLES + 4, true)).toBe(40);
  expect(poisoned(vm)).toEqual([]);
});

test("nothing of it moves the stack of the fragment's world", () => {
  expect(attack(["nop"]).vm.machine.cpu.r32[8]).toBe(STACK);
});
