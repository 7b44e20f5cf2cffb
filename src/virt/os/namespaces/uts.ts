/** Host names: uts_namespaces(7). */
import type { UserNamespace } from "./user.ts";

export class UtsNamespace {
  readonly kind = "uts";
  readonly userNamespace: UserNamespace;
  hostname: string;

  constructor(userNamespace: UserNamespace, hostname: string) {
    this.userNamespace = userNamespace;
    this.hostname = hostname;
  }
}
