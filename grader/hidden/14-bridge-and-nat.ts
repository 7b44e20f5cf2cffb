/** Hidden tests of lab 14: new frames and packets, drawn against the ways to misread a clause. */
import type { BridgeAndNat } from "../../labs/14-bridge-and-nat/component.ts";
import { drawBridge, drawNat } from "../../labs/14-bridge-and-nat/drawn.ts";
import {
  BRIDGE_SLIPS,
  type BridgeSlip,
  expectedBridge,
  expectedNat,
  NAT_SLIPS,
  type NatSlip,
} from "../../labs/14-bridge-and-nat/expected.ts";
import { type BridgeDay, type NatDay, SCENARIOS } from "../../labs/14-bridge-and-nat/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawCases, drawFor } from "./cases.ts";

/** The starter is a hub that learns nothing, and a NAT that lets nothing through. */
export const STARTER_POINTS = 0;

const COUNT = 12;

export function hidden(seed: number): HiddenTest<BridgeAndNat>[] {
  return [
    bridge(seed, "forward", "C1", "stations that talk and move", ["learns nothing", "never moves"]),
    bridge(seed, "forward", "C2", "groups that send", ["learns nothing", "learns groups"]),
    bridge(seed, "forward", "C3", "VLANs side by side", ["learns nothing", "one table for all VLANs"]),
    bridge(seed, "forward", "C4", "everywhere but back", ["learns nothing", "floods back"]),
    bridge(seed, "forward", "C4", "ports that are gone", [
      "learns nothing",
      "believes in ports that are gone",
    ]),
    bridge(seed, "forward", "C5", "behind the same port", [
      "learns nothing",
      "sends back where it came from",
    ]),
    bridge(seed, "age", "C6", "what is old", ["never forgets", "forgets everything"]),
    bridge(seed, "age", "C6", "what is nearly old", ["never forgets", "forgets at 300"]),
    nat(seed, "outbound", "C7", "one mapping for all peers", ["out"], ["a new port each time"]),
    nat(seed, "outbound", "C7", "full tables", ["out"], ["ignores a full table"]),
    nat(...([seed, "outbound", "C8", "ports that are taken", ["out"]] as const), [
      "any port above",
      "beyond the last port",
      "protocols share ports",
    ]),
    nat(seed, "outbound", "C8", "low ports", ["out"], ["takes low ports"]),
    nat(seed, "outbound", "C9", "the last time", ["out"], ["touches once"]),
    nat(seed, "inbound", "C10", "answers", ["out", "in"], ["keeps the port outside", "forgets new peers"]),
    nat(seed, "inbound", "C11", "strangers", ["out", "in"], ["lets strangers in"]),
    nat(seed, "inbound", "C9", "answers that keep nothing open", ["out", "in"], ["touched from outside"]),
    nat(...([seed, "expire", "C12", "all protocols", ["out", "in", "clock"]] as const), [
      "never ends",
      "as long as UDP",
      "ends at the limit",
    ]),
    nat(...([seed, "expire", "C12", "connections", ["out", "in", "clock"]] as const), [
      "TCP is always established",
      "TCP is never established",
    ]),
  ];
}

function bridge(seed: number, part: string, clause: string, name: string, shows: readonly BridgeSlip[]) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<BridgeDay, string[], BridgeSlip>(
    { slips: BRIDGE_SLIPS, answer: expectedBridge },
    { count: COUNT, draw: () => drawBridge(draw, part === "age"), shows, mayShow: BRIDGE_SLIPS },
    draw,
  );
  return check<BridgeAndNat, readonly BridgeDay[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["bridge-many"] },
    expected: answers,
  });
}

function nat(
  seed: number,
  part: string,
  clause: string,
  name: string,
  kinds: readonly ("out" | "in" | "clock")[],
  shows: readonly NatSlip[],
) {
  const draw = drawFor(seed, `${part}: ${name}`);
  const { subjects, answers } = drawCases<NatDay, string[], NatSlip>(
    { slips: NAT_SLIPS, answer: expectedNat },
    { count: COUNT, draw: () => drawNat(draw, kinds), shows, mayShow: NAT_SLIPS },
    draw,
  );
  return check<BridgeAndNat, readonly NatDay[], string[][]>({
    ...{ part, clause, name, input: subjects, scenario: SCENARIOS["nat-many"] },
    expected: answers,
  });
}
