/** Hidden tests of lab 11: new queues, each test of one kind. */
import type { VirtqueueDevice } from "../../labs/11-virtio/component.ts";
import { drawChain, drawGives, drawHeads, drawTells, expected } from "../../labs/11-virtio/drawn.ts";
import { SCENARIOS, type Situation } from "../../labs/11-virtio/scenarios.ts";
import { check } from "../../src/course/index.ts";
import type { HiddenTest } from "../run/kit.ts";
import { type Draw, drawFor } from "./cases.ts";

/** The starter finds nothing, gives nothing back and tells nobody. */
export const STARTER_POINTS = 0;

const COUNT = 12;

export function hidden(seed: number): HiddenTest<VirtqueueDevice>[] {
  const many = <K>(
    [part, clause, name]: readonly [string, string, string],
    scenario: "heads" | "chains" | "whole",
    kinds: readonly K[],
    of: (draw: Draw, kind: K) => Situation,
  ): HiddenTest<VirtqueueDevice> => {
    const draw = drawFor(seed, `${part}: ${name}`);
    const input = Array.from({ length: COUNT }, (_, i) => of(draw, kinds[i % kinds.length] as K));
    return check<VirtqueueDevice, readonly Situation[], string[][]>({
      ...{ part, clause, name, input, scenario: SCENARIOS[`${scenario}-many`] },
      expected: input.map((one) => expected(one, scenario === "heads")),
    });
  };
  return [
    many(["next", "C2", "some chains"], "heads", ["few"], drawHeads),
    many(["next", "C2", "around the end"], "heads", ["wrapped"], drawHeads),
    many(["next", "C3", "full queues"], "heads", ["full"], drawHeads),
    many(["next", "C3", "more than full"], "heads", ["too far"], drawHeads),
    many(["next", "C3", "indices that went back"], "heads", ["backwards"], drawHeads),
    many(["next", "C4", "not in memory"], "heads", ["outside"], drawHeads),
    many(["chain", "C5", "chains in any order"], "chains", ["plain"], drawChain),
    many(["chain", "C6", "not in the table"], "chains", ["head", "plain"], drawChain),
    many(["chain", "C6", "not in memory"], "chains", ["outside", "plain"], drawChain),
    many(["chain", "C7", "loops"], "chains", ["loop", "plain"], drawChain),
    many(["chain", "C7", "long chains"], "chains", ["full"], drawChain),
    many(["chain", "C8", "written, then read"], "chains", ["order", "plain"], drawChain),
    many(["chain", "C9", "very many bytes"], "chains", ["length", "long"], drawChain),
    many(["indirect", "C10", "tables"], "chains", ["table"], drawChain),
    many(["indirect", "C10", "tables after direct descriptors"], "chains", ["after direct"], drawChain),
    many(["indirect", "C11", "not negotiated"], "chains", ["refused", "table"], drawChain),
    many(["indirect", "C11", "tables in tables"], "chains", ["nested", "table"], drawChain),
    many(["indirect", "C11", "tables and more"], "chains", ["with next", "table"], drawChain),
    many(["indirect", "C11", "lengths that cannot be"], "chains", ["odd length", "table"], drawChain),
    many(["indirect", "C6", "beyond the end of a table"], "chains", ["beyond", "table"], drawChain),
    many(["indirect", "C7", "long tables"], "chains", ["loop in table", "full in table"], drawChain),
    many(["give", "C12", "some chains"], "whole", ["some"], drawGives),
    many(["give", "C12", "around the end"], "whole", ["wrapped"], drawGives),
    many(["give", "C13", "not in memory"], "whole", ["outside"], drawGives),
    many(["tell", "C14", "flags"], "whole", ["flags"], drawTells),
    many(["tell", "C15", "events"], "whole", ["event", "event reached"], drawTells),
    many(["tell", "C15", "events around the end"], "whole", ["event wrapped"], drawTells),
    many(["tell", "C15", "events, whatever the flags"], "whole", ["event, flags set"], drawTells),
    many(["tell", "C16", "what the device wants to be told of"], "heads", ["told of"], drawHeads),
  ];
}
