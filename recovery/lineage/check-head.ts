import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Head, Lineage } from "./head.ts";

/**
 * Makes sure that this host may still write: the head names its lineage, generation and machine.
 * @throws RecoveryError `superseded` naming who may, and what to do.
 */
export function checkHead(head: Head | null, own: Lineage): void {
  if (head === null) {
    throw new RecoveryError(
      exitCodes.superseded,
      `The bucket has no head record, but this data root has lineage ${name(own)}: the bucket was emptied or another one is configured. Nothing more is shipped until offsite in the stack file is right.`,
    );
  }
  if (head.lineage === own.lineage && head.generation === own.generation && head.host === own.host) return;
  throw new RecoveryError(
    exitCodes.superseded,
    `This host is superseded: it holds ${name(own)}, the bucket's head is ${name(head)} since ${head.changedAt}. ` +
      `Nothing more is shipped from here. If customers still reach this host, close it with \`kaleem-agent close\`.`,
  );
}

function name({ lineage, generation, host }: Lineage): string {
  return `lineage ${lineage}, generation ${generation}, host ${host.slice(0, 8)}`;
}
