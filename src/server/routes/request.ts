/** What all routes read from a request. */
import type { Context } from "hono";
import type { z } from "zod";
import { HttpError } from "../http-error.ts";

/** The part of the path after `prefix`, decoded. Throws HttpError 400 when it is not encoded properly. */
export function pathAfter(c: Context, prefix: string): string {
  const path = new URL(c.req.url).pathname.slice(prefix.length);
  try {
    return decodeURIComponent(path).replace(/^\/|\/$/g, "");
  } catch {
    throw new HttpError(400, `the address "${path}" is not encoded properly`);
  }
}

/** The body as JSON of a known shape; an empty body counts as `{}`. Throws HttpError 400. */
export async function bodyOf<T extends z.ZodType>(c: Context, shape: T): Promise<z.infer<T>> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `the body of the request is not JSON: ${(error as Error).message}`);
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HttpError(
    400,
    `the body of the request is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.message}`,
  );
}
