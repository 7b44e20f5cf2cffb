import { describe, expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { formatAddress, formatStep, listing, step } from "../../../src/machine/debug/step.ts";
import { Machine } from "../../../src/machine/machine.ts";
import { flat, INTERRUPTS, stateOf } from "./world.ts";

describe("a step", () => {
  test("tells what ran and what it changed, the instruction pointer apart", () => {
    const { machine } = flat("mov ax, 0x1234\nadd ax, 1\nnop\nmov [cs:0x600], ax");
    expect(step(machine)).toMatchObject({
      at: 0x7c00,
      text: "mov ax, 0x1234",
      changes: [{ name: "eax", before: 0n, after: 0x1234n }],
    });
    expect(step(machine).changes.map(({ name }) => name)).toEqual(["eax", "eflags"]);
    expect(step(machine)).toMatchObject({ text: "nop", changes: [], deliveries: [], events: [] });
    expect(formatStep(step(machine))).toBe("00007c07  2ea30006         mov word [cs:0x600], ax");
  });

  test("notes an exception with its error code and address, and goes to its handler", () => {
    const { machine, label } = flat("mov word [6*4], handler\nmov word [6*4+2], 0\nud2\nhandler: int 0x21");
    step(machine);
    step(machine);
    const bad = step(machine);
    expect(bad).toMatchObject({ text: "ud2", deliveries: ["#UD"], interrupted: false });
    expect(formatStep(bad)).toMatch(/ud2 .* esp 7c00→7bfa {2}#UD {2}\[exception\]$/);
    expect(listing(machine, 1)[0]).toMatchObject({ at: label("handler"), text: "int 0x21" });
    expect(step(machine).deliveries).toEqual(["INT 21h"]);
  });

  test("notes a page fault's address, and the way to the end", () => {
    const { machine } = flat(
      "mov eax, 0x70000\nmov cr3, eax\nmov dword [0x70000], 0x71003\nmov dword [0x7101c], 0x7003\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax\nmov [0x12345], eax",
      32,
    );
    let last = step(machine);
    while (last.stop === undefined) last = step(machine);
    expect(last.deliveries[0]).toBe("#PF(2) at 12345");
    expect(last.deliveries.at(-1)).toBe("shutdown");
    expect(last.stop.reason).toBe("shutdown");
  });

  test("says that an interrupt came before the instruction", () => {
    const { machine } = flat(`${INTERRUPTS} here: nop\n jmp here`);
    let one = step(machine);
    while (!one.interrupted) one = step(machine);
    expect(one.deliveries).toEqual(["interrupt 8h"]);
    expect(formatStep(one)).toMatch(/^00007c[0-9a-f]{2} {2}\(interrupt 8h\) +esp 7c00→7bfa/);
  });

  test("is the step that a machine takes which nobody watches", () => {
    const program = `${INTERRUPTS} mov word [6*4], over\nmov word [6*4+2], 0\nhere: ud2\n mov al, 'a'\n mov dx, 0x3f8\n out dx, al\n hlt\n jmp here\nover: push bp\n mov bp, sp\n add word [bp+2], 2\n pop bp\n iret`;
    const [watched, alone] = [flat(program).machine, flat(program).machine];
    for (let i = 0; i < 3000; i++) step(watched);
    alone.run({ limit: 3000 });
    expect(stateOf(watched)).toEqual(stateOf(alone));
    expect(watched.trace.hash).toBe(alone.trace.hash);
  });

  test("leaves a monitor in its place and asks it", () => {
    const { machine } = flat("int 0x21\nhere: jmp here");
    const seen: string[] = [];
    const monitor = {
      visit: ({ kind }: { kind: string }) => {
        seen.push(kind);
        return "resume" as const;
      },
    };
    machine.cpu.monitor = monitor;
    expect(step(machine).deliveries).toEqual(["INT 21h"]);
    expect(machine.cpu.monitor).toBe(monitor);
    expect([seen, machine.cpu.ip]).toEqual([["software"], 0x7c02]);
  });
});

describe("a listing", () => {
  test("begins at the reset vector, in ROM below 4 GiB", () => {
    expect(listing(new Machine({ memory: 1 << 20 }), 1)[0]).toMatchObject({
      ...{ at: 0xfffffff0 | 0, text: "jmp 0xf000:0x0" },
    });
  });

  test("names what it knows, and says where there is nothing", () => {
    const { machine, label } = flat("again: jmp again");
    const [line] = listing(machine, 1, undefined, (at) => (at === label("again") ? "again" : undefined));
    expect(line?.text).toBe("jmp short again");
    expect(listing(machine, 3, 0x7fff0000 as Gva)).toMatchObject([{ text: "(not mapped)" }]);
  });
});

test("addresses are as long as they must be", () => {
  expect([0x7c00, -1, -(2 ** 47)].map(formatAddress)).toEqual(["00007c00", "ffffffff", "ffff800000000000"]);
});
