/**
 * From a kernel's messages to the outputs of cells, by the rules of nbclient: consecutive text of one stream is one
 * output, clear_output may wait for what comes next, an update reaches every output that has its display id.
 * Source: Jupyter client documentation, "Messaging in Jupyter", section "Messages on the IOPub channel".
 */
import type { Output } from "./client.ts";
import type { CellOutput, MimeBundle } from "./notebook.ts";

/** A cell may print much, but the notebook has to stay one that opens. Counted in UTF-16 units of stream text. */
export const MAX_STREAM_TEXT = 8 * 1024 * 1024;

const CUT = `[… the rest of the text is left out: more than ${MAX_STREAM_TEXT / 1024 ** 2} Mi characters]`;

type Shown = Extract<CellOutput, { data: MimeBundle }>;
interface Display {
  data: MimeBundle;
  metadata?: Record<string, unknown>;
  transient?: { display_id?: string };
}

/** What a carriage return or backspace leaves standing in one line of a terminal. */
function settleLine(line: string): string {
  const end = line.endsWith("\r") ? line.length - 1 : line.length;
  let settled = line.slice(line.lastIndexOf("\r", end - 1) + 1);
  while (/[^\b][\b]/.test(settled)) settled = settled.replace(/[^\b][\b]/g, "");
  return settled;
}

const settle = (text: string): string =>
  /[\r\b]/.test(text) ? text.split("\n").map(settleLine).join("\n") : text;

/** All outputs of one run of a notebook. */
export class OutputBook {
  readonly #shown = new Map<string, Set<Shown>>();

  /** The outputs of one cell; fill it by `receive`. */
  open(): CellOutputs {
    return new CellOutputs(this.#shown);
  }
}

export class CellOutputs {
  readonly list: CellOutput[] = [];
  readonly #shown: Map<string, Set<Shown>>;
  #clearFirst = false;
  #streamed = 0;

  constructor(shown: Map<string, Set<Shown>>) {
    this.#shown = shown;
  }

  receive({ msg_type, content }: Output): void {
    if (msg_type === "clear_output") {
      if (content.wait) this.#clearFirst = true;
      else this.#clear();
    } else if (msg_type === "stream") this.#stream(content as { name: string; text: string });
    else if (msg_type === "display_data") this.#show("display_data", content as unknown as Display, {});
    else if (msg_type === "execute_result") {
      const execution_count = (content.execution_count as number | undefined) ?? null;
      this.#show("execute_result", content as unknown as Display, { execution_count });
    } else if (msg_type === "update_display_data") this.#update(content as unknown as Display);
    else if (msg_type === "error") {
      const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
      this.add({ output_type: "error", ename, evalue, traceback });
    }
  }

  add(output: CellOutput): void {
    if (this.#clearFirst) this.#clear();
    this.list.push(output);
  }

  /** The finished list: streams as a terminal would show them. */
  finish(): CellOutput[] {
    for (const output of this.list) if (output.output_type === "stream") output.text = settle(output.text);
    return this.list;
  }

  #clear(): void {
    this.#clearFirst = false;
    this.#streamed = 0;
    for (const shown of this.#shown.values()) for (const output of this.list) shown.delete(output as Shown);
    this.list.length = 0;
  }

  #stream({ name, text }: { name: string; text: string }): void {
    if (this.#streamed > MAX_STREAM_TEXT) return;
    const room = MAX_STREAM_TEXT - this.#streamed;
    this.#streamed += text.length;
    const kept = text.length <= room ? text : `${text.slice(0, room)}\n${CUT}\n`;
    const last = this.#clearFirst ? undefined : this.list.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text += kept;
    else this.add({ output_type: "stream", name, text: kept });
  }

  #show(
    output_type: "display_data" | "execute_result",
    { data, metadata = {}, transient }: Display,
    rest: { execution_count?: number | null },
  ): void {
    const output = { output_type, data, metadata, ...rest } as Shown;
    const id = transient?.display_id;
    if (id !== undefined) {
      this.#update({ data, metadata, transient: { display_id: id } });
    }
    this.add(output);
    if (id !== undefined) this.#shown.set(id, (this.#shown.get(id) ?? new Set()).add(output));
  }

  #update({ data, metadata = {}, transient }: Display): void {
    for (const output of this.#shown.get(transient?.display_id ?? "") ?? [])
      Object.assign(output, { data, metadata });
  }
}
