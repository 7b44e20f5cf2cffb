/** An answer other than success. The front end shows `message` in a dialog: it says what was wrong and what to do. */
import type { ContentfulStatusCode } from "hono/utils/http-status";

export class HttpError extends Error {
  readonly status: ContentfulStatusCode;
  constructor(status: ContentfulStatusCode, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }
}

const CODES: Record<string, [ContentfulStatusCode, string]> = {
  EACCES: [403, "permission denied"],
  EPERM: [403, "not permitted"],
  EROFS: [403, "the file system is read-only"],
  ENOENT: [404, "no such file or folder"],
  EEXIST: [409, "it exists already"],
  EISDIR: [400, "it is a folder"],
  ENOTDIR: [400, "part of the path is a file, not a folder"],
  ENAMETOOLONG: [400, "the name is too long"],
  ELOOP: [400, "its symbolic links go in a circle"],
  ENOSPC: [507, "the disk is full"],
  EDQUOT: [507, "the disk quota is used up"],
};

/** What a failed system call means for `path`, a path of the API: system paths stay here. */
export function fromSystem(error: unknown, path: string): unknown {
  const [status, text] = CODES[(error as NodeJS.ErrnoException)?.code ?? ""] ?? [];
  return status && !(error instanceof HttpError) ? new HttpError(status, `"${path}": ${text}`) : error;
}
