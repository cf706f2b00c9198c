import type { BucketFault, FilesFault, HostFault, StoreFault } from "./fault.ts";
import { filesFaults } from "./files.ts";
import { hostFaults } from "./hosts.ts";
import { packFaults } from "./packs.ts";
import { recordFaults } from "./records.ts";
import { repositoryFaults } from "./repository.ts";
import { subjects } from "./stores.ts";

/** A fault and where it is made. */
export type KnownFault =
  | { readonly site: "store"; readonly family: string; readonly fault: StoreFault<unknown> }
  | { readonly site: "files"; readonly family: string; readonly fault: FilesFault }
  | { readonly site: "bucket"; readonly family: string; readonly fault: BucketFault }
  | { readonly site: "host"; readonly family: string; readonly fault: HostFault };

/** Every fault, by families in the order in which they are made: those that start no store of their own first. */
export const allFaults: readonly KnownFault[] = [
  ...packFaults.map((fault): KnownFault => ({ site: "bucket", family: "packs", fault })),
  ...repositoryFaults.map((fault): KnownFault => ({ site: "bucket", family: "repository", fault })),
  ...recordFaults.map((fault): KnownFault => ({ site: "bucket", family: "records", fault })),
  ...filesFaults.map((fault): KnownFault => ({ site: "files", family: "files", fault })),
  ...hostFaults.map((fault): KnownFault => ({ site: "host", family: "hosts", fault })),
  ...subjects.flatMap(({ store, faults }) =>
    faults.map((fault): KnownFault => ({
      site: "store",
      family: store,
      fault: fault as StoreFault<unknown>,
    })),
  ),
];
