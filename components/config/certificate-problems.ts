import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate that a server is to show, with what it has to fit. */
export interface GivenCertificate {
  /** PEM: the server's own certificate first, then that of each one's issuer. */
  readonly chain: string;
  /** PEM; null when there is none to compare with. */
  readonly key: string | null;
  readonly serverName: string;
  /** Every client knows the authority: then its own intermediate certificates have to come along. */
  readonly isPublic: boolean;
  readonly now: Date;
}

/** All that keeps a certificate from being shown, a sentence each, without a word of the key. Pure. */
export function certificateProblems(given: GivenCertificate): string[] {
  const chain = certificatesOf(given.chain);
  const [own] = chain;
  if (chain.includes(null) || own === undefined || own === null) return [unreadable];
  const whole = chain.filter((each) => each !== null);
  return [
    ...(given.key === null ? [] : keyProblems(own, given.key)),
    ...nameProblems(own, given.serverName),
    ...whole.flatMap((each) => dateProblems(each, given.now)),
    ...chainProblems(whole, given.isPublic),
  ];
}

/** All that keeps certificates from being the authority of clients, a sentence each. Pure. */
export function authorityProblems(pem: string, now: Date): string[] {
  const certificates = certificatesOf(pem);
  if (certificates.length === 0 || certificates.includes(null)) return [unreadable];
  return certificates
    .filter((each) => each !== null)
    .flatMap((each) => [
      ...(each.ca
        ? []
        : [`${named(each)}: expected an authority's certificate, got one that may not sign others`]),
      ...dateProblems(each, now, "get the authority's new one"),
    ]);
}

const unreadable =
  "expected certificates in PEM, got one that cannot be read; copy each whole, with its BEGIN and END lines";

/** Each certificate in a PEM text; null for what cannot be read. */
function certificatesOf(pem: string): (X509Certificate | null)[] {
  return pem.split(/(?=-----BEGIN CERTIFICATE-----)/).flatMap((block) => {
    if (block.trim() === "") return [];
    try {
      return [new X509Certificate(block)];
    } catch (error) {
      if (error instanceof Error) return [null];
      throw error;
    }
  });
}

function keyProblems(own: X509Certificate, pem: string): string[] {
  try {
    return own.checkPrivateKey(createPrivateKey(pem))
      ? []
      : [
          `${named(own)}: expected the certificate of the key edge-tls-key, got that of another key; set the two together`,
        ];
  } catch (error) {
    if (error instanceof Error) return ["edge-tls-key: cannot be read as a private key without a passphrase"];
    throw error;
  }
}

function nameProblems(own: X509Certificate, serverName: string): string[] {
  const covers = isIPv4(serverName)
    ? own.checkIP(serverName)
    : own.checkHost(serverName, { subject: "never" });
  if (covers !== undefined) return [];
  return [
    `${named(own)}: expected a certificate for ${serverName}, got one for ${own.subjectAltName ?? "no name"}`,
  ];
}

const getNew = "get a new one, or set edge.tls to {kind: self-signed} until there is one";

function dateProblems(certificate: X509Certificate, now: Date, renewal = getNew): string[] {
  const { validFromDate, validToDate } = certificate;
  if (now > validToDate) return [`${named(certificate)}: expired on ${day(validToDate)}; ${renewal}`];
  return now < validFromDate ? [`${named(certificate)}: not valid before ${day(validFromDate)}`] : [];
}

function chainProblems(chain: readonly X509Certificate[], isPublic: boolean): string[] {
  const [own] = chain;
  if (own !== undefined && isIssuedBy(own, own))
    return [
      `${named(own)}: signed by itself, so no client trusts it; get one from an authority, or set edge.tls to {kind: self-signed}`,
    ];
  const misplaced = chain.slice(1).flatMap((issuer, index) => {
    const issued = chain[index];
    return issued === undefined || isIssuedBy(issued, issuer)
      ? []
      : [
          `${named(issuer)}: did not sign the one before it (${named(issued)}); the server's own comes first, then each one's issuer`,
        ];
  });
  const isAlone = isPublic && chain.length === 1 && (own?.infoAccess ?? "").includes("CA Issuers");
  return own !== undefined && isAlone
    ? [
        `${named(own)}: its issuer's certificate is missing, without which many clients refuse it; give the full chain`,
      ]
    : misplaced;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function named(certificate: X509Certificate): string {
  return `certificate of ${certificate.subject.split("\n").at(-1) ?? "nobody"}`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
