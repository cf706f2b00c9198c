/** A message with every secret's value blotted out: a driver's may quote its connection string. Pure. */
export function withoutSecrets(message: string, secrets: readonly string[]): string {
  const longestFirst = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length >= 4);
  longestFirst.sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}
