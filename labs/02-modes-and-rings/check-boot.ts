/** Checks of the boot path: each plays one piece, from a state drawn from a seed. */
import { type Check, check } from "../../src/course/index.ts";
import { EXPECTED } from "./arrival.ts";
import { ARRIVES } from "./boot.ts";
import type { ModesAndRings, Piece } from "./component.ts";
import { SCENARIOS } from "./scenarios.ts";

type BootCheck = Check<ModesAndRings>;

/** Every way leads through these modes. */
export const MODES: Readonly<Record<Piece, readonly string[]>> = {
  protect: ["real", "protected, 16-bit", "protected, 32-bit"],
  map: ["protected, 32-bit"],
  lengthen: ["protected, 32-bit", "compatibility, 32-bit", "64-bit"],
};

/** The modes arrive one after the other, and the piece comes to its end. */
export const arrivesAt = (piece: Piece, clause: string, seed: number, name: string): BootCheck =>
  check({
    ...{ part: piece, clause, name, scenario: SCENARIOS.arrives },
    input: { piece, seed },
    expected: [...MODES[piece], ARRIVES],
  });

/** At its end everything is as the clause says. */
export const shows = (piece: Piece, clause: keyof typeof EXPECTED, seed: number, name: string): BootCheck =>
  check({
    ...{ part: piece, clause, name, scenario: SCENARIOS.shows },
    input: { piece, clause, seed },
    expected: EXPECTED[clause],
  });

/** It is small, and comes to an end of some kind. */
export const fits = (piece: Piece, clause: string): BootCheck =>
  check({
    ...{ part: piece, clause, name: "is small and short", scenario: SCENARIOS.fits },
    input: { piece, seed: 1 },
    expected: ["is assembled", "ends"],
  });
