import { expect, test } from "vitest";
import { CHECKS } from "../../labs/04-binary-translation/checks.ts";
import { LAB } from "../../labs/04-binary-translation/contract.ts";
import { drawFrom, KINDS } from "../../labs/04-binary-translation/fragments.ts";
import { ENDS, playBare } from "../../labs/04-binary-translation/play.ts";
import { component as solution } from "../../labs/04-binary-translation/solution.ts";
import { component as starter } from "../../labs/04-binary-translation/starter.ts";
import { unseen } from "../../labs/04-binary-translation/unseen.ts";
import { TRANSLATION_POLICY } from "../../src/systems/index.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  right: { "the solution": solution, "the engine's own policy": TRANSLATION_POLICY as typeof solution },
  starter,
  definitions: [],
  unseen,
});

const kinds = Object.values(KINDS).flatMap((part) => Object.entries(part));

test.each(kinds)("fragments about %s come to their end on the bare machine", (_, make) => {
  for (const seed of [1, 2, 3]) expect(playBare(make(drawFrom(seed))).events).toContain(ENDS);
});
