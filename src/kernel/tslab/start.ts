/** Starts tslab, wrapped, as a Jupyter kernel in this process. */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { readConnection } from "../connection.ts";
import type { Content } from "../wire.ts";
import { checkTslabVersion } from "./installation.ts";
import { Interrupts } from "./interrupt.ts";
import { SHARED, type ThreadData, type ToMain, type ToProtocol } from "./threads.ts";

/** How long an interrupted cell may take to wake up from an await before it is let go. */
const WAKE_UP_MS = 300;
/** How long the end of the process waits until the protocol thread has said so. */
const LAST_WORDS_MS = 2000;

/** Resolves when the kernel is listening. Throws when `connectionFile` is missing or malformed. */
export async function start(connectionFile: string): Promise<void> {
  readConnection(connectionFile);
  checkTslabVersion();
  // What Node has to say about the modules of a library is no output of the student's cell.
  process.removeAllListeners("warning");
  const shared = new Int32Array(new SharedArrayBuffer(SHARED.length * Int32Array.BYTES_PER_ELEMENT));
  const workerData: ThreadData = { connectionFile, shared };
  const thread = new Worker(new URL("./protocol-thread.js", import.meta.url), { workerData, stdout: false });
  const post = (message: ToProtocol) => thread.postMessage(message);
  thread.once("error", (error) => {
    writeSync(2, `the kernel's protocol thread failed: ${error.stack}\n`);
    end(1);
  });
  const end = reportExit(post, shared);
  const [{ TslabEngine }, { captureStreams, installDisplays }] = await Promise.all([
    import("./engine.ts"),
    import("./output.ts"),
  ]);
  const publish = (msg_type: string, content: Content) => post({ type: "publish", msg_type, content });
  const interrupts = new Interrupts(shared);
  const engine = new TslabEngine(interrupts, publish);
  captureStreams(post, shared);
  installDisplays(publish);

  let running = false;
  const interrupt = (): void => {
    if (!running) return;
    interrupts.ask();
    setTimeout(() => running && interrupts.asked && engine.abandon(), WAKE_UP_MS);
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", () => process.exit(143));
  process.on("uncaughtException", (error) => console.error(error));
  process.on("unhandledRejection", (error) => console.error(error));

  thread.on("message", async (message: ToMain) => {
    if (message.type === "interrupt") return interrupt();
    if (message.type === "shutdown") return end(0);
    let reply: Content = { status: "error" };
    try {
      if (message.type === "execute") {
        running = true;
        reply = await engine.execute(message.code, message.count);
        running = false;
      } else if (message.type === "complete") reply = engine.complete(message.code, message.cursor);
      else if (message.type === "inspect") reply = engine.inspect(message.code, message.cursor);
      else reply = engine.isComplete(message.code);
    } catch (error) {
      const { name, message: evalue, stack = "" } = error as Error;
      reply = { status: "error", ename: name, evalue, traceback: stack.split("\n") };
    }
    post({ type: "done", id: message.id, reply });
  });
  post({ type: "ready" });
}

/** If a cell ends the process, the protocol thread first tells the front end. Returns what ends it without that. */
function reportExit(post: (message: ToProtocol) => void, shared: Int32Array): (code: number) => never {
  let expected = false;
  process.on("exit", (code) => {
    if (expected) return;
    post({ type: "exit", code });
    Atomics.wait(shared, SHARED.flushed, 0, LAST_WORDS_MS);
  });
  return (code) => {
    expected = true;
    process.exit(code);
  };
}
