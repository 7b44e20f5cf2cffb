/** Checks of the boot path: each plays one piece, from a state drawn from a seed. */
import type { Check } from "../../src/course/index.ts";
import { EXPECTED, FACTS } from "./arrival.ts";
import { ARRIVES, arrived, type Boot, bootPieces, events, hex } from "./boot.ts";
import type { ModesAndRings, Piece } from "./component.ts";
import { powerUp } from "./start.ts";

type BootCheck = Check<ModesAndRings>;

/** Every way leads through these modes. */
const MODES: Readonly<Record<Piece, readonly string[]>> = {
  protect: ["real", "protected, 16-bit", "protected, 32-bit"],
  map: ["protected, 32-bit"],
  lengthen: ["protected, 32-bit", "compatibility, 32-bit", "64-bit"],
};

const play = (component: ModesAndRings, piece: Piece, seed: number): Boot =>
  bootPieces([[piece, component[piece]()]], { seed });

/** Where it begins, in words. */
function describeStart(piece: Piece, seed: number): string {
  const { machine, cr0, cr4, efer } = powerUp(new Uint8Array(), { piece, seed });
  const { cpu } = machine;
  const [eax, ds] = [cpu.r32[0] as number, cpu.segments.selector[3] as number];
  const registers = { EAX: eax, DS: ds, CR0: cr0, CR4: cr4, EFER: efer };
  const values = Object.entries(registers).map(([name, value]) => `${name} ${hex(value)}`);
  return `${piece} alone, from ${piece === "protect" ? "real" : "32-bit protected"} mode: ${values.join(", ")}`;
}

/** The modes arrive one after the other, and the piece comes to its end. */
export function arrivesAt(piece: Piece, clause: string, seed: number, name: string): BootCheck {
  return {
    ...{ part: piece, clause, name },
    play: (component) => ({
      input: describeStart(piece, seed),
      expected: [...MODES[piece], ARRIVES],
      actual: events(play(component, piece, seed)),
    }),
  };
}

/** At its end everything is as the clause says. */
export function shows(piece: Piece, clause: keyof typeof EXPECTED, seed: number, name: string): BootCheck {
  return {
    ...{ part: piece, clause, name },
    play: (component) => {
      const boot = play(component, piece, seed);
      return {
        input: describeStart(piece, seed),
        expected: EXPECTED[clause],
        actual: arrived(boot) ? FACTS[clause](boot) : events(boot),
      };
    },
  };
}

/** It is small, and comes to an end of some kind. */
export function fits(piece: Piece, clause: string): BootCheck {
  return {
    ...{ part: piece, clause, name: "is small and short" },
    play: (component) => {
      const boot = play(component, piece, 1);
      const ends = !("problem" in boot) && boot.stop.reason !== "limit";
      return {
        input: describeStart(piece, 1),
        expected: ["is assembled", "ends"],
        actual: ends ? ["is assembled", "ends"] : events(boot),
      };
    },
  };
}
