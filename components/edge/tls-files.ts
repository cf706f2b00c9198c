import { layout } from "../../contract/layout.ts";
import type { EdgeSettings } from "../config/schema.ts";
import { edgeMount } from "./nginx.ts";

/** What the edge proves itself with, and what follows from it. */
export interface EdgeIdentity {
  /** On the host: key and certificate chain in one file, so that the two change together or not at all. */
  readonly file: string;
  /** Clients can tell that it is the right one; then they are told never to come in the clear. */
  readonly isTrusted: boolean;
  /** On the host: who must have signed a client's certificate; any client may come when there is none. */
  readonly clientAuthorityFile?: string;
  readonly behindCloudflare: boolean;
}

/** Paths on the host. A file of each kind: to go from one to the other is a change of nginx.conf, and so checked and proved. */
export const tlsFiles = {
  /** Made there, once. */
  selfSigned: `${layout.edge}/tls/self-signed.pem`,
  /** Its certificate alone, for those who pin it. */
  selfSignedCertificate: `${layout.edge}/tls/self-signed.crt`,
  given: `${layout.edge}/tls/given.pem`,
  clientAuthority: `${layout.edge}/tls/client-authority.pem`,
} as const;

/** Where the identity of each kind lies. Pure. */
export function edgeIdentity(tls: EdgeSettings["tls"]): EdgeIdentity {
  switch (tls.kind) {
    case "self-signed":
      return { file: tlsFiles.selfSigned, isTrusted: false, behindCloudflare: false };
    case "files":
      return { file: tlsFiles.given, isTrusted: true, behindCloudflare: false };
    case "cloudflare-origin":
      return {
        file: tlsFiles.given,
        isTrusted: true,
        behindCloudflare: true,
        ...(tls.clientAuthority === undefined ? {} : { clientAuthorityFile: tlsFiles.clientAuthority }),
      };
  }
}

/** The path in the container of a file in the edge's directory on the host. */
export function inContainer(path: string): string {
  return path.replace(layout.edge, edgeMount);
}
