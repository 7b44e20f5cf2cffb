/**
 * The sessions of one mapping: with which peers and ports inside has talked, and of TCP whether the connection is open
 * (RFC 5382, section 2.1, as far as a NAT can see without counting bytes).
 *
 *     inside sends ──▶ unanswered ── outside answers ──▶ open ── FIN of both, or RST of one ──▶ closed ── inside's SYN ──▶ unanswered
 */

/** What a TCP segment says about its connection. */
export interface Signals {
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}
export const NO_SIGNALS: Signals = { syn: false, fin: false, rst: false };

const FIN = { inside: 1, outside: 2 } as const;
const CLOSED = FIN.inside | FIN.outside;

interface Session {
  answered: boolean;
  finished: number;
}
const isOpen = ({ answered, finished }: Session) => answered && finished !== CLOSED;

export class Sessions {
  /** The one that inside has sent in last is the last. */
  readonly #sessions = new Map<number, Session>();
  readonly #limit: number;
  /** How many are open. */
  open = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: number): boolean {
    return this.#sessions.has(key);
  }

  /** Only inside begins a session, or begins it anew: a SYN from outside brings nothing back that was closed. */
  observe(key: number, { syn, fin, rst }: Signals, from: keyof typeof FIN): void {
    const session = this.#sessions.get(key) ?? { answered: false, finished: 0 };
    if (from === "outside" && !this.#sessions.has(key)) return;
    this.#forget(key);
    if (from === "inside" && syn && session.finished === CLOSED)
      Object.assign(session, { answered: false, finished: 0 });
    if (from === "outside" && !rst && session.finished === 0) session.answered = true;
    if (fin) session.finished |= FIN[from];
    if (rst) session.finished = CLOSED;
    this.#sessions.set(key, session);
    if (isOpen(session)) this.open++;
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.#limit) this.#forget(oldest!);
  }

  #forget(key: number): void {
    const session = this.#sessions.get(key);
    if (session && isOpen(session)) this.open--;
    this.#sessions.delete(key);
  }
}
