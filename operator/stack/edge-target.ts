import { X509Certificate } from "node:crypto";
import { layout } from "../../contract/layout.ts";
import type { EdgeTarget } from "../../recovery/business/edge-client.ts";
import type { SshHost } from "../ssh/ssh.ts";
import type { Place } from "./place.ts";

/** The certificates, and nothing else, of the file that nginx's configuration names; `$1` is the edge's directory. */
const certificatesInUse = `set -eu
file=$(sed -n 's|.*ssl_certificate .*/\\(tls/[^;]*\\);|\\1|p' "$1/nginx.conf")
sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$1/$file"`;

/**
 * Where customers reach a stack's edge. Its certificate is read over SSH, whose host key is pinned: from then on
 * that very certificate is trusted, and no other.
 */
export async function edgeTarget(place: Pick<Place, "edgeAddress">, host: SshHost): Promise<EdgeTarget> {
  const { stdout: ca } = await host.run(["bash", "-c", certificatesInUse, "bash", layout.edge], {
    timeoutMs: 30_000,
  });
  const [, serverName] = /DNS:([^,\s]+)/.exec(new X509Certificate(ca).subjectAltName ?? "") ?? [];
  if (serverName === undefined) throw new Error(`the edge's certificate at ${layout.edge} has no DNS name`);
  const { address, port } = await place.edgeAddress();
  return { url: `https://${address}:${port}`, serverName, ca };
}
