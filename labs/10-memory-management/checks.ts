/** The public checks of lab 10: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { MemoryManagement } from "./component.ts";
import { LAB } from "./contract.ts";
import { expectedEvents, expectedTargets } from "./expected.ts";
import { type History, SCENARIOS, type Scarcity } from "./scenarios.ts";
import { claim, history, scarce } from "./situations.ts";

const targets = (part: string, clause: string, name: string, input: Scarcity): Check<MemoryManagement> =>
  define({ ...{ part, clause, name, input }, scenario: SCENARIOS.targets, expected: expectedTargets(input) });

const share = (part: string, clause: string, name: string, input: History): Check<MemoryManagement> =>
  define({ ...{ part, clause, name, input }, scenario: SCENARIOS.share, expected: expectedEvents(input) });

export const CHECKS = defineChecks<MemoryManagement>(LAB, [
  targets("shares", "C1", "enough for all, to the page", scarce(12, 0, claim(1000, 6), claim(2000, 6))),
  targets(
    "shares",
    "C1",
    "a machine that wants little keeps it",
    scarce(13, 0, claim(1000, 3), claim(1000, 20)),
  ),
  targets(
    "shares",
    "C2",
    "twice the shares, twice the memory",
    scarce(12, 0, claim(2000, 10), claim(1000, 10)),
  ),
  targets("shares", "C2", "a small machine with few shares", scarce(20, 0, claim(500, 4), claim(1000, 30))),
  targets(
    "shares",
    "C3",
    "a minimum",
    scarce(10, 0, claim(1000, 10, { min: 8 }), claim(1000, 10), claim(1500, 4)),
  ),
  targets(
    "shares",
    "C3",
    "minima that are more than there is",
    scarce(10, 0, claim(1000, 10, { min: 8 }), claim(1000, 10, { min: 6 })),
  ),
  targets("shares", "C4", "equals, and one page too many", scarce(11, 0, claim(1000, 6), claim(1000, 6))),
  targets(
    "tax",
    "C5",
    "an idle machine, taxed at three quarters",
    scarce(20, 0.75, claim(1000, 20, { active: 0 }), claim(1000, 20)),
  ),
  targets(
    "tax",
    "C5",
    "half idle, taxed at a half",
    scarce(15, 0.5, claim(1000, 12, { active: 0.5 }), claim(1100, 12)),
  ),
  targets(
    "tax",
    "C5",
    "no tax, no difference",
    scarce(11, 0, claim(1000, 12, { active: 0.25 }), claim(1100, 12)),
  ),
  share("scan", "C6", "a page that is shared already", history("1+2:A1 3:B1", "s1 s2")),
  share("scan", "C7", "new pages", history("1:A1 2:B1", "s1 s2")),
  share("scan", "C8", "the same page, twice", history("1:A1", "s1 s1")),
  share("scan", "C9", "a hint that is out of date", history("1:B1 2:A1", "s2 s2", [{ page: 1, as: "A1" }])),
  share(
    "scan",
    "C9",
    "a shared frame needs no second hash",
    history("1+2:A1 3:A1", "s3", [{ page: 1, as: "A1" }]),
  ),
  share("scan", "C10", "two equal pages", history("1:A1 2:A1", "s1 s2")),
  share(
    "scan",
    "C10",
    "three equal pages, two machines' and one of a third's",
    history("1:A1 2:A1 3:A1", "s2 s3 s1"),
  ),
  share("scan", "C11", "the same hash, another page", history("1:A1 2:A2 3:A1", "s1 s2 s3")),
  share("write", "C12", "a page that three share", history("1+2+3:A1", "w2=B1")),
  share("write", "C12", "a page that two share", history("1+2:A1", "w1=B1")),
  share("write", "C13", "the last one", history("1!:A1 2:B1", "w1=C1")),
  share("write", "C13", "one after the other", history("1+2:A1", "w1=B1 w2=C1 w1=D1")),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
