import { expect, test } from "vitest";
import { MAX_STREAM_TEXT, OutputBook } from "../../src/kernel/outputs.ts";

const stream = (text: string, name = "stdout") => ({ msg_type: "stream", content: { name, text } });
const show = (text: string, display_id?: string, msg_type = "display_data") => ({
  msg_type,
  content: { data: { "text/plain": text }, metadata: {}, transient: display_id ? { display_id } : {} },
});
const shown = (text: string) => ({
  output_type: "display_data",
  data: { "text/plain": text },
  metadata: {},
});
const clear = (wait: boolean) => ({ msg_type: "clear_output", content: { wait } });

function collect(...messages: Parameters<ReturnType<OutputBook["open"]>["receive"]>[0][]) {
  const outputs = new OutputBook().open();
  for (const message of messages) outputs.receive(message);
  return outputs.finish();
}

test("text of one stream is one output until something else comes between", () => {
  expect(collect(stream("a"), stream("b"), stream("e", "stderr"), stream("c"))).toMatchObject([
    { name: "stdout", text: "ab" },
    { name: "stderr", text: "e" },
    { name: "stdout", text: "c" },
  ]);
});

test("a carriage return overwrites its line, a backspace a character", () => {
  expect(collect(stream("10%\r20%"), stream("\rdone\nx\r\n"), stream("ab\b\bc\n"))).toMatchObject([
    { text: "done\nx\r\nc\n" },
  ]);
});

test("clear_output clears at once, or when the next output comes", () => {
  expect(collect(stream("a"), clear(false), stream("b"))).toMatchObject([{ text: "b" }]);
  expect(collect(stream("a"), clear(true))).toMatchObject([{ text: "a" }]);
  expect(collect(stream("a"), clear(true), stream("b"))).toMatchObject([{ text: "b" }]);
});

test("an update reaches every output with its id, in earlier cells too, and shows nothing itself", () => {
  const book = new OutputBook();
  const [first, second] = [book.open(), book.open()];
  first.receive(show("one", "bar"));
  first.receive(show("other", "else"));
  second.receive(show("two", "bar"));
  second.receive(show("three", "bar", "update_display_data"));
  expect(first.finish()).toEqual([shown("three"), shown("other")]);
  expect(second.finish()).toEqual([shown("three")]);
});

test("an update of what was cleared is forgotten", () => {
  expect(collect(show("one", "bar"), clear(false), show("x", "bar", "update_display_data"))).toEqual([]);
});

test("text without end is cut with a word about it", () => {
  const [output] = collect(...Array.from({ length: 12 }, () => stream("x".repeat(1024 ** 2))));
  const text = (output as { text: string }).text;
  expect(text.length).toBeLessThan(MAX_STREAM_TEXT + 200);
  expect(text).toMatch(/the rest of the text is left out: more than 8 Mi characters\]\n$/);
});
