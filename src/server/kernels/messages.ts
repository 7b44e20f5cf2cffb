/** Messages that the server itself puts into a conversation between page and kernel. */
import { type Content, type Header, header, type Parts, toParts } from "../../kernel/wire.ts";

const message = (session: string, type: string, parent_header: Partial<Header>, content: Content): Parts =>
  toParts({ header: header(type, session), parent_header, metadata: {}, content });

export const status = (session: string, execution_state: string, parent: Partial<Header> = {}): Parts =>
  message(session, "status", parent, { execution_state });

export const request = (session: string, type: string, content: Content = {}): Parts =>
  message(session, type, {}, content);

/** What the cell shows that was running when its kernel ended. */
export function kernelDied(session: string, parent: Header, evalue: string, lastWords: string) {
  const content = {
    ename: "KernelDied",
    evalue,
    traceback: [`KernelDied: ${evalue}`, lastWords].filter(Boolean),
  };
  return {
    error: message(session, "error", parent, content),
    reply: message(session, "execute_reply", parent, { status: "error", execution_count: null, ...content }),
  };
}

/** A part of a message that came from outside; `{}` when it is not JSON. */
export function parsePart<T>(part: Buffer | undefined): Partial<T> {
  try {
    return part ? JSON.parse(part.toString()) : {};
  } catch {
    return {};
  }
}
