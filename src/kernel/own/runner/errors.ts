/** What a cell threw, as the error message of the protocol. */
import { inspect, types } from "node:util";
import { frame, red } from "../traceback.ts";
import type { CellError } from "./messages.ts";
import { cleanError, firstPlace, sourceLine } from "./stacks.ts";

export function describe(thrown: unknown): CellError {
  if (!types.isNativeError(thrown)) {
    const evalue = inspect(thrown);
    return { ename: "Uncaught", evalue, traceback: [red(`Uncaught: ${evalue}`)] };
  }
  cleanError(thrown);
  const stack = String(thrown.stack ?? thrown);
  const place = firstPlace(stack);
  const text = place && sourceLine(place);
  const excerpt = place && text !== undefined ? frame(place.file, place.line, place.column, 1, text) : [];
  // inspect adds the cause, the errors of an AggregateError, and properties such as `code`.
  // An error without frames it puts in brackets.
  const [head = "", ...rest] = inspect(thrown).replace(`[${stack}]`, stack).split("\n");
  return {
    ename: thrown.name,
    evalue: thrown.message,
    traceback: [...excerpt, red(head), ...rest],
  };
}
