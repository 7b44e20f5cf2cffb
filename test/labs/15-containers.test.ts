import { CHECKS } from "../../labs/15-containers/checks.ts";
import { LAB } from "../../labs/15-containers/contract.ts";
import { component as solution } from "../../labs/15-containers/solution.ts";
import { component as starter } from "../../labs/15-containers/starter.ts";
import { unseen } from "../../labs/15-containers/unseen.ts";
import { POLICIES } from "../../src/systems/os/kernel-policies.ts";
import { everyLab } from "./every-lab.ts";

const REFERENCE = { ...POLICIES.lookup, ...POLICIES.charging, ...POLICIES.union };
everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution, "the kernel's own": REFERENCE as typeof solution },
});
