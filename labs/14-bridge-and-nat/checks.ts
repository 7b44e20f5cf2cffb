/** The public checks of lab 14: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { BridgeAndNat } from "./component.ts";
import { LAB } from "./contract.ts";
import { expectedBridge, expectedNat } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";
import { bridgeDay, natDay } from "./situations.ts";

function bridge(
  part: string,
  clause: string,
  name: string,
  ...words: [string, string?]
): Check<BridgeAndNat> {
  const input = bridgeDay(...words);
  return define({
    ...{ part, clause, name, input, scenario: SCENARIOS.bridge },
    expected: expectedBridge(input),
  });
}

function nat(part: string, clause: string, name: string, text: string, limit = 8): Check<BridgeAndNat> {
  const input = natDay(text, limit);
  return define({ ...{ part, clause, name, input, scenario: SCENARIOS.nat }, expected: expectedNat(input) });
}

export const CHECKS = defineChecks<BridgeAndNat>(LAB, [
  bridge("forward", "C1", "an answer finds the one that asked", "1:1:a>b@1 1:2:b>a@2"),
  bridge("forward", "C1", "a station that has moved", "1:1:a>b@1 1:3:a>b@2 1:2:b>a@3"),
  bridge("forward", "C2", "a group that sends", "1:1:G>a@1 1:2:a>G@2"),
  bridge("forward", "C3", "the same station in two VLANs", "1:1:a>b@1 2:2:b>a@2", "1:b:3@0"),
  bridge("forward", "C4", "an unknown one, and a group", "1:1:a>z@1 1:2:b>G@2"),
  bridge("forward", "C4", "a port that is gone", "1:1:a>b@1", "1:b:4@0"),
  bridge("forward", "C5", "two behind the same port", "1:1:a>b@1", "1:b:1@0"),
  bridge("age", "C6", "after 300 seconds and after 301", "clock@300 clock@301", "1:a:1@0 1:b:2@1"),
  bridge("age", "C6", "who is seen stays", "1:1:a>b@200 clock@400", "1:a:1@0 1:b:2@50 2:c:1@399"),
  nat("outbound", "C7", "one port for two peers", "out:udp:A:5000:P@1 out:udp:A:5000:Q@2"),
  nat(
    "outbound",
    "C7",
    "a table that is full",
    "out:udp:A:5000:P@1 out:udp:B:5000:P@2 out:udp:A:5000:Q@3",
    1,
  ),
  nat("outbound", "C8", "two with the same port", "out:udp:A:5000:P@1 out:udp:B:5000:P@2"),
  nat("outbound", "C8", "the same port of two protocols", "out:udp:A:5000:P@1 out:tcp:B:5000:P@2"),
  nat("outbound", "C8", "low ports", "out:udp:A:80:P@1 out:udp:B:80:P@2"),
  nat("outbound", "C8", "the last port, twice", "out:udp:A:65535:P@1 out:udp:B:65535:P@2"),
  nat("outbound", "C9", "the clock starts anew", "out:udp:A:5000:P@1 out:udp:A:5000:P@9"),
  nat("inbound", "C9", "who answers keeps nothing open", "out:udp:A:5000:P@1 in:udp:5000:P@9"),
  nat(
    "inbound",
    "C9",
    "a second peer may answer as well",
    "out:udp:A:5000:P@1 out:udp:A:5000:Q@2 in:udp:5000:Q@3",
  ),
  nat("inbound", "C10", "back to its own port", "out:udp:A:5000:P@1 out:udp:B:5000:P@2 in:udp:5001:P@3"),
  nat(
    "inbound",
    "C11",
    "a stranger, and nobody's port",
    "out:udp:A:5000:P@1 in:udp:5000:Q@2 in:udp:6000:P@3",
  ),
  nat("expire", "C12", "UDP at the limit and after it", "out:udp:A:5000:P@0 out:udp:B:5001:P@1 clock@301"),
  nat("expire", "C12", "an echo", "out:icmp:A:7:P@0 clock@61"),
  nat("expire", "C12", "a connection that nobody answers", "out:tcp:A:5000:P@0 clock@241"),
  nat(
    "expire",
    "C12",
    "connections that are answered",
    "out:tcp:A:5000:P@0 in:tcp:5000:P@1 out:tcp:B:6000:P@1 in:tcp:6000:P@2 clock@7441",
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
