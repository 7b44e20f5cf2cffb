/** The process that runs a component: a fresh instance of its module for each check, as the grader does. */
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { AnyLab } from "../../course/build/lab-folder.ts";
import { runChecks } from "../../course/check.ts";
import { format, lines } from "../../course/format.ts";
import { studentLine } from "../../course/guard.ts";
import type { Verdict } from "../../course/table.ts";
import { importModule } from "../labs.ts";
import { makeDesk, secondsUsed } from "./desk.ts";
import type { Doing, Job, Message, Outcome } from "./protocol.ts";
import { checksOf } from "./series.ts";

type Component = Record<string, unknown>;

const say = (message: Message) => writeSync(3, `${JSON.stringify(message)}\n`);
const job = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Job;
const lab = (await importModule(job.lab, "contract"))!.LAB as AnyLab;
const checks = await checksOf(job);
const methods = Object.keys(lab.component);
const desk = makeDesk();

/** Frames of the library say nothing to a student, whether it was joined to the component or calls it. */
function withoutLibrary(error: unknown): unknown {
  if (error instanceof Error && typeof error.stack === "string")
    error.stack = error.stack
      .split("\n")
      .filter((line) => !/^\s*at /.test(line) || line.includes("submission:"))
      .join("\n");
  return error;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return format(error);
  const place = studentLine(withoutLibrary(error) as Error);
  return `${error.name}: ${error.message}${place ? `, ${place}` : ""}`;
}

/** Notes each call, so that the watchdog knows it. Called as the grader calls: without `this`. */
function watched(component: Component): Component {
  return Object.fromEntries(
    methods.map((name, index) => {
      const method = component[name];
      if (typeof method !== "function") return [name, method];
      let calls = 0;
      const call = (...given: unknown[]): unknown => {
        Atomics.store(desk.doing, 1, ++calls);
        Atomics.store(desk.doing, 0, index);
        try {
          return method(...given);
        } catch (error) {
          throw withoutLibrary(error);
        } finally {
          Atomics.store(desk.doing, 0, -1);
        }
      };
      return [name, call];
    }),
  );
}

async function load(instance: number): Promise<Component> {
  const { component } = await import(`${pathToFileURL(job.module).href}?${instance}`);
  if (typeof component === "object" && component !== null) return component;
  throw new TypeError(`component is ${format(component)}; it must be an object with ${methods.join(", ")}`);
}

function outcomeOf({ passed, observation, breach }: Verdict): Outcome {
  if (!observation) return { passed, breach: breach ?? "" };
  const { input, expected, actual, share } = observation;
  return { passed, observation: { input, expected: lines(expected), actual: lines(actual), share } };
}

async function run(check: number): Promise<void> {
  say({ kind: "begin", check });
  Atomics.store(desk.doing, 0, -1);
  desk.began[0] = secondsUsed();
  const component = await load(check);
  const [verdict] = runChecks(lab, "", [checks[check]!], watched(component)).verdicts;
  desk.began[0] = 0;
  say({ kind: "outcome", check, outcome: outcomeOf(verdict!) });
}

/** A module that cannot be loaded fails all checks for one reason. */
async function tryOnce(): Promise<boolean> {
  desk.began[0] = secondsUsed();
  try {
    const component = await load(-1);
    say({ kind: "methods", missing: methods.filter((name) => typeof component[name] !== "function") });
    return true;
  } catch (error) {
    say({ kind: "broken", problem: describe(error) });
    return false;
  } finally {
    desk.began[0] = 0;
  }
}

const doing = (): Doing => ({
  method: methods[Atomics.load(desk.doing, 0)],
  call: Atomics.load(desk.doing, 1),
});
let over = false;
process.on("exit", () => {
  if (!over) say({ kind: "stopped", why: "exit", doing: doing() });
});
process.on("uncaughtException", (error) => {
  over = true;
  say({ kind: "stopped", why: "later", doing: doing(), problem: describe(error) });
  process.exit(1);
});

const watchdog = new Worker(new URL("./watchdog.js", import.meta.url), {
  workerData: { desk, methods, ...lab.limits },
});
await new Promise((resolve) => watchdog.once("online", resolve));
// A module that waits for ever at its top then ends the process by itself.
watchdog.unref();
if (await tryOnce()) for (const check of job.checks) await run(check);
over = true;
// Whatever timers and promises the component left behind end here.
process.exit(0);
