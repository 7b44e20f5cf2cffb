import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Debugger } from "../../../src/machine/debug/debugger.ts";
import { instructionAddress } from "../../../src/machine/debug/look.ts";
import { flat, INTERRUPTS, stateOf } from "./world.ts";

const SEED = 20261121;
/** So few steps that every run of the tests takes and drops checkpoints. */
const INTERVAL = 150;

const LOOP = `
    mov cx, 5
again:
    call work
    loop again
done:
    mov al, 1
    out 0xf4, al
after:
    cli
    hlt
work:
    inc bx
    ret`;

/** Instructions that touch registers, memory, flags, ports and the clock in any order. */
const PIECES = [
  "inc bx",
  "add ax, bx",
  "imul cx, bx, 7",
  "xor si, cx",
  "and si, 0xff",
  "mov [si+0x700], ax",
  "add bx, [si+0x700]",
  "adc word [0x700], 3",
  "push bx\n pop di",
  "int 0x40",
  "ud2",
  "in al, 0x40",
  "rdtsc",
  "hlt",
  "sti\n nop",
  "pushf\n popf",
  "mov cx, 20\n rep stosb\n mov di, 0x800",
  "mov dx, 0x3f8\n mov al, 'x'\n out dx, al",
  "mov byte [$ + 6], 0x43\n inc bx",
];

/** A loop over random instructions with the timer and the serial port ticking in between. */
function program(pieces: readonly string[]): string {
  return `${INTERRUPTS}
    mov word [0x40*4], back
    mov word [0x40*4+2], 0
    mov word [6*4], skip
    mov word [6*4+2], 0
around:
    ${pieces.join("\n    ")}
    jmp around
skip:
    mov bp, sp
    add word [bp], 2
back:
    iret`;
}

const programs = fc.array(fc.constantFrom(...PIECES), { minLength: 3, maxLength: 20 }).map(program);

function attach(text: string, bits: 16 | 32 | 64 = 16) {
  const world = flat(text, bits);
  return { ...world, target: new Debugger(world.machine, { interval: INTERVAL }) };
}

const bx = ({ machine }: Debugger) => machine.cpu.r16[4 * 3] as number;

describe("going back", () => {
  test("gives the state of a machine that never went forward", () => {
    const steps = fc.nat({ max: 900 });
    fc.assert(
      fc.property(
        programs,
        steps,
        steps,
        fc.array(fc.nat({ max: 900 }), { maxLength: 3 }),
        (text, to, on, via) => {
          const wanted = flat(text).machine;
          if (to > 0) wanted.run({ limit: to });
          const { target, machine } = attach(text);
          target.goTo(to + on);
          for (const moment of via) target.goTo(moment);
          target.goTo(to);
          expect(target.now).toBe(to);
          expect(stateOf(machine)).toEqual(stateOf(wanted));
        },
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  test("however the machine was run: stepped, traced, continued over breakpoints that do not count", () => {
    fc.assert(
      fc.property(
        programs,
        fc.array(fc.constantFrom("step", "continue", "next", "back"), { maxLength: 30 }),
        (text, moves) => {
          const { target, machine, label } = attach(text);
          target.breakpoints.add(label("around"));
          target.breakpoints.add(label("tick"));
          for (const move of moves)
            if (move === "step") target.step();
            else if (move === "back") target.back(7);
            else target[move as "continue" | "next"](50);
          const wanted = flat(text).machine;
          if (target.now > 0) wanted.run({ limit: target.now });
          expect(stateOf(machine)).toEqual(stateOf(wanted));
        },
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  test("stops at the beginning", () => {
    const { target, label } = attach(LOOP);
    target.step();
    target.back(100);
    expect([target.now, instructionAddress(target.machine)]).toEqual([0, 0x7c00]);
    expect(target.backToBreakpoint()).toBe(false);
    expect(label("again")).toBe(0x7c03);
  });

  test("goes through a stop of the machine, forwards and backwards", () => {
    const { target, label } = attach(LOOP);
    expect(target.continue()).toEqual({ reason: "exit", code: 3 });
    const { now } = target;
    expect(instructionAddress(target.machine)).toBe(label("after"));
    target.goTo(now + 1);
    expect(target.now).toBe(now + 1);
    target.back(2);
    expect(target.step()).toMatchObject({ text: "out 0xf4, al", stop: { reason: "exit", code: 3 } });
    expect(target.now).toBe(now);
  });

  test("and a moment that the machine never reaches is not reached", () => {
    const { target } = attach(LOOP);
    expect(target.goTo(1e6)).toEqual({ reason: "halt" });
    const { now } = target;
    expect(now).toBeLessThan(100);
    target.back();
    expect(target.now).toBe(now - 1);
  });

  test("a few million steps take less than a second", { retry: 2 }, () => {
    const target = new Debugger(flat("here: inc bx\n add ax, bx\n jmp here").machine);
    target.continue(5_000_000);
    const began = process.cpuUsage();
    target.back();
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(target.now).toBe(4_999_999);
    expect(bx(target)).toBe(Math.ceil(4_999_999 / 3) & 0xffff);
  });
});

describe("breakpoints", () => {
  test("are met each time, before the instruction, and do not hold who stands on them", () => {
    const { target, label } = attach(LOOP);
    target.breakpoints.add(label("work"));
    for (let round = 0; round < 5; round++) {
      expect(target.continue()).toEqual({ reason: "breakpoint", address: label("work") });
      expect(bx(target)).toBe(round);
    }
    expect(target.continue().reason).toBe("exit");
  });

  test("are met at the same steps as one finds by looking at each instruction", () => {
    fc.assert(
      fc.property(programs, fc.nat({ max: 60 }), (text, offset) => {
        const slow = flat(text);
        const at = slow.label("around") + offset;
        const wanted: number[] = [];
        for (let step = 0; step < 700; step++) {
          // A halted processor stands where it will go on, but runs nothing there.
          const { cpu } = slow.machine;
          const { retired } = cpu;
          const here = step > 0 && !cpu.halted && instructionAddress(slow.machine) === at;
          const interrupts = slow.machine.trace.count("interrupt");
          slow.machine.run({ limit: 1 });
          // An interrupt that was taken first is a step of its own, before the instruction.
          if (here && (cpu.retired > retired || slow.machine.trace.count("interrupt") === interrupts))
            wanted.push(step);
        }
        const { target } = attach(text);
        target.breakpoints.add(at);
        const met: number[] = [];
        while (target.now < 700) {
          const { reason } = target.continue(700 - target.now);
          if (reason === "breakpoint") met.push(target.now);
          else if (reason !== "limit") break;
        }
        expect(met).toEqual(wanted);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  test("work in 32- and 64-bit code, at addresses above 2 GiB too", () => {
    for (const bits of [32, 64] as const) {
      const { target, label } = attach("nop\nhere: inc ebx\njmp here", bits);
      target.breakpoints.add(label("here"));
      expect([target.continue().reason, target.continue().reason]).toEqual(["breakpoint", "breakpoint"]);
      expect(bx(target)).toBe(1);
    }
  });

  test("above 2 GiB, in one of two places where a page is seen", () => {
    const { target, label } = attach(
      `
        mov dword [0x70000], 0x83
        mov dword [0x70800], 0x83
        mov eax, 0x10
        mov cr4, eax
        mov eax, 0x70000
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        call twice
        mov eax, twice + 0x80000000
        call eax
        cli
        hlt
twice:  inc ebx
        ret`,
      32,
    );
    target.breakpoints.add((label("twice") + 0x80000000) | 0);
    expect(target.continue()).toEqual({ reason: "breakpoint", address: (label("twice") + 0x80000000) | 0 });
    expect(bx(target)).toBe(1);
  });

  test("in code that writes itself", () => {
    const { target, label } = attach("mov cx, 3\nhere: inc bx\nmov byte [here], 0x43\nloop here\ncli\nhlt");
    target.breakpoints.add(label("here"));
    const stops = [1, 2, 3, 4].map(() => target.continue().reason);
    expect(stops).toEqual(["breakpoint", "breakpoint", "breakpoint", "halt"]);
  });

  test("behind STI the interrupt still waits for one instruction", () => {
    const { target, label } = attach(
      `${INTERRUPTS} cli\n mov cx, 5000\nwait: loop wait\n sti\nhere: hlt\n cli\n hlt`,
    );
    target.breakpoints.add(label("here"));
    expect(target.continue().reason).toBe("breakpoint");
    expect(target.machine.cpu.shadow).toBe(true);
    target.step();
    expect(target.machine.cpu.halted).toBe(true);
  });

  test("going back finds the last one, and says when there is none", () => {
    const { target, label } = attach(LOOP);
    target.breakpoints.add(label("work"));
    target.goTo(17);
    const met: number[] = [];
    while (target.backToBreakpoint()) met.push(target.now);
    expect(met).toEqual([14, 10, 6, 2]);
    expect(target.now).toBe(2);
  });
});

describe("next", () => {
  test("takes a call for one instruction, recursion too", () => {
    const { target, label } = attach(
      "mov cx, 3\ncall down\nbehind: nop\ndown: dec cx\njz up\ncall down\nup: ret",
    );
    target.step();
    expect(target.next()).toEqual({ reason: "breakpoint", address: label("behind") });
    expect(target.machine.cpu.r16[4]).toBe(0);
  });

  test("stops within one at a breakpoint", () => {
    const { target, label } = attach(LOOP);
    target.breakpoints.add(label("work"));
    target.goTo(1);
    expect(target.next()).toEqual({ reason: "breakpoint", address: label("work") });
    expect(target.next().reason).toBe("limit");
  });

  test("gives up at its limit", () => {
    const { target } = attach("call down\ndown: jmp down");
    expect(target.next(1000).reason).toBe("limit");
    expect(target.now).toBe(1000);
  });
});

describe("input", () => {
  const ECHO = `${INTERRUPTS} around: jmp around`;

  function echoing() {
    const world = attach(ECHO);
    let text = "";
    world.machine.onSerial((byte) => {
      if (!world.target.replaying) text += String.fromCharCode(byte);
    });
    const type = (typed: string) => world.target.input(() => world.machine.serialInput(Buffer.from(typed)));
    return { ...world, type, printed: () => text };
  }

  test("comes again when time is gone through again, and nothing is printed twice by going back", () => {
    const { target, machine, type, printed } = echoing();
    target.continue(300);
    type("HAL");
    target.continue(50_000);
    expect(printed()).toBe("IBM");
    const state = stateOf(machine);
    target.goTo(200);
    target.goTo(50_300);
    expect(stateOf(machine)).toEqual(state);
    expect(printed()).toBe("IBMIBM");
    target.back(100);
    expect(printed()).toBe("IBMIBM");
  });

  test("in the past makes another future", () => {
    const { target, type, printed } = echoing();
    target.continue(300);
    type("H");
    target.continue(20_000);
    target.goTo(200);
    type("A");
    target.goTo(50_000);
    expect(printed()).toBe("IB");
  });

  test("on a sleeping machine comes at the time at which it came", () => {
    const { target, machine } = attach("cli\nhlt\nmain: jmp main");
    expect(target.continue()).toEqual({ reason: "halt" });
    target.input(() => machine.serialInput(Uint8Array.of(1)));
    target.input(() => {
      machine.cpu.halted = false;
    });
    target.continue(50);
    const state = stateOf(machine);
    target.goTo(1);
    target.goTo(52);
    expect(stateOf(machine)).toEqual(state);
  });

  test("a sleep that nothing ends is slept again", () => {
    const { target, machine } = attach(
      "mov al, 0x34\n out 0x43, al\n mov al, 0\n out 0x40, al\n out 0x40, al\n sti\n hlt\nhere: jmp here",
    );
    expect(target.continue()).toEqual({ reason: "halt" });
    const { now } = target;
    target.input(() => {
      machine.cpu.halted = false;
    });
    target.continue(50);
    const state = stateOf(machine);
    target.goTo(1);
    target.goTo(now + 50);
    expect(stateOf(machine)).toEqual(state);
  });
});
