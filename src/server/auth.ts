/**
 * Who may talk to the server: whoever knows the token, from a page of this server or from no page at all. A page of
 * another site in the same browser must not reach the kernels, because they run whatever they are sent.
 *
 * - Host must be a loopback name with our port: another name that was made to point at 127.0.0.1 (DNS rebinding) is refused.
 * - Origin, which browsers send with WebSockets and with requests that change something, must be ourselves.
 * - The token comes in the address (once; then it becomes a cookie), in the cookie, or as `Authorization: token …`.
 *
 * Source: Jupyter Server documentation, "Security in the Jupyter Server".
 */
import { randomBytes, timingSafeEqual } from "node:crypto";

export interface Refusal {
  status: 401 | 403;
  message: string;
}

type Header = (name: "host" | "origin" | "cookie" | "authorization") => string | undefined;

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export class Auth {
  readonly token: string;
  readonly #port: number;

  constructor(port: number, token = randomBytes(24).toString("hex")) {
    this.token = token;
    this.#port = port;
  }

  /** Cookies do not tell ports apart: two servers on one machine need two names. */
  get #cookieName(): string {
    return `ringlab-${this.#port}`;
  }

  /** Set when the token came in the address. No script can read it and no other site can have it sent. */
  get cookie(): string {
    return `${this.#cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isToken(candidate: string | null | undefined): boolean {
    return same(candidate ?? "", this.token);
  }

  /** Why a request is refused, or undefined. `url` is the request's target, with its query. */
  refusal(method: string, url: string, header: Header): Refusal | undefined {
    const host = header("host") ?? "";
    const port = this.#port === 80 ? "" : `:${this.#port}`; // which browsers leave out
    if (!LOOPBACK.some((name) => same(host, name + port)))
      return { status: 403, message: `this server answers to localhost:${this.#port}, not to "${host}"` };
    const origin = header("origin");
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, message: `requests from ${origin} are not allowed` };
    if (!this.#knows(method, url, header)) return { status: 401, message: "the token is missing or wrong" };
    return undefined;
  }

  #knows(method: string, url: string, header: Header): boolean {
    const authorization = /^(?:token|bearer) (.*)$/i.exec(header("authorization") ?? "")?.[1];
    if (authorization !== undefined) return this.isToken(authorization);
    const cookies = (header("cookie") ?? "").split(/; */);
    if (cookies.some((cookie) => same(cookie, `${this.#cookieName}=${this.token}`))) return true;
    return SAFE.has(method) && this.isToken(new URL(url, "http://localhost").searchParams.get("token"));
  }
}
