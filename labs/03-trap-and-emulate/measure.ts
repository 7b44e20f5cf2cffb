/** What the lab measures: loops with a trap now and then, on the bare machine and below a component. */
import { loadSmallKernel } from "../../src/guests/small-kernel.ts";
import type { CostProfile } from "../../src/machine/cost.ts";
import { Machine } from "../../src/machine/index.ts";
import { PENTIUM_4 } from "../../src/machine/profiles/pentium4.ts";
import { divergences, referenceTrapComponent } from "../../src/systems/trap-and-emulate.ts";
import type { TrapComponent } from "./component.ts";
import { smallVm } from "./machines.ts";

/** The loop's body: what traps, and how many instructions it has. */
export interface Body {
  readonly text: string;
  readonly instructions: number;
}

export const CLI: Body = { text: "cli", instructions: 1 };
export const FLAGS: Body = { text: "pushfd\n popfd", instructions: 2 };

const TIMES = 40;
/** For every 1000 instructions. */
export const RATES = [0.5, 1, 2, 5, 10, 20, 50, 100] as const;
const LIMIT = 4_000_000;
/** Steps at a time, and more traps than any of these loops has: a component that never gets on is stopped soon. */
const SLICE = 5000;
const TRAPS = 1000;

/** A loop of TIMES rounds: the body once, then DEC and JNZ until the round has `length` instructions. */
function loop({ text, instructions }: Body, length: number): string {
  const rest = Math.max(1, Math.round((length - instructions - 3) / 2));
  return `mov esi, ${TIMES}\n.round:\n ${text}\n mov ecx, ${rest}\n.wait:\n dec ecx\n jnz .wait\n dec esi\n jnz .round`;
}

interface Cost {
  readonly cycles: number;
  readonly ended: boolean;
  readonly counts: Readonly<Record<string, number>>;
}

const COUNTED = ["trap", "resume", "decode", "emulate", "inject"] as const;

function costOf(machine: Machine, body: string): Cost {
  loadSmallKernel(machine, body);
  const { clock, trace } = machine;
  let { reason } = machine.run({ limit: SLICE });
  while (reason === "limit" && machine.steps < LIMIT && trace.count("trap") < TRAPS)
    ({ reason } = machine.run({ limit: SLICE }));
  return {
    cycles: clock.now,
    ended: reason === "exit",
    counts: Object.fromEntries(COUNTED.map((name) => [name, trace.count(name)])),
  };
}

/** Without what the kernel takes to come up. */
function net(make: () => Machine, body: string): Cost {
  const [empty, whole] = [costOf(make(), ""), costOf(make(), body)];
  return {
    cycles: whole.cycles - empty.cycles,
    ended: whole.ended,
    counts: Object.fromEntries(COUNTED.map((name) => [name, whole.counts[name]! - empty.counts[name]!])),
  };
}

const bare = (profile: CostProfile) => new Machine({ memory: 2 << 20, firmware: false, profile });

/** A Pentium 4 whose way into ring 0 and back is as cheap as a near call: what is left of a trap's cost is the monitor's own work. */
export const CHEAP_TRAPS: CostProfile = {
  ...PENTIUM_4,
  id: "cheap-traps",
  name: "a Pentium 4 with cheap traps",
  exception: 5,
  ringChange: 5,
  instructions: { ...PENTIUM_4.instructions, iret: 5 },
};

export interface OverheadOptions {
  readonly body?: Body;
  /** For every 1000 instructions. */
  readonly rates?: readonly number[];
  /** `false`: the x86 that there was. */
  readonly trapping?: boolean;
  readonly profile?: CostProfile;
}

/** One row a rate: how much slower (0 where the loop did not come to its end), and what was counted in a round. */
export function overheadRows(
  component: TrapComponent,
  { body = CLI, rates = RATES, trapping = true, profile = PENTIUM_4 }: OverheadOptions = {},
) {
  return rates.map((rate) => {
    const text = loop(body, (1000 * body.instructions) / rate);
    const alone = net(() => bare(profile), text);
    const below = net(() => smallVm(component, trapping, profile).machine, text);
    const round = (value: number) => Math.round(value / TIMES);
    return {
      rate,
      slowdown: below.ended ? below.cycles / alone.cycles : 0,
      cycles: round(below.cycles),
      bare: round(alone.cycles),
      ...Object.fromEntries(
        COUNTED.map((name) => [name, Math.round((10 * below.counts[name]!) / TIMES) / 10]),
      ),
    };
  });
}

/** Instructions that a kernel on the classic x86 gets wrong, each from a small kernel that executes all of them. */
const SUSPECTS = `
  pushfd
  pop eax
  push dword 0x202
  popfd
  mov eax, cs
  push cs
  pop eax
  sgdt [0x3000]
  sidt [0x3000]
  sldt eax
  str eax
  smsw eax
  mov ax, 0x10
  mov ecx, 0x28
  verr ax
  lar ebx, ax
  lsl ebx, cx
  lar ebx, cx
  cli`;

/** Where the same component fails: every instruction that ran to its end in ring 1 and left something else than in ring 0. */
export function breaks(component: TrapComponent = referenceTrapComponent) {
  const vm = smallVm(component, false);
  loadSmallKernel(vm.machine, SUSPECTS);
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
  return [...divergences(vm, 20_000)].map(({ instruction, what, got, expected }) => ({
    ...{ instruction, where: what, "in ring 1": hex(got), "on the bare machine": hex(expected) },
  }));
}
