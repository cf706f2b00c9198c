import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, both PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is to say. */
export interface CertificateRequest {
  /** Its subject, and the DNS name that it is for. */
  readonly name: string;
  /** More of what openssl calls extensions, such as `basicConstraints=critical,CA:FALSE`. */
  readonly extensions?: readonly string[];
  /** Who signs it; itself when left out. */
  readonly issuer?: IssuedCertificate;
}

/** Makes a certificate of a day by this machine's openssl: for trials, which nobody has to trust. */
export function issueCertificate({ name, extensions = [], issuer }: CertificateRequest): IssuedCertificate {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-certificate-"));
  const file = (role: string): string => join(folder, `${role}.pem`);
  try {
    if (issuer !== undefined) {
      writeFileSync(file("issuer"), issuer.certificate);
      writeFileSync(file("issuer-key"), issuer.key, { mode: 0o600 });
    }
    const signedBy = issuer === undefined ? [] : ["-CA", file("issuer"), "-CAkey", file("issuer-key")];
    const all = [`subjectAltName=DNS:${name}`, ...extensions].flatMap((each) => ["-addext", each]);
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "1"],
        ...["-subj", `/CN=${name}`, ...all, ...signedBy, "-keyout", file("key"), "-out", file("certificate")],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    return { certificate: readFileSync(file("certificate"), "utf8"), key: readFileSync(file("key"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An authority, and what it has issued for a name: as a stack outside `local` is given them. */
export function issuedFor(name: string): IssuedCertificate & { readonly authority: IssuedCertificate } {
  const authority = issueCertificate({ name: `authority.${name}` });
  const own = issueCertificate({
    name,
    issuer: authority,
    extensions: ["basicConstraints=critical,CA:FALSE"],
  });
  return { certificate: own.certificate + authority.certificate, key: own.key, authority };
}
