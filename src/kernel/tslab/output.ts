/** What a cell shows: console text, tslab's display functions and Ringlab's display hook, all to the protocol thread. */
import type { Content } from "../wire.ts";
import { loadTslab } from "./installation.ts";
import { SHARED, type ToProtocol } from "./threads.ts";

/** More text than this on its way makes the cell wait: a cell that prints forever must not fill the memory. */
const PENDING_LIMIT = 1_000_000;

export type Post = (message: ToProtocol) => void;

/** `process.stdout` and `process.stderr` go to the notebook from now on. */
export function captureStreams(post: Post, shared: Int32Array): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new TextDecoder();
    process[name].write = ((
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error) => void),
      callback?: (error?: Error) => void,
    ): boolean => {
      const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
      const done = typeof encoding === "function" ? encoding : callback;
      if (text !== "") {
        const before = Atomics.add(shared, SHARED.pending, text.length);
        post({ type: "stream", name, text });
        for (let now = before + text.length; now > PENDING_LIMIT; now = Atomics.load(shared, SHARED.pending))
          if (Atomics.wait(shared, SHARED.pending, now, 1000) === "timed-out") break;
      }
      if (done) queueMicrotask(() => done());
      return true;
    }) as typeof process.stdout.write;
  }
}

type Bundle = Record<string, unknown>;
interface DisplayOptions {
  id?: string;
  update?: boolean;
  metadata?: object;
}

/** Bytes travel as base64. */
const encode = (data: Bundle): Bundle =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );

export function installDisplays(publish: (msg_type: string, content: Content) => void): void {
  const display = (bundle: Bundle, { id, update = false, metadata = {} }: DisplayOptions = {}): void => {
    const transient = id === undefined ? {} : { display_id: id };
    publish(update ? "update_display_data" : "display_data", { data: encode(bundle), metadata, transient });
  };
  Object.defineProperty(globalThis, Symbol.for("ringlab.display"), { value: display });
  /** tslab's display functions call what its Jupyter server would have put there. */
  const jupyter = loadTslab<{ lastWriteDisplayData: unknown }>("jupyter");
  jupyter.lastWriteDisplayData = (content: Content, update?: boolean) =>
    publish(update ? "update_display_data" : "display_data", content);
}
