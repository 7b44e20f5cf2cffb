import { CHECKS } from "../../labs/00-template/checks.ts";
import { LAB } from "../../labs/00-template/contract.ts";
import { component as solution } from "../../labs/00-template/solution.ts";
import { component as starter } from "../../labs/00-template/starter.ts";
import { unseen } from "../../labs/00-template/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  // TODO And what the library has that must do as well.
  right: { "the solution": solution },
  starter,
  definitions: [],
  unseen,
});
