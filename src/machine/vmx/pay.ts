/** What VMX instructions and transitions cost: a Ledger's pay(). `detail` is an exit reason, or a field's encoding. */
export type Pay = (event: "vmEntry" | "vmExit" | "vmRead" | "vmWrite", detail: number) => void;
