import { expect, test } from "vitest";
import { CHECKS } from "../../labs/14-bridge-and-nat/checks.ts";
import { LAB } from "../../labs/14-bridge-and-nat/contract.ts";
import {
  matrixRows,
  openRows,
  punchRows,
  REFERENCE,
  reachRows,
  roundTripRows,
} from "../../labs/14-bridge-and-nat/measure.ts";
import { component as solution } from "../../labs/14-bridge-and-nat/solution.ts";
import { component as starter } from "../../labs/14-bridge-and-nat/starter.ts";
import { unseen } from "../../labs/14-bridge-and-nat/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "the library's own": REFERENCE },
});

const percent = (rows: ReturnType<typeof reachRows>) => rows.map((row) => row.percent);

test("bridged all reach all; with n guests on each host behind a NAT n / (2n + 1) of the pairs do", () => {
  expect(percent(reachRows(solution, [1, 2]))).toEqual([100, 100, 33.3, 40]);
  // A hub reaches all as well, and the NAT of the starter lets nobody through: only those on one host meet.
  expect(percent(reachRows(starter, [1, 2]))).toEqual([100, 100, 0, 20]);
});

test("a NAT handles each packet once more, and a hub sends what nobody asked for", () => {
  const known = (component: typeof solution) =>
    roundTripRows(component).filter(({ time, path }) => time === "second" && path === "server");
  expect(known(solution).map(({ handled, strayed }) => [handled, strayed])).toEqual([
    [4, 0],
    [6, 0],
  ]);
  expect(known(starter)[0]!.strayed).toBeGreaterThan(0);
});

test("whoever has sent first can be asked, until the mapping has expired", () =>
  expect(punchRows(solution).map(({ answered }) => answered)).toEqual(["no", "yes", "no"]));

test("a forwarded port opens what a NAT has closed, but not to echoes", () => {
  expect(openRows(solution)).toEqual([
    { way: "bridged", UDP: "20 of 20", TCP: "20 of 20", ping: "20 of 20" },
    { way: "NAT", UDP: "8 of 20", TCP: "8 of 20", ping: "8 of 20" },
    { way: "NAT with forwarding", UDP: "20 of 20", TCP: "20 of 20", ping: "8 of 20" },
  ]);
  const work = (from: string, to: string) =>
    matrixRows(solution)
      .filter((row) => row.from === from && row.to === to)
      .map((row) => (row.udp === "yes" ? row.work : row.udp));
  expect(work("guest 1.1", "guest 2.1")).toEqual([8000, "no", 16_000]);
  expect(work("guest 1.1", "guest 1.2")).toEqual([4000, 4000, 4000]);
});
