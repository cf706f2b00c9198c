import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about TLS are broken. */
export const tlsCases: RefusedCases = {
  "an edge without TLS": {
    rule: "tls-outside-local",
    spoil: (stack) => stack.inputs("edge-conf").replace("stdin", "listen 443 ssl", "listen 443"),
    says: ["edge-conf: listen: expected 443 ssl, got none; let the edge speak TLS"],
  },
  "an edge that speaks an old TLS": {
    rule: "tls-outside-local",
    spoil: (stack) => stack.inputs("edge-conf").replace("stdin", "TLSv1.2 ", "TLSv1.1 TLSv1.2 "),
    says: [
      'edge-conf: ssl_protocols: expected TLSv1.2 TLSv1.3, got "TLSv1.1 TLSv1.2 TLSv1.3"; older ones are broken',
    ],
  },
  "an edge that passes plain HTTP on": {
    rule: "tls-outside-local",
    spoil: (stack) =>
      stack.inputs("edge-conf").replace("stdin", "listen 443 ssl", "listen 80;\n    listen 443 ssl"),
    says: [
      "edge-conf: listen 80: expected a redirect to HTTPS, got requests passed on over plain HTTP; return 308 there",
    ],
  },
  "an edge that does not hold browsers to TLS": {
    rule: "tls-outside-local",
    spoil: (stack) => stack.inputs("edge-conf").replace("stdin", "max-age=31536000", "max-age=0"),
    says: [
      "edge-conf: Strict-Transport-Security: expected it with a trusted certificate, got none; browsers would use plain HTTP again",
    ],
  },
  "a self-signed certificate": {
    rule: "tls-outside-local",
    spoil: (stack) => {
      stack.inputs("edge-conf").set("create", "bash -s");
      stack.inputs("edge-conf").set("stdin", "openssl req -x509 -noenc");
    },
    says: [
      "edge-conf: certificate: expected one that clients trust, got a self-signed one; give the edge a certificate's files",
    ],
  },
  "a bucket without TLS": {
    rule: "tls-outside-local",
    spoil: (stack) => stack.inputs("agent-config").replace("stdin", "https:", "http:"),
    says: ['agent-config: offsite.endpoint: expected https://…, got "http://s3.example.com"; use TLS'],
  },
  "a registry without TLS": {
    rule: "tls-outside-local",
    spoil: (stack) =>
      stack.inputs("edge-conf").replace("create", "0644", "0644 --insecure-registry 10.0.0.1:5000"),
    says: ["edge-conf: insecureRegistries: expected none, got at least one; use a registry that speaks TLS"],
  },
};
