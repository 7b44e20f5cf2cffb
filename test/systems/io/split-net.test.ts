import { expect, test } from "vitest";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { netPath, SPLIT } from "../../../src/systems/io/xen.ts";

const path = (bytes: number, policy = SPLIT) => netPath({ profile: HASWELL, bytes, policy });
const cycles = (steps: ReturnType<typeof path>) => steps.reduce((sum, step) => sum + step.cycles, 0);

test("out by front end, grant, event, back end, bridge and NIC, and back the other way", () => {
  const paid = path(1514).filter((step) => step.cycles > 0);
  const events = (way: string) => paid.filter((step) => step.way === way).map((step) => step.event);
  expect(events("out")).toEqual([
    ...["hypercall", "eventSend", "domainSwitch", "upcall", "request"],
    ...["hypercall", "grantCopy", "copyLine", "packet", "packet", "packet"],
    ...["hypercall", "eventSend", "domainSwitch", "upcall"],
  ]);
  expect(events("back")).toEqual([
    ...["domainSwitch", "upcall", "packet", "packet", "packet", "request"],
    ...["hypercall", "grantCopy", "copyLine", "hypercall", "eventSend", "domainSwitch", "upcall"],
  ]);
  const code = paid.filter(({ event }) => event === "packet").map(({ who }) => who.replace("Dom0 ", ""));
  expect(code).toEqual(["back end", "bridge", "NIC driver", "NIC driver", "bridge", "back end"]);
});

test("every use of a grant ends, and every decision is on the record", () => {
  const count = (event: string) => path(1514).filter((step) => step.event === event).length;
  expect(count("pin")).toBe(2);
  expect(count("unpin")).toBe(2);
  // Two channels between the domains, and the card's interrupt.
  expect(count("deliver")).toBe(4);
  expect(count("push")).toBe(2);
});

test("a longer frame costs its lines, both ways", () => {
  const line = path(60).find(({ event }) => event === "copyLine")!;
  expect(line.what).toBe("1 line of 64 bytes copied");
  expect(cycles(path(1514)) - cycles(path(60))).toBe(2 * 23 * line.cycles);
});

test("without upcalls the frame stays where it is", () => {
  const deaf = path(1514, { ...SPLIT, deliver: () => false });
  expect(deaf.some(({ event }) => event === "packet" || event === "back")).toBe(false);
});
