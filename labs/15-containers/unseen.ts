/** Cases that nobody has seen, drawn from a seed: for the student to try, with any seed but the grader's. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Check, check, present, runChecks, type Scenario } from "../../src/course/index.ts";
import type { Containers } from "./component.ts";
import { LAB } from "./contract.ts";
import * as drawn from "./drawn.ts";
import * as right from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";

const EACH = 30;
const ACCOUNTS = ["weights", "quotas", "periods"] as const;
const CHANGES = ["read", "change", "directories", "remove", "make"] as const;

export function unseen(seed: number): readonly Check<Containers>[] {
  const generator = xoroshiro128plus(seed);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  function many<T>(
    [part, clause, what]: readonly [string, string, string],
    scenario: Scenario<Containers, readonly T[], string[][]>,
    make: (kind: number) => T,
    expected: (one: T) => string[],
  ): Check<Containers> {
    const input = Array.from({ length: EACH }, (_, at) => make(at));
    return check({
      ...{ part, clause, name: `${EACH} ${what}`, scenario, input, expected: input.map(expected) },
    });
  }
  return [
    many(
      ["pidIn", "C1", "processes"],
      SCENARIOS["pids-many"],
      (kind) => drawn.drawPids(draw, kind, "all"),
      right.expectedPids,
    ),
    many(
      ["translate", "C3", "maps"],
      SCENARIOS["ids-many"],
      () => drawn.drawIds(draw, ["inside", "ends", "nobody"]),
      right.expectedIds,
    ),
    many(
      ["charge", "C6", "days of groups"],
      SCENARIOS["accounts-many"],
      (kind) => drawn.drawAccounts(draw, ACCOUNTS[kind % 3]!),
      right.expectedAccounts,
    ),
    many(
      ["resolve", "C9", "sets of layers"],
      SCENARIOS["names-many"],
      () => drawn.drawNames(draw, ["files", "whiteouts", "directories"]),
      right.expectedNames,
    ),
    many(
      ["resolve", "C12", "merged directories"],
      SCENARIOS["directory-many"],
      () => drawn.drawDirectory(draw),
      right.expectedDirectory,
    ),
    many(
      ["change", "C13", "changes"],
      SCENARIOS["changes-many"],
      (kind) => drawn.drawChanges(draw, CHANGES[kind % 5]!),
      right.expectedChanges,
    ),
  ];
}

export function checkUnseen(seed: number, component: Partial<Containers>): void {
  present(runChecks(LAB, `Seed ${seed}`, unseen(seed), component));
}
