/** The checker's end of the channel: one call after the other, until the kernel goes. */
import { completeness } from "../language/completeness.ts";
import type { Session } from "../language/session.ts";
import type { Answer, Call } from "./messages.ts";

export function serve(session: Session): void {
  const send = (answer: Answer) => process.send?.(answer);
  const call = ({ method, args }: Call): unknown => {
    if (method === "completeness") return completeness(args[0] as string);
    return (session[method] as (...args: unknown[]) => unknown).apply(session, args);
  };
  process.on("message", (message: Call) => {
    try {
      send({ id: message.id, result: call(message) });
    } catch (error) {
      send({
        id: message.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  });
  process.on("disconnect", () => process.exit(0));
  process.on("SIGINT", () => {}); // Ctrl+C in a terminal reaches all processes; the kernel decides
  send({ id: 0 });
}
