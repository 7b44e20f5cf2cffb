/** The thread in which cells run. Everything it shows goes to the kernel's thread as messages (messages.ts). */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { DISPLAY, displayHook, resultBundle } from "./display.ts";
import { describe } from "./errors.ts";
import { Interrupts, KeyboardInterrupt } from "./interrupts.ts";
import { Loader, type Locate } from "./loader.ts";
import type { FromRunner, Outcome, RunnerData, RunRequest, ToRunner } from "./messages.ts";
import { compile } from "./native.ts";
import { Output } from "./output.ts";
import { type Accessors, Scope } from "./scope.ts";
import { installStacks, registerScript } from "./stacks.ts";

const port = parentPort as MessagePort;
const { cwd, shared } = workerData as RunnerData;
const send = (message: FromRunner) => port.postMessage(message);
const output = new Output(send, shared);
/** In order with the text before it. */
const post = (message: FromRunner) => {
  output.flush();
  send(message);
};

const scope = new Scope();
const interrupts = new Interrupts(shared);
const { stop, epoch, resume, each, caught } = interrupts;
/** Long-running code of packages calls this now and then: guards are in the user's own code only. */
Object.defineProperty(globalThis, Symbol.for("ringlab.breathe"), {
  value: () => {
    if (interrupts.pending) stop();
  },
});
const helpers = { flag: shared, stop, epoch, resume, each, caught };

const questions = new Map<number, (answer: Awaited<ReturnType<Locate>>) => void>();
const locate: Locate = (specifier, from) =>
  new Promise((done) => {
    const id = questions.size + 1;
    questions.set(id, done);
    send({ type: "locate", id, specifier, from });
  });
const loader = new Loader(cwd, helpers, locate);

const cells = join(cwd, "cell.ts");
const surroundings = { require: createRequire(cells), __filename: cells, __dirname: cwd };
const meta = { url: pathToFileURL(cells).href, filename: cells, dirname: cwd };

async function evaluate({ name, script, targets }: RunRequest): Promise<Outcome> {
  registerScript(name, script.map, script.source);
  try {
    const cell = compile(script.js, name) as (given: object) => () => Promise<[unknown] | undefined>;
    const given = {
      ...helpers,
      ...surroundings,
      meta,
      bindings: scope.bindings(script.uses),
      declare: (declarations: Record<string, Accessors>) => scope.declare(declarations),
      load: (specifier: string, names: string[]) => loader.load(specifier, names, targets),
    };
    const last = await interrupts.race(cell(given)());
    return { ok: true, data: resultBundle(last?.[0]) };
  } catch (error) {
    return { ok: false, error: describe(error) };
  }
}

async function run(request: RunRequest): Promise<void> {
  loader.add(request.modules);
  const outcome = await evaluate(request);
  post({ type: "done", id: request.id, outcome, lost: scope.settle() });
}

function receive(message: ToRunner): void {
  if (message.type === "run") void run(message);
  else if (message.type === "located") {
    questions.get(message.id)?.(message);
    questions.delete(message.id);
  } else if (message.type === "interrupt") {
    interrupts.arrived();
    send({ type: "interrupted" });
  }
}
port.on("message", receive);

/** Blocks this thread alone: the kernel goes on answering. */
function prompt(message = ""): string | null {
  output.flush();
  const before = output.answers;
  send({ type: "ask", message: String(message) });
  if (!output.waitForAnswer(before)) throw new KeyboardInterrupt();
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    const answer = next.message as ToRunner;
    if (answer.type === "answer") return answer.value;
    receive(answer);
  }
  return null;
}

function chdir(): never {
  throw new Error("process.chdir() does not work in a notebook: use absolute paths, or path.join(base, …)");
}

/** After a cell has ended, a timer or a promise may still fail: said on stderr, and the notebook lives on. */
function late(what: string, error: unknown): void {
  if (error instanceof KeyboardInterrupt) interrupts.abandon();
  else output.write("stderr", `${what}: ${inspect(error)}\n`);
}

installStacks();
output.install();
process.removeAllListeners("warning");
process.on("uncaughtException", (error) => late("Uncaught error", error));
process.on("unhandledRejection", (error) => late("Unhandled rejection", error));
process.on("exit", () => output.flush());
Object.assign(process, { chdir });
Object.assign(globalThis, { [DISPLAY]: displayHook(post), prompt });
