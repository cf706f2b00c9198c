import { z } from "zod";
import * as field from "./fields.ts";

const certificate = field.certificates.describe(
  "The server's own certificate, then that of each one's issuer. Public, so it may be written here; it is shipped off-site with the rest.",
);
const tls = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z
          .literal("self-signed")
          .describe("Created on the machine, a new one on each. Clients trust it only if they are told to."),
      }),
      z.strictObject({
        kind: z
          .literal("files")
          .describe(
            "A certificate of an authority that clients trust. Its key is the secret `edge-tls-key`.",
          ),
        certificate,
      }),
      z.strictObject({
        kind: z
          .literal("cloudflare-origin")
          .describe(
            "A certificate of Cloudflare's origin authority, behind its proxy. Its key is the secret `edge-tls-key`.",
          ),
        certificate,
        clientAuthority: field.certificates
          .optional()
          .describe(
            "Who signs the certificates that Cloudflare shows here (authenticated origin pulls): any other client gets 403.",
          ),
      }),
    ],
    {
      error:
        "expected {kind: self-signed}, {kind: files, certificate: …} or {kind: cloudflare-origin, certificate: …}",
    },
  )
  .describe("The certificate that the edge shows. Plain HTTP is always redirected to HTTPS.");

/** How the edge is called, and what it proves itself with. */
export const edge = z
  .strictObject({
    serverName: field.hostname.describe(
      "The name that clients ask for, which the certificate must carry. A change creates a new self-signed certificate.",
    ),
    tls,
    maxBody: field
      .byteSize("1KiB", "1GiB")
      .default("10MiB")
      .describe("Largest request body; a larger one gets 413."),
  })
  .describe("Nginx in front of the API.");
