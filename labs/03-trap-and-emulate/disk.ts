/** Guests for the scenario that boots one. */
import { buildGuest, expectedOutput, type GuestOptions } from "../../src/guests/index.ts";
import type { Disk } from "./scenarios.ts";

const MEGABYTES = 4;

/** A workload on the kernel of the other labs. */
export function diskOf(options: GuestOptions): Disk {
  const { image } = buildGuest({ ...options, memory: MEGABYTES });
  const end = image.findLastIndex((byte) => byte !== 0) + 1;
  const parameters = Object.entries(options.parameters ?? {}).map(([name, value]) => `, ${value} ${name}`);
  return {
    name: `${options.workload}${parameters.join("")}`,
    bytes: Buffer.from(image.subarray(0, end)).toString("base64"),
    length: image.length,
  };
}

/** What it prints, and its end. */
export const endOfDisk = ({ workload, parameters }: GuestOptions): string[] => [
  ...expectedOutput(workload, parameters).trim().split("\n"),
  "ends with exit",
];
