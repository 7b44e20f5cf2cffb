/** On an x86 as it was made the same engine goes wrong, and it can be said where. */
import { expect, test } from "vitest";
import { buildGuest } from "../../../../src/guests/index.ts";
import { loadSmallKernel } from "../../../../src/guests/small-kernel.ts";
import { RINGLAB, VIRTUALIZABLE } from "../../../../src/machine/cpu/model.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type Vm } from "../../../../src/virt/cpu/engine.ts";
import { interpretation } from "../../../../src/virt/cpu/interpret.ts";
import { trapAndEmulate } from "../../../../src/virt/cpu/trap-emulate/engine.ts";
import { divergences, firstDivergence } from "../../../../src/virt/cpu/trap-emulate/witness.ts";
import { ShadowPager } from "../../../../src/virt/mmu/shadow.ts";
import { inequality, type Subject } from "../engine.cases.ts";

const engine = trapAndEmulate({ pager: (parts) => new ShadowPager(parts) });
const MEMORY = 8 << 20;
const LIMIT = 2_000_000;

function vmOf(physical = RINGLAB, disks: Uint8Array[] = []): Vm {
  return createVm({ memory: MEMORY, disks, monitor: UNIT_MONITOR, physical }, engine);
}

function suffered(body: string, data = "", physical = RINGLAB): string[] {
  const vm = vmOf(physical);
  loadSmallKernel(vm.machine, body, data);
  return [...divergences(vm, LIMIT)].map(({ text }) => text.replace(/ at [0-9A-F]{8}/, ""));
}

test("PUSHF, POPF and MOV from CS betray the ring", () => {
  const body = "pushfd\n pop eax\n push dword 0x202\n popfd\n mov eax, cs\n cli\n nop";
  expect(suffered(body)).toEqual([
    "PUSHFD stored 00000286, on the bare machine 00000086 (IF is 1, not 0)",
    "POPFD left EFLAGS = 00000002, on the bare machine 00000202 (IF is 0, not 1)",
    "MOV EAX, CS left EAX = 00000009, on the bare machine 00000008",
  ]);
});

test("SGDT, SIDT, STR, SMSW, LAR, VERR, PUSH CS and PUSH SS do too", () => {
  const body = `
    sgdt [0x3000]
    sidt [0x3000]
    str eax
    push ss
    pop eax
    mov ax, 0x10
    lar ebx, ax
    mov ecx, 0x28
    verr cx
    lar ebx, cx
    push cs
    cli`;
  const names = suffered(body).map((text) => text.split(" ")[0]);
  expect(names).toEqual(["SGDT", "SIDT", "STR", "PUSH", "LAR", "LAR", "PUSH"]);
});

test("where they trap, nothing differs", () => {
  const body = "pushfd\n pop eax\n mov eax, cs\n sgdt [0x3000]\n str eax\n push ss\n pop eax";
  expect(suffered(body, "", VIRTUALIZABLE)).toEqual([]);
});

test("our own kernel loses its interrupt flag on the first way back", () => {
  const { image } = buildGuest({ workload: "null-call", parameters: { iterations: 3 }, memory: 8 });
  const found = firstDivergence(vmOf(RINGLAB, [image]), LIMIT);
  expect(found).toMatchObject({ instruction: "iretd", what: "eflags" });
  expect(found?.text).toMatch(/^IRETD at C010[0-9A-F]{4} left EFLAGS = .*\(IF is 0, not 1\)$/);
  expect(firstDivergence(vmOf(VIRTUALIZABLE, [image]), LIMIT)).toBeUndefined();
});

test("and ends up with another state than on the bare machine", () => {
  const subject: Subject = { name: "classic", engine, options: { physical: RINGLAB } };
  const parameters = { iterations: 3 };
  expect(inequality(subject, { workload: "null-call", parameters, timerHz: 0 })).toContain("memory");
});

test("only this engine can be watched", () => {
  const vm = createVm({ memory: MEMORY, monitor: UNIT_MONITOR }, interpretation);
  expect(() => firstDivergence(vm, 1)).toThrow('a witness of "interpretation"');
});
